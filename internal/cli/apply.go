package cli

import (
	"fmt"
	"io"

	"github.com/spf13/pflag"

	"github.com/partitur/partitur/internal/cli/ansi"
	"github.com/partitur/partitur/internal/schedule"
)

var applyCommand = command{
	use:     "apply [PATH...]",
	group:   filesGroup,
	summary: "make the schedules on the server those of the files",
	help: `
Create, update and move schedules, and register search attributes, so that the
server has what the files say; ` + "`partitur plan`" + ` shows what that would be. With
--prune, schedules of this project that no file has any more are deleted.

What an operator does stays: a schedule that was paused stays paused, and keeps
its note and the number of its remaining runs, until the files say something
else than they did.

Each change is made by itself. When some fail, or apply is interrupted, apply
again goes on with what is missing. Two that run at once do not overwrite each
other: what has changed since the plan was made is left alone and reported.`,
	examples: `
  partitur apply
  partitur apply --prune
  partitur apply --adopt daily-report -o json`,
	remote: true,
	setup: func(f *pflag.FlagSet) run {
		o := planningFlags(f)
		return func(c *call) error {
			p, server, err := c.plan(o)
			if err != nil {
				return err
			}
			return c.apply(server, p)
		}
	},
}

func (c *call) apply(server *schedule.Server, p *schedule.Plan) error {
	results, err := server.Apply(c.ctx, p, func(r schedule.Result) {
		if c.format == text {
			c.writeResult(c.Stdout, r)
		}
	})
	if err != nil {
		return err
	}
	failed := 0
	for _, r := range results {
		if r.Failed() {
			failed++
		}
	}
	if c.format == text {
		c.writeApplied(p, len(results)-failed)
	} else if err := writeJSON(c.Stdout, applied{p, results}); err != nil {
		return err
	}
	switch {
	case c.ctx.Err() != nil:
		return problemf(exitInterrupted, "interrupted: %d of %d changes were made", len(results)-failed, len(results)).hint("`partitur apply` goes on")
	case failed > 0:
		return problemf(exitFailed, "%s failed", count(failed, "change")).hint("`partitur apply` makes again what failed")
	case len(p.Problems) > 0:
		return errQuiet
	}
	return nil
}

// applied is what apply prints for programs.
type applied struct {
	*schedule.Plan
	Results []schedule.Result `json:"results"`
}

func (c *call) writeResult(w io.Writer, r schedule.Result) {
	colors := c.colors(c.Terminal.Stdout)
	s := signs[r.Action]
	if r.Failed() {
		fmt.Fprintf(w, "%s %s  not %s: %s\n", colors.Paint(ansi.Red, "!"), r.ID, s.done, r.Error)
		return
	}
	fmt.Fprintf(w, "%s %s  %s\n", colors.Paint(s.color, s.sign), r.ID, s.done)
}

func (c *call) writeApplied(p *schedule.Plan, made int) {
	for _, a := range p.Attributes {
		fmt.Fprintf(c.Stdout, "+ search attribute %s (%s)  registered\n", a.Name, a.Type)
	}
	for _, problem := range p.Problems {
		fmt.Fprintf(c.Stdout, "! %s\n", problem)
	}
	for _, one := range p.Paused {
		c.note("%s was paused on the server and stays so%s", one.ID, inQuotes(one.Note))
	}
	for _, id := range p.Unowned {
		c.note("%s is no longer in the files; --prune deletes it", id)
	}
	c.note("%s made, %d unchanged", count(made, "change"), p.Unchanged)
}
