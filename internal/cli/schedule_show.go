package cli

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/partitur/partitur/internal/cli/ansi"
	"github.com/partitur/partitur/internal/schedule"
)

func (c *call) scheduleList(server *remote, query string) error {
	list, err := server.schedules().List(c.ctx, query)
	if err != nil {
		return err
	}
	if len(list) == 0 && c.format == text {
		c.note("no schedules")
		return nil
	}
	return c.show(map[string]any{"schedules": list}, func(w io.Writer) {
		rows := make([][]cell, len(list))
		for i, e := range list {
			state := cell{"active", ansi.Green}
			if e.Paused {
				state = cell{"paused", ansi.Yellow}
			}
			rows[i] = []cell{state, {e.ID, ansi.Bold}, {e.Workflow, ansi.Plain}, {strings.Join(e.When, ", "), ansi.Plain},
				{c.clockOr(e.Last), ansi.Plain}, {c.clockOr(e.Next), ansi.Plain}, {e.Project, ansi.Dim}}
		}
		c.writeTable(w, []string{"STATE", "ID", "WORKFLOW", "WHEN", "LAST", "NEXT", "PROJECT"}, rows)
	})
}

func (c *call) clockOr(t *time.Time) string {
	if t == nil {
		return "-"
	}
	return c.clock(*t)
}

// noSchedule says that the server has no such schedule.
func noSchedule(id string, in *remote) error {
	return problemf(exitNotFound, "there is no schedule %q in namespace %q at %s", id, in.namespace, in.address).
		hint("`partitur schedule list` shows all, `partitur apply` makes those of the files")
}

func (c *call) scheduleDescribe(server *remote, ids []string) error {
	var list []*schedule.Description
	for _, id := range ids {
		d, err := server.schedules().Describe(c.ctx, id)
		if err != nil {
			return err
		}
		if d == nil {
			return noSchedule(id, server)
		}
		list = append(list, d)
	}
	return c.show(map[string]any{"schedules": list}, func(w io.Writer) {
		for i, d := range list {
			if i > 0 {
				fmt.Fprintln(w)
			}
			c.writeSchedule(w, d)
		}
	})
}

func (c *call) writeSchedule(w io.Writer, d *schedule.Description) {
	zone := d.Times.Zone
	fields := []field{{"schedule", d.ID}, {"project", d.Project}}
	for _, r := range d.Settings {
		fields = append(fields, field{r.Key, ansi.Clean(strings.Join(r.Values, ", "))})
	}
	state := "active"
	if d.Paused {
		state = "paused"
	}
	fields = append(fields, field{"state", state}, field{"note", ansi.Clean(d.Note)})
	if d.RemainingActions != nil {
		fields = append(fields, field{"remaining runs", fmt.Sprint(*d.RemainingActions)})
	}
	fields = append(fields, field{"runs started", fmt.Sprint(d.Actions)},
		some("skipped", d.Skipped, "the last run was still going on"), some("missed", d.Missed, "later than the catchup window"),
		some("dropped", d.Dropped, "the buffer was full"), some("waiting", d.Buffered, "for a run to end"))
	for _, r := range d.Running {
		fields = append(fields, field{"running", r.WorkflowID})
	}
	for _, r := range d.Recent {
		fields = append(fields, field{"recent", fmt.Sprintf("%s  %s  %s", r.Scheduled.In(zone).Format("2006-01-02 15:04:05 MST"), r.WorkflowID, r.Status)})
	}
	for _, t := range d.Next {
		fields = append(fields, field{"next", t.In(zone).Format("2006-01-02 15:04:05 MST")})
	}
	writeFields(w, fields)
}

// some is a line that is there only if it counts something.
func some(name string, n int64, why string) field {
	if n == 0 {
		return field{}
	}
	return field{name, fmt.Sprintf("%d (%s)", n, why)}
}
