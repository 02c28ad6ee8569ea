package interpreter_test

import (
	"testing"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"github.com/partitur/partitur/interpreter"
)

// TestOperatorBetweenAttempts decides about compensations whose next attempt is
// an hour away: one is retried at once, the other skipped.
func TestOperatorBetweenAttempts(t *testing.T) {
	s := newSite(t, `workflow: demo
defaults: {timeout: 1m, retry: {maximum_attempts: 1}}
compensation: {retry: {initial_interval: 1h, maximum_interval: 1h}}
steps:
  - {id: a, activity: echo, compensate: {activity: closed}}
  - {id: b, activity: echo, compensate: {activity: closed}}
  - {activity: fail}
on_failure: [{return: "${ map(error.compensations, [.step, .status, .by]) }"}]
`)
	run := s.start("demo")
	s.pauses(run, "b/compensate/activity_1#1")
	s.decide(run, interpreter.Decision{Step: "b", Action: interpreter.Skip, By: "ops"})
	s.pauses(run, "a/compensate/activity_1#1")
	close(s.gate(run.GetID()))
	s.decide(run, interpreter.Decision{Step: "a", Action: interpreter.Retry, By: "ops"})
	var got [][]string
	if err := s.get(run, &got); err != nil || len(got) != 2 || join(got[0]) != "b skipped ops" || join(got[1]) != "a succeeded ops" {
		t.Errorf("the compensations are %v, %v", got, err)
	}
	replay(t, s.history(run))
}

// pauses waits until an activity has failed once and is to be tried again.
func (s *site) pauses(run client.WorkflowRun, id string) {
	s.t.Helper()
	eventually(s.t, id+" is to be tried again", func() bool {
		d, err := s.client.DescribeWorkflowExecution(s.t.Context(), run.GetID(), run.GetRunID())
		if err != nil {
			return false
		}
		for _, p := range d.GetPendingActivities() {
			if p.GetActivityId() == id && p.GetAttempt() > 1 && p.GetState() == enumspb.PENDING_ACTIVITY_STATE_SCHEDULED {
				return true
			}
		}
		return false
	})
}

func (s *site) decide(run client.WorkflowRun, d interpreter.Decision) {
	s.t.Helper()
	handle, err := s.client.UpdateWorkflow(s.t.Context(), client.UpdateWorkflowOptions{
		WorkflowID: run.GetID(), UpdateName: interpreter.CompensationUpdate, Args: []any{d}, WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err == nil {
		err = handle.Get(s.t.Context(), nil)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}
