package interpreter_test

import (
	"fmt"
	"strings"
	"testing"

	"go.temporal.io/sdk/client"

	"github.com/partitur/partitur/interpreter"
)

// upgrading waits in a loop that its history makes continue as new: each round
// makes a few events.
const upgrading = `workflow: upgrading
versioning: {upgrade: on_continue}
history: {max_events: 100}
defaults: {timeout: 1m}
state: {count: 0}
signals: {stop: {}, more: {}}
steps:
  - {id: before, activity: echo, with: first, compensate: {activity: echo, with: undone by the first}}
  - id: rounds
    repeat:
      - {id: next, receive: [more, stop]}
      - id: burst
        for_each: 1..12
        do: [{activity: echo, with: "${ item }"}]
      - {set: {count: "${ state.count + 1 }"}}
    until: steps.next.name == 'stop'
    max_iterations: unlimited
output: ${ ['one', state.count] }
`

// adopting sends so many messages that the run continues as new, and returns how
// it ends and what `status` says of its text.
func (s *site) adopting(text string) (result any, st interpreter.Status) {
	s.t.Helper()
	run := s.start("upgrading")
	first := run.GetRunID()
	s.signal(run, "more")
	eventually(s.t, "the first round ends", func() bool {
		kinds := kindsOf(s.history(run))
		return strings.Count(join(kinds), "ActivityTaskCompleted") == 13 && kinds[len(kinds)-1] == "WorkflowTaskCompleted"
	})
	if _, err := s.programs.Set(parse(s.t, text)); err != nil {
		s.t.Fatal(err)
	}
	latest := s.client.GetWorkflow(s.t.Context(), run.GetID(), "")
	s.signal(latest, "more")
	eventually(s.t, "the run continues as new", func() bool {
		d, err := s.client.DescribeWorkflowExecution(s.t.Context(), run.GetID(), "")
		return err == nil && d.GetWorkflowExecutionInfo().GetExecution().GetRunId() != first
	})
	st = s.status(latest)
	s.signal(latest, "stop")
	if err := s.get(s.client.GetWorkflow(s.t.Context(), run.GetID(), ""), &result); err != nil {
		result = err.Error()
	}
	s.chain(run.GetID(), first)
	return result, st
}

// status asks a run that goes on. The server may send the worker events of a task
// that was under way when the question came, which the SDK without a sticky cache
// takes for its own: the answer is an error then, and the next is not.
func (s *site) status(run client.WorkflowRun) (st interpreter.Status) {
	s.t.Helper()
	eventually(s.t, "the run tells its status", func() bool {
		answer, err := s.client.QueryWorkflow(s.t.Context(), run.GetID(), run.GetRunID(), "status")
		return err == nil && answer.Get(&st) == nil
	})
	return st
}

func (s *site) signal(run client.WorkflowRun, name string) {
	s.t.Helper()
	if err := s.client.SignalWorkflow(s.t.Context(), run.GetID(), "", name, nil); err != nil {
		s.t.Fatal(err)
	}
}

// TestAdopt changes a text while a run goes on: it takes the newest when it
// continues as new, with the state that this makes of its own.
func TestAdopt(t *testing.T) {
	s := newSite(t, upgrading)
	result, st := s.adopting(strings.NewReplacer(
		"upgrade: on_continue", "upgrade: on_continue, migrate: {state: {total: '${ state.count * 100 }'}}",
		"state: {count: 0}", "state: {total: 0, extra: new}",
		"count: \"${ state.count + 1 }\"", "total: \"${ state.total + 1 }\"",
		"output: ${ ['one', state.count] }", "output: ${ ['two', state.total, state.extra, steps.before.output] }",
	).Replace(upgrading))
	if got := fmt.Sprint(result); got != "[two 102 new first]" {
		t.Error("the result is", got)
	}
	if st.Kept != "" {
		t.Error(st.Kept)
	}
}

// TestKeep changes a text so that the run cannot go on with it. It keeps its own,
// and says why.
func TestKeep(t *testing.T) {
	loop, rest, _ := strings.Cut(upgrading[strings.Index(upgrading, "  - id: rounds"):], "output:")
	moved := "  - id: around\n    try:\n" + strings.ReplaceAll("    "+strings.TrimSuffix(loop, "\n"), "\n", "\n    ") + "\n"
	for name, c := range map[string]struct{ old, text, why string }{
		"renamed":  {"id: rounds", "id: again", `the run stands in the step "rounds", and the newest text has none of that id and kind in the same blocks`},
		"moved":    {loop, moved, `the run stands in the step "rounds", and the newest text has none of that id and kind in the same blocks`},
		"passed":   {loop + "output:" + rest, "  - {id: added, value: 1}\n" + loop + "output: ${ ['two', steps.added.output] }\n", `the newest text reads the step "added", which stands before the place that the run has reached`},
		"migrated": {"upgrade: on_continue", "upgrade: on_continue, migrate: {state: {count: '${ state.text.id }'}}", "the state cannot be migrated: "},
		"input":    {"state: {count: 0}", "input: {type: object, required: [n]}\nstate: {count: 0}", "the newest text does not take the input: "},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, upgrading)
			result, st := s.adopting(strings.Replace(upgrading, c.old, c.text, 1))
			if got := fmt.Sprint(result); got != "[one 3]" {
				t.Error("the result is", got)
			}
			if !strings.HasPrefix(st.Kept, c.why) {
				t.Errorf("it says %q, and not %q", st.Kept, c.why)
			}
		})
	}
}

// TestAlways lets runs follow the newest text: one that went by before the
// change goes on without it, one that did not takes it, and replay with the
// newest text agrees with both.
func TestAlways(t *testing.T) {
	const text = `workflow: always
versioning: {upgrade: always}
defaults: {timeout: 1m}
signals: {go_on: {}}
steps:
  - receive: go_on
  - {id: b, activity: echo, with: old}
  - receive: go_on
output: ${ steps.b.output }
`
	changed := strings.NewReplacer("always}", "always}\npatches: {new-echo: active}", "with: old", `with: "${ patched('new-echo') ? 'new' : 'old' }"`).Replace(text)
	s := newSite(t, text)
	runs := map[string]client.WorkflowRun{}
	for _, want := range []string{"old", "new"} {
		run, err := s.client.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: want, TaskQueue: s.queue}, "always")
		if err != nil {
			t.Fatal(err)
		}
		runs[want] = run
	}
	s.signal(runs["old"], "go_on")
	eventually(t, "one run goes by and the other begins", func() bool {
		return strings.Contains(join(kindsOf(s.history(runs["old"]))), "ActivityTaskCompleted WorkflowTaskScheduled WorkflowTaskStarted WorkflowTaskCompleted") &&
			strings.Contains(join(kindsOf(s.history(runs["new"]))), "MarkerRecorded")
	})
	if _, err := s.programs.Set(parse(t, changed)); err != nil {
		t.Fatal(err)
	}
	s.signal(runs["old"], "go_on")
	s.signal(runs["new"], "go_on")
	s.signal(runs["new"], "go_on")
	for want, run := range runs {
		var result string
		if err := s.get(run, &result); err != nil || result != want {
			t.Errorf("the result is %q, %v, want %q", result, err, want)
		}
		if err := replayerOf(t, s.programs).ReplayWorkflowHistory(quiet{}, s.history(run)); err != nil {
			t.Error(err)
		}
	}
	deprecated := strings.Replace(changed, "active", "deprecated", 1)
	if _, err := s.programs.Set(parse(t, deprecated)); err != nil {
		t.Fatal(err)
	}
	if err := replayerOf(t, s.programs).ReplayWorkflowHistory(quiet{}, s.history(runs["new"])); err != nil {
		t.Error("a run with the change does not replay once it is deprecated:", err)
	}
	if err := replayerOf(t, s.programs).ReplayWorkflowHistory(quiet{}, s.history(runs["old"])); err == nil {
		t.Error("a run without the change replays although it is deprecated")
	}
}
