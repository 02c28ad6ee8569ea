package interpreter_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/internal/golden"
	"github.com/partitur/partitur/interpreter/shared"
)

// sharing is the one worker that keeps what the runs of the tests share.
var sharing struct {
	sync.Once
	err error
}

// shareOnce starts it. Its keepers continue as new often.
func shareOnce(c client.Client) error {
	sharing.Do(func() {
		w := worker.New(c, shared.TaskQueue, worker.Options{Identity: "test"})
		shared.Keepers{MaxEvents: 150}.Register(w)
		sharing.err = w.Start()
	})
	return sharing.err
}

// startAs starts a run with an id of its own.
func (s *site) startAs(id, kind string, args ...any) client.WorkflowRun {
	s.t.Helper()
	run, err := s.client.ExecuteWorkflow(s.t.Context(), client.StartWorkflowOptions{ID: s.queue + "/" + id, TaskQueue: s.queue}, kind, args...)
	if err != nil {
		s.t.Fatal(err)
	}
	return run
}

// line is the workflow ids of those who have or want a lock.
func (s *site) line(name string) (ids []string) {
	s.t.Helper()
	answer, err := s.client.QueryWorkflow(s.t.Context(), shared.Keeper{Kind: shared.LockType, Name: name}.ID(), "", "book")
	if err != nil {
		return nil
	}
	var l shared.Lock
	if err := answer.Get(&l); err != nil {
		s.t.Fatal(err)
	}
	for _, p := range l.Line {
		ids = append(ids, p.Run.ID)
	}
	return ids
}

const locking = `workflow: locking
input: {type: string}
defaults: {timeout: 1m}
steps:
  - lock: ${ input }
    scope: namespace
    do: [{activity: gate}]
---
workflow: counting
input: {type: string}
defaults: {timeout: 1m}
steps:
  - lock: ${ input }
    scope: namespace
    do:
      - {activity: echo, with: "${ workflow.id }"}
`

// TestLockInOrder lets 50 runs wait for a lock that another has. Each gets it
// once, in the order in which they asked, and the keeper has gone on in several
// runs meanwhile.
func TestLockInOrder(t *testing.T) {
	s := newSite(t, locking)
	holder := s.startAs("holder", "locking", t.Name())
	s.reaches(holder, "gate")
	want := []string{holder.GetID()}
	var runs []client.WorkflowRun
	for i := range 50 {
		run := s.startAs(fmt.Sprint(i), "counting", t.Name())
		runs, want = append(runs, run), append(want, run.GetID())
		eventually(t, "the run waits", func() bool { return slices.Contains(s.line(t.Name()), run.GetID()) })
	}
	if got := s.line(t.Name()); !slices.Equal(got, want) {
		t.Errorf("the line is %s, and they came as %s", got, want)
	}
	close(s.gate(holder.GetID()))
	var order []string
	for _, run := range append([]client.WorkflowRun{holder}, runs...) {
		if err := s.get(run, nil); err != nil {
			t.Fatal(err)
		}
		replay(t, s.history(run))
	}
	times := map[string]int64{}
	for _, run := range runs {
		for _, e := range s.history(run).GetEvents() {
			if e.GetEventType() == enumspb.EVENT_TYPE_ACTIVITY_TASK_STARTED {
				order = append(order, run.GetID())
				times[run.GetID()] = e.GetEventTime().AsTime().UnixNano()
			}
		}
	}
	if len(order) != len(runs) || !slices.IsSortedFunc(order, func(a, b string) int { return int(times[a] - times[b]) }) {
		t.Errorf("they had the lock as %s", order)
	}
	eventually(t, "nobody is in the line", func() bool { return len(s.line(t.Name())) == 0 })
	d, err := s.client.DescribeWorkflowExecution(t.Context(), shared.Keeper{Kind: shared.LockType, Name: t.Name()}.ID(), "")
	if err != nil || d.GetWorkflowExecutionInfo().GetFirstRunId() == d.GetWorkflowExecutionInfo().GetExecution().GetRunId() {
		t.Errorf("the keeper has not continued as new: %v, %v", d, err)
	}
	s.keeper(shared.LockType, t.Name(), "")
}

// keeper replays the runs of a keeper, and keeps the history of the newest under
// a name if there is none yet.
func (s *site) keeper(kind, name, file string) {
	s.t.Helper()
	r := worker.NewWorkflowReplayer()
	shared.Keepers{MaxEvents: 150}.RegisterWorkflows(r)
	runs := s.runsOf(s.client.GetWorkflow(s.t.Context(), shared.Keeper{Kind: kind, Name: name}.ID(), ""))
	for _, h := range runs {
		if err := r.ReplayWorkflowHistory(quiet{}, h); err != nil {
			s.t.Error(err)
		}
	}
	file = filepath.Join("shared", "testdata", file+"-"+dsl.Language+".json")
	if _, err := os.Stat(file); err == nil || !*golden.Update || strings.HasPrefix(filepath.Base(file), "-") {
		return // recorded histories are never changed
	}
	data, err := protojson.Marshal(runs[len(runs)-1])
	if err == nil {
		err = os.WriteFile(file, data, 0o644)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// TestLockOfATerminatedRun frees the lock of a run that could not give it back.
func TestLockOfATerminatedRun(t *testing.T) {
	s := newSite(t, locking)
	holder := s.startAs("holder", "locking", t.Name())
	s.reaches(holder, "gate")
	next := s.startAs("next", "counting", t.Name())
	eventually(t, "the run waits", func() bool { return len(s.line(t.Name())) == 2 })
	if err := s.client.TerminateWorkflow(t.Context(), holder.GetID(), "", "a test"); err != nil {
		t.Fatal(err)
	}
	if err := s.get(next, nil); err != nil {
		t.Fatal(err)
	}
	s.keeper(shared.LockType, t.Name(), "lock")
}

// TestLockOfAWorkerThatDies keeps the lock of a run whose worker is gone: the
// run goes on with another worker, and gives it back then.
func TestLockOfAWorkerThatDies(t *testing.T) {
	s := newSite(t, locking)
	holder := s.startAs("holder", "locking", t.Name())
	s.reaches(holder, "gate")
	next := s.startAs("next", "counting", t.Name())
	eventually(t, "the run waits", func() bool { return len(s.line(t.Name())) == 2 })
	s.worker.Stop()
	if got := s.line(t.Name()); len(got) != 2 || got[0] != holder.GetID() {
		t.Errorf("the line is %s", got)
	}
	close(s.gate(holder.GetID()))
	s.serve()
	for _, run := range []client.WorkflowRun{holder, next} {
		if err := s.get(run, nil); err != nil {
			t.Fatal(err)
		}
		replay(t, s.history(run))
	}
}

// ended is when a run has ended.
func (s *site) ended(run client.WorkflowRun) time.Time {
	events := s.history(run).GetEvents()
	return events[len(events)-1].GetEventTime().AsTime()
}

// TestLockAfterAReset lets a run that is reset while it has a lock keep it, for
// the workflow id is the same.
func TestLockAfterAReset(t *testing.T) {
	s := newSite(t, locking)
	holder := s.startAs("holder", "locking", t.Name())
	s.reaches(holder, "gate")
	next := s.startAs("next", "counting", t.Name())
	eventually(t, "the run waits", func() bool { return len(s.line(t.Name())) == 2 })
	var last int64
	for _, e := range s.history(holder).GetEvents() {
		if e.GetEventType() == enumspb.EVENT_TYPE_WORKFLOW_TASK_COMPLETED {
			last = e.GetEventId()
		}
	}
	again := s.reset(holder, last)
	s.reaches(s.client.GetWorkflow(t.Context(), shared.Keeper{Kind: shared.LockType, Name: t.Name()}.ID(), ""), shared.WatchActivity)
	if got := s.line(t.Name()); len(got) != 2 || got[0] != holder.GetID() {
		t.Errorf("the line is %s", got)
	}
	close(s.gate(holder.GetID()))
	if err := s.get(next, nil); err != nil {
		t.Fatal(err)
	}
	if err := s.get(again, nil); err != nil {
		t.Fatal(err)
	}
	given := s.line(t.Name())
	if len(given) != 0 || s.ended(again).After(s.ended(next)) {
		t.Errorf("the run that waited had the lock before it was given back; in the line are %s", given)
	}
}

// TestLimitsOfTheNamespace lets runs share a breaker and a rate limit.
func TestLimitsOfTheNamespace(t *testing.T) {
	s := newSite(t, `workflow: asking
input: {type: string}
defaults: {timeout: 1m, retry: {maximum_attempts: 1}}
circuit_breakers: {bank: {failures: 2, open_for: 1h, scope: namespace}}
rate_limits: {post: {limit: 2, per: 1h, scope: namespace}}
steps:
  - {id: a, if: input == 'fail', activity: fail, circuit_breaker: bank, catch: [{output: "${ error.type }"}]}
  - {id: b, if: input == 'send', activity: echo, with: sent, rate_limit: post}
output: ${ steps.a.output ?? steps.b.output }
`)
	outcome := func(id, input string) (result string) {
		t.Helper()
		run := s.startAs(id, "asking", input)
		if err := s.get(run, &result); err != nil {
			t.Fatal(err)
		}
		replay(t, s.history(run))
		return result
	}
	for i, want := range []string{"Oops", "Oops", "CircuitOpen", "CircuitOpen"} {
		if got := outcome(fmt.Sprint("fails ", i), "fail"); got != want {
			t.Errorf("run %d ends with %s, not with %s", i, got, want)
		}
	}
	for i := range 2 {
		if got := outcome(fmt.Sprint("sends ", i), "send"); got != "sent" {
			t.Errorf("run %d ends with %s", i, got)
		}
	}
	third := s.startAs("waits", "asking", "send")
	eventually(t, "the third run waits", func() bool { return slices.Contains(kindsOf(s.history(third)), "TimerStarted") })
	if err := s.client.CancelWorkflow(t.Context(), third.GetID(), ""); err != nil {
		t.Fatal(err)
	}
	if err := s.get(third, nil); err == nil {
		t.Error("the third run has not been cancelled")
	}
	s.keeper(shared.BreakerType, "bank", "breaker")
	s.keeper(shared.RateType, "post", "rate")
}
