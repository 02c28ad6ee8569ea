package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"

	"github.com/partitur/partitur/internal/cli/ansi"
)

var retryCommand = command{
	use:     "retry [ID]",
	group:   runsGroup,
	summary: "let a run that has ended go on at one of its steps",
	help: `
Let a run that has ended go on at a step of its main flow. What the steps before
have returned is used again, they do not run again, and their compensations stay
registered. One run is named by its ID; --query takes all that match, shows what
would be done with each, and does it with --yes.

With the recorded text and nothing set the server resets the run to the step,
where it can. Otherwise a new run of the same workflow id begins, and is given
what the old one knew: with --definition head it takes the newest text of its
worker, where the steps around must stand under the same ids, and --set changes
what expressions see: steps.ID.output.NAME or state.NAME. Its memo and status
name the run that it retries.

A step that runs again sends the same idempotency key as before, so that others
can tell that they have seen it; with --new-keys it is a new effect for them. A
run whose steps have been undone since is not retried behind them, unless with
--force.`,
	examples: `
  partitur retry ORD-1 --from charge
  partitur retry ORD-1 --from charge --definition head --set steps.price.output.total=42
  partitur retry --from charge --query "WorkflowType = 'order' AND ExecutionStatus = 'Failed'"`,
	remote: true,
	setup: func(f *pflag.FlagSet) run {
		r := &retrying{definition: choice{value: "recorded", of: []string{"recorded", "head"}}}
		f.StringVar(&r.from, "from", "", "`STEP` at which it goes on, by its id or path")
		f.Var(&r.definition, "definition", "`WHICH` text it takes: recorded, or head for the newest of its worker")
		f.StringArrayVar(&r.set, "set", nil, "`NAME=VALUE` that expressions see instead, such as steps.price.output.total=42")
		f.BoolVar(&r.newKeys, "new-keys", false, "give the steps that run again other idempotency keys")
		f.BoolVar(&r.force, "force", false, "go on although steps before have been undone")
		f.StringVarP(&r.runID, "run-id", "r", "", "`ID` of a certain run; else the newest one counts")
		f.StringVar(&r.query, "query", "", "`QUERY` that the runs match")
		f.IntVar(&r.limit, "limit", 100, "`NUMBER` of runs at the most")
		f.BoolVar(&r.yes, "yes", false, "do with the runs of --query what is shown")
		return r.run
	},
}

// retrying is one use of the command.
type retrying struct {
	from, runID, query string
	definition         choice
	set                []string
	newKeys, force     bool
	limit              int
	yes                bool

	changes []assigned
	server  *remote
	recorded
}

// An attempt is what becomes of one run.
type attempt struct {
	WorkflowID string   `json:"workflow_id"`
	RunID      string   `json:"run_id"`
	How        string   `json:"how"` // reset, new_run or refused
	Why        string   `json:"why,omitempty"`
	Reused     []string `json:"reused,omitempty"` // the steps that do not run again
	NewRunID   string   `json:"new_run_id,omitempty"`

	do func() (runID string, err error)
}

func (r *retrying) run(c *call) (err error) {
	switch {
	case r.from == "":
		return usage("--from is missing").hint("name the step at which the run goes on, such as --from charge")
	case (len(c.args) == 0) == (r.query == ""):
		return usage("name a run, or give --query")
	case r.yes && r.query == "":
		return usage("--yes is for --query: a run that is named is retried at once")
	}
	if r.changes, err = assignments(r.set); err != nil {
		return err
	}
	if r.recorded, err = c.recorded(); err != nil {
		return err
	}
	if r.server, err = c.dial(); err != nil {
		return err
	}
	if r.query == "" {
		return r.one(c, runRef{c.args[0], r.runID})
	}
	return r.many(c)
}

// one retries a run, or says why not.
func (r *retrying) one(c *call, ref runRef) error {
	a, err := r.plan(c, ref)
	if err != nil {
		return err
	}
	if a.NewRunID, err = a.do(); err != nil {
		return ref.missing(err, r.server)
	}
	return c.show(a, func(w io.Writer) {
		fmt.Fprintf(w, "%s %s\n", a.WorkflowID, a.NewRunID)
		c.note("%s", a.told(r.from))
	})
}

// told says what has been done.
func (a *attempt) told(from string) string {
	how := "a new run goes on"
	if a.How == "reset" {
		how = "the run was reset, and goes on"
	}
	if len(a.Reused) == 0 {
		return fmt.Sprintf("%s at %q", how, from)
	}
	return fmt.Sprintf("%s at %q with what these have returned: %s", how, from, strings.Join(a.Reused, ", "))
}

// many retries the runs of a query, or shows what it would do.
func (r *retrying) many(c *call) error {
	runs, more, err := c.list(r.server, r.query, r.limit)
	if err != nil {
		return err
	}
	all := make([]*attempt, len(runs))
	refused := 0
	for i, run := range runs {
		if all[i] = r.try(c, runRef{run.WorkflowID, run.RunID}); all[i].How == "refused" {
			refused++
		}
	}
	if err := c.show(map[string]any{"retried": all, "done": r.yes}, func(w io.Writer) { c.writeAttempts(w, all) }); err != nil {
		return err
	}
	if more {
		c.note("there are more; --limit takes them, too")
	}
	switch {
	case len(all) == 0:
		c.note("no runs")
	case !r.yes:
		c.note("nothing has been done yet; --yes does it")
	case refused > 0:
		return errQuiet
	}
	return nil
}

// try plans what is to be done with a run, and does it if that is wanted.
func (r *retrying) try(c *call, ref runRef) *attempt {
	a, err := r.plan(c, ref)
	if err == nil && r.yes {
		a.NewRunID, err = a.do()
	}
	if err != nil {
		return &attempt{WorkflowID: ref.workflowID, RunID: ref.runID, How: "refused", Why: c.explain(err).message}
	}
	return a
}

func (c *call) writeAttempts(w io.Writer, all []*attempt) {
	if len(all) == 0 {
		return
	}
	hows := map[string]cell{"reset": {"reset", ansi.Green}, "new_run": {"new run", ansi.Green}, "refused": {"refused", ansi.Red}}
	rows := make([][]cell, len(all))
	for i, a := range all {
		what := a.Why
		if a.How != "refused" {
			what = strings.Join(a.Reused, ", ")
		}
		rows[i] = []cell{hows[a.How], {a.WorkflowID, ansi.Bold}, {a.NewRunID, ansi.Plain}, {what, ansi.Dim}}
	}
	c.writeTable(w, []string{"HOW", "WORKFLOW ID", "NEW RUN", "USED AGAIN, OR WHY NOT"}, rows)
}
