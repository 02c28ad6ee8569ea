package interpreter_test

import (
	"slices"
	"testing"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"

	"github.com/partitur/partitur/interpreter/shared"
)

const keeping = `workflow: keeping
input: {type: string}
defaults: {timeout: 1m}
history: {max_events: 100}
state: {notes: 0}
signals:
  go: {message: {type: boolean}}
  note: {do: [{set: {notes: "${ state.notes + 1 }"}}]}
steps:
  - lock: ${ input }
    scope: namespace
    do:
      - id: rounds
        repeat:
          - {id: got, receive: go}
          - {activity: echo, with: "${ workflow.id }"}
        until: steps.got.output
        max_iterations: unlimited
output: ${ state.notes }
`

// newest is the run of a workflow id that is there now.
func (s *site) newest(run client.WorkflowRun) client.WorkflowRun {
	return s.client.GetWorkflow(s.t.Context(), run.GetID(), "")
}

func (s *site) tell(run client.WorkflowRun, name string, args ...any) {
	s.t.Helper()
	for _, arg := range args {
		if err := s.client.SignalWorkflow(s.t.Context(), run.GetID(), "", name, arg); err != nil {
			s.t.Fatal(err)
		}
	}
}

// contend lets two runs want a lock, until somebody watches the first, which has it.
func (s *site) contend(lock string) (holder, next client.WorkflowRun) {
	s.t.Helper()
	holder = s.startAs("holder of "+lock, "keeping", lock)
	eventually(s.t, "the first has the lock", func() bool { return len(s.line(lock)) == 1 })
	next = s.startAs("next of "+lock, "keeping", lock)
	eventually(s.t, "the second waits", func() bool { return len(s.line(lock)) == 2 })
	return holder, next
}

func (s *site) watched(lock string) {
	s.t.Helper()
	s.reaches(s.client.GetWorkflow(s.t.Context(), shared.Keeper{Kind: shared.LockType, Name: lock}.ID(), ""), shared.WatchActivity)
}

// worked is when the activities of the runs of a workflow id were scheduled or
// completed, in order, and how many runs there are.
func (s *site) worked(run client.WorkflowRun) (times []time.Time, runs int) {
	s.t.Helper()
	chain := s.chain(run.GetID(), run.GetRunID())
	for _, h := range chain {
		times = append(times, timesOf(h, enumspb.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED, enumspb.EVENT_TYPE_ACTIVITY_TASK_COMPLETED)...)
	}
	return times, len(chain)
}

func timesOf(h *historypb.History, kinds ...enumspb.EventType) (times []time.Time) {
	for _, e := range h.GetEvents() {
		if slices.Contains(kinds, e.GetEventType()) {
			times = append(times, e.GetEventTime().AsTime())
		}
	}
	return times
}

// TestLockGoesAlong lets runs continue as new while they have a lock for which
// others wait, and while they wait. No other has it between two of them, and it
// is free when the last of them has ended, however it has.
func TestLockGoesAlong(t *testing.T) {
	s := newSite(t, keeping)
	done, gone := t.Name()+" done", t.Name()+" gone"
	holder, next := s.contend(done)
	killed, heir := s.contend(gone)
	s.watched(done)
	s.watched(gone)
	rounds := slices.Repeat([]any{false}, 60)
	s.tell(next, "note", rounds...)
	for _, run := range []client.WorkflowRun{holder, killed} {
		s.tell(run, "go", rounds...)
	}
	s.tell(next, "note", rounds...)
	eventually(t, "the run that waits has continued as new", func() bool { _, runs := s.worked(next); return runs > 1 })
	for _, run := range []client.WorkflowRun{holder, killed} {
		eventually(t, "the run has gone its rounds", func() bool {
			times, _ := s.worked(run)
			return len(times) == 2*len(rounds)
		})
	}
	for _, lock := range []string{done, gone} {
		if got, want := s.line(lock), []string{t.Name() + "/holder of " + lock, t.Name() + "/next of " + lock}; !slices.Equal(got, want) {
			t.Errorf("in the line of %s are %s", lock, got)
		}
	}
	if err := s.client.TerminateWorkflow(t.Context(), killed.GetID(), "", "a test"); err != nil {
		t.Fatal(err)
	}
	for _, run := range []client.WorkflowRun{heir, holder, next} {
		s.tell(run, "go", true)
		if err := s.get(s.newest(run), nil); err != nil {
			t.Fatal(err)
		}
	}
	s.oneAfterTheOther(killed, heir)
	s.oneAfterTheOther(holder, next)
	recordHistory(t, "testdata/histories/lock-continued-1.json", s.chain(holder.GetID(), holder.GetRunID())[1])
}

// oneAfterTheOther checks that a run and those that it went on as had the lock
// before another, and that each has continued several times.
func (s *site) oneAfterTheOther(first, second client.WorkflowRun) {
	s.t.Helper()
	before, runs := s.worked(first)
	after, _ := s.worked(second)
	if len(before) == 0 || len(after) == 0 || before[len(before)-1].After(after[0]) {
		s.t.Errorf("%s was at work until %s, and %s from %s", first.GetID(), before, second.GetID(), after)
	}
	if runs < 4 {
		s.t.Errorf("%s has had %d runs", first.GetID(), runs)
	}
}
