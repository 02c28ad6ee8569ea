package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/times"
	"github.com/partitur/partitur/internal/cli/ansi"
	"github.com/partitur/partitur/internal/schedule"
)

// A preview is the next times of a schedule of the files.
type preview struct {
	ID           string        `json:"id"`
	Timezone     string        `json:"timezone"`
	Next         []time.Time   `json:"next"`
	ClockChanges []clockChange `json:"clock_changes"`
}

// A clockChange is a time of the schedule at which the clocks jump.
type clockChange struct {
	Time  string    `json:"time"` // on the wall
	Kind  string    `json:"kind"` // missing or repeated
	From  string    `json:"from"` // what the clocks jump from, on the wall
	To    string    `json:"to"`
	At    time.Time `json:"at"`
	first time.Time
}

// scheduleNext shows the next times of the schedules that are named, or of all.
func (c *call) scheduleNext(o *scheduling, ids []string) error {
	after := c.Now()
	if o.after != "" {
		var err error
		if after, err = parseTime(o.after, c.Now().Location(), false); err != nil {
			return usage("--after: %s", err)
		}
		after = after.Add(-time.Nanosecond) // itself included
	}
	c.args = nil
	space, err := c.loadSchedules(false)
	if err != nil {
		return err
	}
	wanted, err := schedule.Want(space, defaultTaskQueue)
	if err != nil {
		return usage("%s", err)
	}
	if wanted, err = chosen(wanted, ids); err != nil {
		return err
	}
	previews := []preview{}
	for _, w := range wanted {
		previews = append(previews, previewOf(w, after, max(o.number, 1)))
	}
	return c.show(map[string]any{"schedules": previews}, func(out io.Writer) { c.writePreviews(out, previews) })
}

// chosen are the schedules that are named; all if none is.
func chosen(wanted []*schedule.Wanted, ids []string) ([]*schedule.Wanted, error) {
	if len(ids) == 0 {
		return wanted, nil
	}
	var known []string
	for _, w := range wanted {
		known = append(known, w.ID)
	}
	var list []*schedule.Wanted
	for _, id := range ids {
		i := slices.Index(known, id)
		if i < 0 {
			p := problemf(exitNotFound, "there is no schedule %q in the files here", id)
			if near := diag.Nearest(id, known); near != "" {
				return nil, p.hint("did you mean %s?", near)
			}
			return nil, p.hint("the files have %s", join(known))
		}
		list = append(list, wanted[i])
	}
	return list, nil
}

func previewOf(w *schedule.Wanted, after time.Time, n int) preview {
	next, hits := w.Preview(after, n)
	zone := w.Applied.Zone
	p := preview{ID: w.ID, Timezone: zone.String(), Next: []time.Time{}, ClockChanges: []clockChange{}}
	for _, t := range next {
		p.Next = append(p.Next, t.In(zone))
	}
	for _, h := range hits {
		p.ClockChanges = append(p.ClockChanges, clockChangeOf(h))
	}
	return p
}

func clockChangeOf(h times.Hit) clockChange {
	before := h.Jump.At.UTC().Add(h.Jump.Before)
	after := h.Jump.At.UTC().Add(h.Jump.After)
	change := clockChange{
		Time: h.Wall.Format("2006-01-02T15:04:05"), Kind: "repeated", From: before.Format("15:04"), To: after.Format("15:04"), At: h.Jump.At, first: h.First(),
	}
	if h.Jump.Forward() {
		change.Kind = "missing"
	}
	return change
}

func (c *call) writePreviews(w io.Writer, previews []preview) {
	colors := c.colors(c.Terminal.Stdout)
	if len(previews) == 0 {
		c.note("no schedules")
	}
	for i, p := range previews {
		if i > 0 {
			fmt.Fprintln(w)
		}
		fmt.Fprintf(w, "%s  %s\n", colors.Paint(ansi.Bold, p.ID), p.Timezone)
		if len(p.Next) == 0 {
			fmt.Fprintln(w, "  nothing any more")
		}
		changes := p.ClockChanges
		for _, t := range p.Next {
			for len(changes) > 0 && changes[0].first.Before(t.Add(time.Second)) {
				fmt.Fprintf(w, "  %s\n", colors.Paint(ansi.Yellow, changes[0].sentence(p.Next)))
				changes = changes[1:]
			}
			fmt.Fprintf(w, "  %s\n", t.Format("Mon 2006-01-02 15:04:05 MST"))
		}
		for _, left := range changes {
			fmt.Fprintf(w, "  %s\n", colors.Paint(ansi.Yellow, left.sentence(p.Next)))
		}
	}
}

// sentence says what becomes of the time.
func (h clockChange) sentence(next []time.Time) string {
	wall, _ := time.Parse("2006-01-02T15:04:05", h.Time)
	shown := wall.Format("2006-01-02 15:04")
	if h.Kind == "missing" {
		fate := "and is left out"
		if slices.ContainsFunc(next, h.first.Equal) {
			fate = "and is started at " + h.first.In(next[0].Location()).Format("15:04")
		}
		return fmt.Sprintf("%s does not exist: the clocks go from %s to %s, %s", shown, h.From, h.To, fate)
	}
	n := 0
	for _, t := range next {
		if t.Format("2006-01-02T15:04:05") == h.Time {
			n++
		}
	}
	return fmt.Sprintf("%s is shown twice: the clocks go from %s back to %s, and it is started %s", shown, h.From, h.To, []string{"not at all", "once", "twice"}[min(n, 2)])
}

// parseTime reads a time, or a date: its first moment, or its last if the whole
// day is meant.
func parseTime(text string, zone *time.Location, whole bool) (time.Time, error) {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t, nil
	}
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02 15:04:05", "2006-01-02 15:04"} {
		if t, err := time.ParseInLocation(layout, text, zone); err == nil {
			return t, nil
		}
	}
	t, err := time.ParseInLocation("2006-01-02", text, zone)
	if err != nil {
		return t, fmt.Errorf("%q is no date such as 2026-01-31 and no time such as 2026-01-31T09:30:00Z", strings.TrimSpace(text))
	}
	if whole {
		return t.AddDate(0, 0, 1).Add(-time.Second), nil
	}
	return t, nil
}
