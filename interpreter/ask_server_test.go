package interpreter_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/partitur/partitur/dsl"
)

// racing is a question whose time is up while people answer.
const racing = `
workflow: racing
defaults: {timeout: 1m, retry: {maximum_attempts: 1}}
steps:
  - id: q
    approval:
      title: T
      approvers: [a, b, 'group:g']
      quorum: 2
      delegate: true
      notify: [{activity: echo}]
      escalate: [{after: 300ms, to: d}]
    timeout: 1s
    on_timeout: reject
---
project: demo
groups: {g: [c]}
`

// TestAnswersRaceOnAServer answers from many sides at once, and replays what has
// come of it.
func TestAnswersRaceOnAServer(t *testing.T) {
	s := newSite(t, racing)
	var all sync.WaitGroup
	for n := range 20 {
		run := s.startAs(fmt.Sprint("racing-", n), "racing")
		for person := range 5 {
			all.Go(func() { s.answers(run, rand.New(rand.NewPCG(uint64(n), uint64(person)))) })
		}
		all.Go(func() {
			_ = s.get(run, nil)
			q := s.status(run).Approvals
			if n%7 == 0 && len(q) == 0 {
				return // it was cancelled before it began
			}
			if len(q) != 1 || q[0].Trail[len(q[0].Trail)-1].Event != q[0].Status || q[0].Status == "waiting" {
				t.Errorf("the questions are %+v", q)
			}
		})
		if n%7 == 0 {
			_ = s.client.CancelWorkflow(t.Context(), run.GetID(), "")
		}
		defer func() { replay(t, s.history(run)) }()
	}
	all.Wait()
}

// answers lets somebody answer a few times; that it may be refused is no concern.
func (s *site) answers(run client.WorkflowRun, r *rand.Rand) {
	for range 3 {
		time.Sleep(time.Duration(r.IntN(500)) * time.Millisecond) // people take their time
		with := map[string]any{"by": []string{"a", "b", "c", "d", "e"}[r.IntN(5)], "to": "e"}
		switch n := r.IntN(8); n {
		case 0, 1:
			_ = s.client.SignalWorkflow(s.t.Context(), run.GetID(), "", []string{"approve", "reject"}[n], with)
			continue
		case 2:
			with["decision"] = "delegate"
		default:
			with["decision"] = "approve"
		}
		h, err := s.client.UpdateWorkflow(s.t.Context(), client.UpdateWorkflowOptions{
			WorkflowID: run.GetID(), UpdateName: "decide", Args: []any{with}, WaitForStage: client.WorkflowUpdateStageCompleted,
		})
		if err == nil {
			_ = h.Get(s.t.Context(), nil)
		}
	}
}

// TestLateLookAtADecision decides after the deadline, while no worker is there: the
// run sees both at once, and the decision counts.
func TestLateLookAtADecision(t *testing.T) {
	s := newSite(t, `
workflow: late
signals: {go_on: {}}
steps:
  - {id: q, approval: {title: T, approvers: a}, timeout: 1s, on_timeout: reject}
output: "${ steps.q.output.by }"
`)
	run := s.start("late")
	s.records(run, "TimerStarted")
	s.worker.Stop()
	s.records(run, "TimerFired")
	if err := s.client.SignalWorkflow(t.Context(), run.GetID(), "", "approve", map[string]any{"by": "a"}); err != nil {
		t.Fatal(err)
	}
	s.serve()
	var by string
	if err := s.get(run, &by); err != nil || by != "a" {
		t.Errorf("the result is %q, %v", by, err)
	}
	replay(t, s.history(run))
}

// records waits until the history of a run has an event of a kind.
func (s *site) records(run client.WorkflowRun, kind string) {
	s.t.Helper()
	eventually(s.t, "there is "+kind, func() bool { return slices.Contains(kindsOf(s.history(run)), kind) })
}

// TestWaitsForIsSet keeps the search attribute at those a run waits for, and takes
// it away when it waits for nobody.
func TestWaitsForIsSet(t *testing.T) {
	s := newSite(t, "workflow: listed\nsteps:\n  - {id: q, approval: {title: T, approvers: [a, b], quorum: all}}\n  - {sleep: 1s}\n")
	s.programs.SetAttributes(map[string]string{dsl.WaitsFor: "KeywordList"})
	run := s.start("listed")
	for i, want := range [][]string{{"approval:q", "a", "b"}, {"approval:q", "b"}, nil} {
		eventually(t, fmt.Sprint("the run waits for ", want), func() bool {
			d, err := s.client.DescribeWorkflow(t.Context(), run.GetID(), "")
			if err != nil {
				return false
			}
			list, _ := d.TypedSearchAttributes.GetKeywordList(temporal.NewSearchAttributeKeyKeywordList(dsl.WaitsFor))
			return slices.Equal(list, want)
		})
		if i < 2 {
			_ = s.client.SignalWorkflow(t.Context(), run.GetID(), "", "approve", map[string]any{"by": want[1]})
		}
	}
	replay(t, s.history(run))
}
