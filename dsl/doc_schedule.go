package dsl

import (
	"slices"
	"time"

	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
)

// A Schedule is a `schedule:` document: a Temporal Schedule whose action is
// written like a step.
type Schedule struct {
	Span                                source.Span
	ID, Workflow, TaskQueue, WorkflowID string
	With                                any
	Cron, Every, Memo, Attributes       any
	Calendars, Skip                     []*Calendar
	Timezone, Overlap, Note             string
	CatchupWindow, Jitter               time.Duration
	PauseOnFailure, Paused              bool
	RemainingActions                    int
	StartAt, EndAt                      string

	at   map[string]source.Span // where each value stands
	with *syntax.Node
}

// Fields declares the keys of a schedule document.
func (s *Schedule) Fields(f *fields.Set) {
	s.Span = f.Span()
	f.String(&s.ID, "schedule", "the schedule's id on the server", fields.Required)
	f.String(&s.Workflow, "workflow", "the workflow type it starts", fields.Required)
	f.Any(&s.With, "with", "the input of the runs", fields.Literal)
	f.String(&s.TaskQueue, "task_queue", "the task queue of the runs")
	f.Node("cron", "cron expressions, in quotes", nil, func(n *syntax.Node) { s.bindCron(f, n) })
	f.Node("every", "an interval such as 5m, or `{interval, offset}`", nil, func(n *syntax.Node) { s.bindEvery(f, n) })
	bindCalendars(f, &s.Calendars, "calendars", "times by the calendar, each `{hour: 9, weekday: mon..fri}` or the like; second, minute and hour are 0 where they are not said")
	bindCalendars(f, &s.Skip, "skip", "times by the calendar at which nothing is started, such as `{month: 12, day: 25..26}`; what is not said may be any")
	f.String(&s.Timezone, "timezone", "an IANA time zone such as Europe/Berlin; UTC if not set")
	f.Enum(&s.Overlap, "overlap", "what happens while the last run still goes on; `skip` if not set", []string{"skip", "buffer_one", "buffer_all", "cancel_other", "terminate_other", "allow_all"})
	f.Duration(&s.CatchupWindow, "catchup_window", "how late a missed start is still made up for")
	f.Duration(&s.Jitter, "jitter", "starts are delayed by a random time up to this")
	f.Bool(&s.PauseOnFailure, "pause_on_failure", "whether a failed run pauses the schedule")
	f.String(&s.StartAt, "start_at", "nothing is started before this time")
	f.String(&s.EndAt, "end_at", "nothing is started after this time")
	f.Int(&s.RemainingActions, "remaining_actions", "how many runs are started before the schedule rests; no bound if not set", fields.AtLeast(1))
	f.Bool(&s.Paused, "paused", "whether the schedule is created paused")
	f.String(&s.Note, "note", "a note for operators")
	f.String(&s.WorkflowID, "workflow_id", "the workflow id of the runs, to which the server adds the time")
	f.Any(&s.Memo, "memo", "values shown with the runs", fields.Literal)
	f.Any(&s.Attributes, "search_attributes", "values the runs can be found by", fields.Literal)
	s.at = map[string]source.Span{}
	for _, e := range f.Entries() {
		s.at[e.Key.Value] = e.Value.Span
		if e.Key.Value == "with" {
			s.with = e.Value
		}
	}
	if f.Diags() != nil {
		s.needsTimes(f)
	}
}

func bindCalendars(f *fields.Set, p *[]*Calendar, name, doc string) {
	f.Objects(func() fields.Declarer {
		c := new(Calendar)
		*p = append(*p, c)
		return c
	}, name, doc)
}

// needsTimes reports a schedule that says no time at all.
func (s *Schedule) needsTimes(f *fields.Set) {
	unknown := slices.ContainsFunc(f.Entries(), func(e syntax.Entry) bool {
		return !slices.ContainsFunc(f.Specs, func(spec fields.Spec) bool { return spec.Name == e.Key.Value })
	})
	if unknown { // it may be what says the time
		return
	}
	if f.Has("cron") || f.Has("every") || f.Has("calendars") || f.Diags().Within(f.Span()) {
		return
	}
	f.Diags().Error("missing-key", f.KeySpan("schedule"), "nothing says when the workflow is started").
		WithHint("add cron: ['0 6 * * *'], every: 1h, or calendars:")
}
