package dsl

import (
	"slices"
	"time"

	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
)

// A Schedule is a `schedule:` document: a Temporal Schedule whose action is
// written like a `workflow:` step, but for expressions.
type Schedule struct {
	Span                            source.Span
	ID, Workflow, TaskQueue         string
	WorkflowID, Title, Details      string
	With                            any
	Args                            []any // several arguments, instead of With
	Timeouts                        ScheduledTimeouts
	Retry                           *Retry
	Priority                        *Priority
	Versioning                      *VersioningOverride
	Memo, SearchAttributes          map[string]any
	Cron                            []string
	Every                           []Interval
	Calendars, Skip                 []*Calendar
	Timezone, Overlap, Note         string
	ClockChange                     ClockChange
	CatchupWindow, Jitter           time.Duration
	PauseOnFailure, Paused, HasArgs bool
	RemainingActions                int
	StartAt, EndAt                  string
	Moved                           Moved
	OnCreate                        OnCreate

	nodes      map[string]*syntax.Node // the value of each key
	attributes []Attribute
}

// Overlaps are the words for what happens while the last run still goes on.
var Overlaps = []string{"skip", "buffer_one", "buffer_all", "cancel_other", "terminate_other", "allow_all"}

// Fields declares the keys of a schedule document.
func (s *Schedule) Fields(f *fields.Set) {
	s.Span = f.Span()
	s.nodes = map[string]*syntax.Node{}
	for _, e := range f.Entries() {
		s.nodes[e.Key.Value] = e.Value
	}
	f.String(&s.ID, "schedule", "the schedule's id on the server", fields.Required)
	f.String(&s.Workflow, "workflow", "the workflow type it starts", fields.Required)
	s.bindAction(f)
	s.bindSpec(f)
	s.bindPolicies(f)
	f.Object(&s.Moved, "moved", "the id that the schedule had before, which `partitur apply` moves it from")
	f.Object(&s.OnCreate, "on_create", "what is started when `partitur apply` creates the schedule")
	if f.Diags() != nil {
		s.needsTimes(f)
	}
}

// bindAction declares what a run is started with.
func (s *Schedule) bindAction(f *fields.Set) {
	f.Any(&s.With, "with", "the input of the runs", fields.Literal)
	s.bindArgs(f)
	f.String(&s.TaskQueue, "task_queue", "the task queue of the runs; that of the workflow if not set")
	f.String(&s.WorkflowID, "workflow_id", "the workflow id of the runs, to which the server adds the time; the schedule's id if not set")
	f.Object(&s.Timeouts, "timeouts", "the server's bounds on the runs; those of the workflow if not set")
	bindRetry(f, &s.Retry, "starts a failed run again from its first step, as the policy says; not set, it is not")
	f.String(&s.Title, "title", "a line about the runs for the Web UI")
	f.String(&s.Details, "details", "text about the runs for the Web UI")
	bindPriority(f, &s.Priority)
	bindVersioningOverride(f, &s.Versioning)
	f.Map(&s.Memo, "memo", "values shown with the runs", nil, fields.Literal)
	f.Map(&s.SearchAttributes, "search_attributes", "values that the runs and the schedule itself can be found by", nil, fields.Literal)
}

// bindSpec declares when runs are started.
func (s *Schedule) bindSpec(f *fields.Set) {
	f.Node("cron", "cron expressions, in quotes", nil, func(n *syntax.Node) { s.bindCron(f, n) })
	f.Node("every", "an interval such as 5m, or `{interval, offset}`, or a list of them", nil, func(n *syntax.Node) { s.bindEvery(f, n) })
	bindCalendars(f, &s.Calendars, "calendars", "times by the calendar, each `{hour: 9, weekday: mon..fri}` or the like; second, minute and hour are 0 where they are not said")
	s.bindSkip(f)
	f.String(&s.Timezone, "timezone", "an IANA time zone such as Europe/Berlin; UTC if not set")
	f.Object(&s.ClockChange, "clock_change", "what becomes of times that the clocks jump over or show twice")
	f.Duration(&s.Jitter, "jitter", "starts are delayed by a random time up to this")
	f.String(&s.StartAt, "start_at", "nothing is started before this time")
	f.String(&s.EndAt, "end_at", "nothing is started after this time")
}

// bindPolicies declares how the server goes about it.
func (s *Schedule) bindPolicies(f *fields.Set) {
	f.Enum(&s.Overlap, "overlap", "what happens while the last run still goes on; `skip` if not set", Overlaps)
	f.Duration(&s.CatchupWindow, "catchup_window", "how late a missed start is still made up for, from 10s; a year if not set")
	f.Bool(&s.PauseOnFailure, "pause_on_failure", "whether a failed run pauses the schedule")
	f.Int(&s.RemainingActions, "remaining_actions", "how many runs are started before the schedule rests; no bound if not set", fields.AtLeast(1))
	f.Bool(&s.Paused, "paused", "whether the schedule is created paused")
	f.String(&s.Note, "note", "a note for operators, which the schedule is created with")
}

// At is where the value of a key stands, or the id if there is no such key.
func (s *Schedule) At(key string) source.Span {
	if n := s.nodes[key]; n != nil {
		return n.Span
	}
	return s.nodes["schedule"].Span
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
