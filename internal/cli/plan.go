package cli

import (
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/pflag"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/internal/cli/ansi"
	"github.com/partitur/partitur/internal/project"
	"github.com/partitur/partitur/internal/schedule"
	"github.com/partitur/partitur/internal/workers"
)

var planCommand = command{
	use:     "plan [PATH...]",
	group:   filesGroup,
	summary: "show what apply would change on the server",
	help: `
Compare the schedules of the project, and the search attributes that its
definitions use, with those on the server, and show what ` + "`partitur apply`" + ` would
change. Nothing is changed. With PATHs, only the schedules in them are compared.

A schedule belongs to the project that applied it. Those of other projects, and
those made by hand, are left alone.`,
	examples: `
  partitur plan
  partitur plan --prune -o json
  partitur plan schedules/reports.yaml`,
	remote: true,
	setup: func(f *pflag.FlagSet) run {
		o := planningFlags(f)
		return func(c *call) error {
			p, _, err := c.plan(o)
			if err != nil {
				return err
			}
			return c.show(p, func(w io.Writer) { c.writePlan(w, p) })
		}
	},
}

// A planning is what the flags of plan and apply say.
type planning struct {
	prune bool
	adopt []string
}

func planningFlags(f *pflag.FlagSet) *planning {
	o := new(planning)
	f.BoolVar(&o.prune, "prune", false, "delete schedules of this project that the files do not have any more")
	f.StringSliceVar(&o.adopt, "adopt", nil, "`ID` of a schedule of somebody else that this project takes over")
	return o
}

// plan compares the files with the server.
func (c *call) plan(o *planning) (*schedule.Plan, *schedule.Server, error) {
	space, err := c.loadSchedules(o.prune)
	if err != nil {
		return nil, nil, err
	}
	if space.Project == nil {
		return nil, nil, usage("there is no project here, and schedules belong to one").
			hint("write partitur.yaml with project: NAME")
	}
	wanted, err := schedule.Want(space, defaultTaskQueue)
	if err != nil {
		return nil, nil, usage("%s", err)
	}
	to, err := c.dial()
	if err != nil {
		return nil, nil, err
	}
	server := to.schedules()
	in := schedule.Intent{
		Project: space.Project.Name, Wanted: wanted, Uses: attributesOf(space), Prune: o.prune, Adopt: o.adopt, Now: c.Now(),
	}
	p, err := server.Plan(c.ctx, in)
	if err == nil && len(c.args) > 0 {
		p.Unowned = []string{} // the files that were not named may have them
	}
	return p, server, err
}

// loadSchedules reads the files that are named, or else the whole project.
func (c *call) loadSchedules(prune bool) (*dsl.Workspace, error) {
	if len(c.args) > 0 {
		if prune {
			return nil, usage("--prune looks at the whole project").hint("leave out the paths")
		}
		return c.load(c.args)
	}
	root := project.Root(c.dir())
	if root == "" {
		root = "."
	}
	return c.load([]string{root})
}

// schedules are those of the namespace.
func (r *remote) schedules() *schedule.Server {
	host, _ := os.Hostname()
	return &schedule.Server{Client: r.Client, Namespace: r.namespace, Identity: "partitur@" + host}
}

// attributesOf lists the search attributes that definitions and schedules set.
func attributesOf(space *dsl.Workspace) []dsl.Attribute {
	list := workers.AttributesUsed(space.Programs)
	known := map[string]bool{}
	for _, a := range list {
		known[a.Name] = true
	}
	for _, s := range space.Schedules {
		for _, a := range s.AttributesUsed() {
			if !known[a.Name] {
				known[a.Name] = true
				list = append(list, a)
			}
		}
	}
	return list
}

var signs = map[schedule.Action]struct {
	sign  string
	color ansi.Color
	done  string
}{
	schedule.Create: {"+", ansi.Green, "created"}, schedule.Update: {"~", ansi.Yellow, "updated"},
	schedule.Move: {">", ansi.Yellow, "moved"}, schedule.Delete: {"-", ansi.Red, "deleted"},
}

func (c *call) writePlan(w io.Writer, p *schedule.Plan) {
	colors := c.colors(c.Terminal.Stdout)
	for _, a := range p.Attributes {
		fmt.Fprintf(w, "%s search attribute %s (%s)\n", colors.Paint(ansi.Green, "+"), a.Name, a.Type)
	}
	for _, change := range p.Changes {
		s := signs[change.Action]
		fmt.Fprintf(w, "%s %s  %s\n", colors.Paint(s.color, s.sign), colors.Paint(ansi.Bold, change.ID), why(change))
		c.writeDifferences(w, change)
	}
	for _, one := range p.Paused {
		fmt.Fprintf(w, "= %s  was paused on the server and stays so%s\n", one.ID, inQuotes(one.Note))
	}
	for _, id := range p.Unowned {
		fmt.Fprintf(w, "= %s  is no longer in the files; --prune deletes it\n", id)
	}
	for _, problem := range p.Problems {
		fmt.Fprintf(w, "%s %s\n", colors.Paint(ansi.Red, "!"), problem)
	}
	c.note("%s", c.summaryOf(p))
}

func why(c schedule.Change) string {
	if c.Action == schedule.Move {
		return fmt.Sprintf("moved from %s", c.From)
	}
	return c.Reason
}

func inQuotes(note string) string {
	if note == "" {
		return ""
	}
	return fmt.Sprintf(" (%q)", note)
}

func (c *call) writeDifferences(w io.Writer, change schedule.Change) {
	width := len("next")
	for _, d := range change.Differences {
		width = max(width, len(d.Key))
	}
	for _, d := range change.Differences {
		old, now := strings.Join(d.Old, ", "), strings.Join(d.New, ", ")
		text := now
		switch {
		case len(d.Old) > 0 && len(d.New) > 0:
			text = old + " → " + now
		case len(d.Old) > 0:
			text = old + " → not set"
		case change.Action != schedule.Create:
			text = "not set → " + now
		}
		fmt.Fprintf(w, "    %s  %s\n", ansi.Pad(d.Key, width), ansi.Clean(text))
	}
	var next []string
	for _, t := range change.Next {
		next = append(next, t.In(change.Zone()).Format("2006-01-02 15:04:05 MST"))
	}
	if len(next) > 0 {
		fmt.Fprintf(w, "    %s  %s\n", ansi.Pad("next", width), strings.Join(next, ", "))
	}
}

func (c *call) summaryOf(p *schedule.Plan) string {
	if p.Empty() {
		return fmt.Sprintf("nothing to change: the server has the %s as the files say", count(p.Unchanged, "schedule"))
	}
	counts := map[schedule.Action]int{}
	for _, change := range p.Changes {
		counts[change.Action]++
	}
	return fmt.Sprintf("%d to create, %d to update, %d to move, %d to delete, %d unchanged", counts[schedule.Create], counts[schedule.Update],
		counts[schedule.Move], counts[schedule.Delete], p.Unchanged)
}
