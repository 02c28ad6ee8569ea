package cli

import (
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/partitur/partitur/internal/connect"
)

var approvalsCommand = command{
	use:     "approvals list|show|approve|reject|answer|delegate|reassign|withdraw [ID] [NAME]",
	group:   runsGroup,
	summary: "list what waits for people, and decide it",
	help: `
Look after approvals and tasks. ID is the workflow id of the run; NAME is the id
of the step, in a loop with the key of the item, as list and show print it. It
can be left out while the run asks only one thing.

list shows what runs wait for, --mine only what waits for you or a group that
the project here says you are in, --for what waits for others. show prints one
with its form and its history. approve and reject decide an approval, answer
answers a task; a form is asked for on a terminal, and otherwise given with
--input or --set. delegate passes your decision on with --to. reassign asks others
instead, --from whom is one of those asked, or all of them if it is left out.
withdraw takes back what is asked.

You are who the connection profile says (identity = "alice" in it), else USER;
--by says something else. The server does not check it.`,
	examples: `
  partitur approvals list --mine
  partitur approvals show ORD-1
  partitur approvals approve ORD-1 release --comment 'as agreed'
  partitur approvals reject ORD-1 --comment 'too much'
  partitur approvals answer INV-7 ask --set cost_center='"0815"'
  partitur approvals delegate ORD-1 --to bob
  partitur approvals reassign ORD-1 release --from alice --to group:finance`,
	remote: true,
	setup:  setupApprovals,
}

// approvalsFlags are what the command line says.
type approvalsFlags struct {
	runID, by, comment, from, kind string
	to, whom                       []string
	mine                           bool
	limit                          int
	form                           *input
}

func setupApprovals(f *pflag.FlagSet) run {
	o := &approvalsFlags{form: inputFlags(f, "form")}
	f.StringVarP(&o.runID, "run-id", "r", "", "`ID` of a certain run; else the newest one counts")
	f.StringVar(&o.by, "by", "", "`NAME` of who decides (else the profile's identity, else USER)")
	f.StringVar(&o.comment, "comment", "", "`TEXT` that is recorded")
	f.StringArrayVar(&o.to, "to", nil, "`USER` to delegate to, or users and group:NAME to reassign to (repeatable)")
	f.StringVar(&o.from, "from", "", "`ENTRY` that reassign takes it from: a user or group:NAME")
	f.BoolVar(&o.mine, "mine", false, "list only what waits for you")
	f.StringArrayVar(&o.whom, "for", nil, "list only what waits for `WHOM`, a user or group:NAME (repeatable)")
	f.StringVar(&o.kind, "type", "", "list only runs of `TYPE`")
	f.IntVar(&o.limit, "limit", 50, "`NUMBER` of runs to list at the most")
	return o.run
}

// decisions are the actions that are moves, and the updates that make them.
var decisions = map[string]string{
	"approve": "decide", "reject": "decide", "delegate": "decide", "answer": "answer", "reassign": "reassign", "withdraw": "withdraw",
}

func (o *approvalsFlags) run(c *call) error {
	action := c.args[0]
	switch {
	case action == "list" && len(c.args) > 1:
		return usage("list takes no ids, only filters")
	case action == "list":
		return o.list(c)
	case action != "show" && decisions[action] == "":
		return usage("%q is not list, show, approve, reject, answer, delegate, reassign or withdraw", action).hint("write `partitur approvals list`")
	case len(c.args) < 2:
		return usage("ID is missing").hint("write `partitur approvals %s ID`", action)
	case action == "show":
		return o.show(c)
	}
	return o.decide(c, action)
}

// who is the user who decides.
func (o *approvalsFlags) who(c *call) (string, error) {
	by := o.by
	if by == "" {
		by = connect.Identity(c.connect, c.Env)
	}
	if by == "" {
		return "", usage("it is not known who you are").hint("add --by NAME, or identity = \"NAME\" to the connection profile")
	}
	return by, nil
}

// ref is the run that is meant, and name what it asks, which may be left out.
func (o *approvalsFlags) ref(c *call) (ref runRef, name string) {
	if len(c.args) > 2 {
		name = c.args[2]
	}
	return runRef{c.args[1], o.runID}, name
}

// waitsForMe are the user and the groups that the project here says they are in.
func (o *approvalsFlags) waitsForMe(c *call) ([]string, error) {
	me, err := o.who(c)
	if err != nil {
		return nil, err
	}
	names := []string{me}
	if p := c.projectHere(); p != nil {
		for _, g := range p.Groups {
			if slices.Contains(g.Members, me) {
				names = append(names, "group:"+g.Name)
			}
		}
	}
	return names, nil
}

// checkTargets reports --to and --from where they make no sense.
func (o *approvalsFlags) checkTargets(action string) error {
	switch {
	case action != "delegate" && action != "reassign" && len(o.to) > 0:
		return usage("--to belongs to delegate and reassign")
	case action != "reassign" && o.from != "":
		return usage("--from belongs to reassign")
	case (action == "delegate" || action == "reassign") && len(o.to) == 0:
		return usage("it is not said to whom").hint("add --to USER")
	case action == "delegate" && (len(o.to) > 1 || strings.HasPrefix(o.to[0], "group:")):
		return usage("a decision is delegated to one user").hint("`partitur approvals reassign` asks several, or a group")
	}
	return nil
}
