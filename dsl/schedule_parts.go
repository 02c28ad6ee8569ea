package dsl

import (
	"strings"
	"time"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/syntax"
	"github.com/partitur/partitur/dsl/times"
)

// An Interval is an element of `every`.
type Interval = times.Interval

// ScheduledTimeouts are the server's bounds on the runs of a schedule.
type ScheduledTimeouts struct{ Execution, Run, Task time.Duration }

// Fields declares the keys of the mapping.
func (t *ScheduledTimeouts) Fields(f *fields.Set) {
	f.Duration(&t.Execution, "execution", "the longest a started workflow may take, all its runs together")
	f.Duration(&t.Run, "run", "the longest a single run may take")
	f.Duration(&t.Task, "task", "the longest a worker may take for one workflow task, 10s if not set")
	if f.Diags() != nil && t.Execution > 0 && t.Run > t.Execution {
		f.Diags().Error("bad-value", f.KeySpan("run"), "a single run may take longer than the whole execution").
			WithHint("%q must not be longer than %q", "run", "execution")
	}
}

// ClockChange says what becomes of times at which the clocks jump; empty words
// leave it to the server.
type ClockChange struct{ Missing, Repeated string }

// Fields declares the keys of the mapping.
func (c *ClockChange) Fields(f *fields.Set) {
	f.Enum(&c.Missing, "missing", "a time that the clocks jump over is left out, or shifted by as much as they jump; `skip` if not set", []string{"skip", "shift"})
	f.Enum(&c.Repeated, "repeated", "a time that the clocks show twice is started the `first` time, or `both`; `first` if not set", []string{"first", "both"})
}

// policy is what the words mean. Where only one is written, the other has its
// default.
func (c ClockChange) policy() times.Policy {
	if c == (ClockChange{}) {
		return times.Policy{}
	}
	return times.Policy{Shift: c.Missing == "shift", First: c.Repeated != "both", Both: c.Repeated == "both"}
}

// Moved says what the schedule was called before.
type Moved struct{ From string }

// Fields declares the keys of the mapping.
func (m *Moved) Fields(f *fields.Set) {
	f.String(&m.From, "from", "the id before", fields.Required)
}

// OnCreate is what is started when a schedule is created.
type OnCreate struct {
	Trigger  bool
	Backfill []*Backfill
}

// Fields declares the keys of the mapping.
func (o *OnCreate) Fields(f *fields.Set) {
	f.Bool(&o.Trigger, "trigger", "whether one run is started at once")
	f.Objects(func() fields.Declarer {
		b := new(Backfill)
		o.Backfill = append(o.Backfill, b)
		return b
	}, "backfill", "times that have passed, for which runs are started")
}

// A Backfill is a stretch of time that has passed, for which runs are started.
type Backfill struct{ StartAt, EndAt, Overlap string }

// Fields declares the keys of an entry.
func (b *Backfill) Fields(f *fields.Set) {
	f.String(&b.StartAt, "start_at", "the first time", fields.Required)
	f.String(&b.EndAt, "end_at", "the last time", fields.Required)
	f.Enum(&b.Overlap, "overlap", "instead of the schedule's own policy", Overlaps)
	if f.Diags() == nil {
		return
	}
	start, okStart := timeIn(f, "start_at", b.StartAt)
	end, okEnd := timeIn(f, "end_at", b.EndAt)
	if okStart && okEnd && !end.After(start) {
		f.Diags().Error("bad-value", f.KeySpan("end_at"), "the backfill ends before it starts").WithHint("%q must come after %q", "end_at", "start_at")
	}
}

// timeIn reads a time of the set.
func timeIn(f *fields.Set, key, text string) (time.Time, bool) {
	if text == "" || !f.Sound(key) {
		return time.Time{}, false
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		f.Diags().Error("bad-value", f.ValueSpan(key), "%q must be a time such as '2026-01-31T09:30:00Z', not %q", key, text)
	}
	return t, err == nil
}

// bindArgs binds several arguments.
func (s *Schedule) bindArgs(f *fields.Set) {
	var args any
	f.Any(&args, "args", "the arguments of the runs, in order, instead of `with`", fields.Literal)
	n := s.nodes["args"]
	if f.Diags() == nil || n == nil || n.Kind == syntax.Broken {
		return
	}
	list, ok := args.([]any)
	if !ok && f.Sound("args") {
		f.Diags().Error("wrong-type", n.Span, "%q must be a list of arguments, not %s", "args", shown(n)).
			WithHint("a single argument is with:, several are args: [first, second]")
	}
	s.Args, s.HasArgs = list, true
	if f.Has("with") {
		f.Diags().Error("two-keys", f.KeySpan("args"), "a schedule has either %q or %q", "with", "args").
			WithHint("with: is the single argument, args: the list of several")
	}
}

// A SkipEntry is an entry of `skip`: a calendar, or the holidays of a region.
type SkipEntry struct{ Calendar }

// Fields declares the keys of an entry.
func (h *SkipEntry) Fields(f *fields.Set) {
	f.String(&h.Holidays, "holidays", "the official holidays of a country or region, by its code such as DE-BY, instead of the other keys")
	h.Calendar.Fields(f)
	if h.Holidays == "" || f.Describing() {
		return
	}
	for _, e := range f.Entries() {
		if e.Key.Value != "holidays" && e.Key.Value != "comment" {
			f.Diags().Error("two-keys", e.Key.Span, "holidays are whole days: %q cannot stand beside them", e.Key.Value).
				WithHint("write an entry of its own")
			return
		}
	}
	if _, known := times.Holidays(h.Holidays); !known {
		d := f.Diags().Error("bad-value", f.ValueSpan("holidays"), "the holidays of %q are not known", h.Holidays).
			WithHint("known are %s", strings.Join(times.Regions(), ", "))
		if near := diag.Nearest(strings.ToUpper(h.Holidays), times.Regions()); near != "" {
			d.WithHint("did you mean %s?", near)
		}
	}
}

func (s *Schedule) bindSkip(f *fields.Set) {
	f.Objects(func() fields.Declarer {
		h := new(SkipEntry)
		s.Skip = append(s.Skip, &h.Calendar)
		return h
	}, "skip", "times by the calendar at which nothing is started, such as `{month: 12, day: 25..26}` or `{holidays: DE-BY}`; what is not said may be any")
}
