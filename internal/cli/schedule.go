package cli

import (
	"slices"
	"time"

	"github.com/spf13/pflag"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/diag"
)

var scheduleCommand = command{
	use:     "schedule next|list|describe|pause|unpause|trigger|backfill|delete [ID...]",
	group:   filesGroup,
	summary: "see when schedules start runs, and operate those on the server",
	help: `
Show the times of schedules, and look after those on the server, which
` + "`partitur apply`" + ` makes.

next shows the next times of schedules in the files here, without a server: in
the schedule's time zone, and with the times that the clocks jump over or show
twice.

list and describe show schedules on the server: when they start runs, which, how
these ended, and how many starts were left out. pause keeps a schedule from
starting runs until unpause; apply does not change that. trigger starts one run
now. delete removes a schedule; its runs go on.

backfill starts the runs of a time that has passed, each with its own time as
schedule.time. A date includes its whole day, in the schedule's time zone. The
runs are started one after the other unless --overlap says otherwise. It says
how many they are, and asks first.`,
	examples: `
  partitur schedule next daily-report --number 5
  partitur schedule list
  partitur schedule describe daily-report
  partitur schedule pause daily-report --note 'maintenance window'
  partitur schedule unpause daily-report
  partitur schedule trigger daily-report --overlap allow_all
  partitur schedule backfill daily-report --from 2026-01-01 --to 2026-01-31
  partitur schedule delete daily-report --yes`,
	remote: true,
	setup: func(f *pflag.FlagSet) run {
		o := new(scheduling)
		f.IntVarP(&o.number, "number", "N", 10, "`NUMBER` of times that next shows for each schedule")
		f.StringVar(&o.after, "after", "", "`TIME` from which next begins (else now)")
		f.StringVar(&o.query, "query", "", "`QUERY` that the schedules of list match")
		f.StringVar(&o.note, "note", "", "`TEXT` that pause and unpause leave for others")
		f.StringVar(&o.overlap, "overlap", "", "`POLICY` of trigger and backfill for runs that still go on")
		f.StringVar(&o.from, "from", "", "`TIME` or date that backfill begins with")
		f.StringVar(&o.to, "to", "", "`TIME` or date that backfill ends with")
		f.BoolVar(&o.yes, "yes", false, "do not ask")
		return func(c *call) error { return c.schedule(o) }
	},
}

// A scheduling is what the flags of the command say.
type scheduling struct {
	number        int
	after, query  string
	note, overlap string
	from, to      string
	yes           bool
	action        string
	location      *time.Location
}

var scheduleActions = []string{"next", "list", "describe", "pause", "unpause", "trigger", "backfill", "delete"}

func (c *call) schedule(o *scheduling) error {
	action, ids := c.args[0], c.args[1:]
	o.action = action
	switch {
	case !slices.Contains(scheduleActions, action):
		p := usage("%q is not %s", action, join(scheduleActions))
		if near := diag.Nearest(action, scheduleActions); near != "" {
			return p.hint("did you mean `partitur schedule %s`?", near)
		}
		return p.hint("`partitur schedule --help` explains them")
	case o.overlap != "" && !slices.Contains(dsl.Overlaps, o.overlap):
		p := usage("there is no overlap policy %q", o.overlap)
		if near := diag.Nearest(o.overlap, dsl.Overlaps); near != "" {
			return p.hint("did you mean %s?", near)
		}
		return p.hint("it can be %s", join(dsl.Overlaps))
	case action == "next":
		return c.scheduleNext(o, ids)
	case action == "list" && len(ids) > 0:
		return usage("list takes no ids").hint("--query filters")
	case action != "list" && len(ids) == 0:
		return usage("the id of the schedule is missing").hint("write `partitur schedule %s ID`", action)
	}
	server, err := c.dial()
	if err != nil {
		return err
	}
	switch action {
	case "list":
		return c.scheduleList(server, o.query)
	case "describe":
		return c.scheduleDescribe(server, ids)
	case "backfill":
		return c.backfill(server, o, ids)
	}
	return c.operate(server, o, ids)
}
