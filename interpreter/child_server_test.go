package interpreter_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
)

const families = `workflow: parent
defaults: {timeout: 1m, retry: {maximum_attempts: 1}}
steps:
  - id: child
    workflow: child
    workflow_id: ${ workflow.id }-child
    catch: [{type: [child_failed], output: "${ [error.type, error.retry_state, error.cause?.path ?? ''] }"}]
output: ${ steps.child.output }
---
workflow: child
defaults: {timeout: 1m, retry: {maximum_attempts: 1}}
steps:
  - {id: a, activity: echo, with: 1, compensate: {activity: echo, with: undo}}
  - {id: g, activity: gate, with: 7}
  - {activity: echo, with: 2}
output: ${ steps.g.output }
`

// family starts the parent, and waits until its child is under way.
func (s *site) family(kind string) (parent, child client.WorkflowRun) {
	s.t.Helper()
	parent = s.start(kind)
	eventually(s.t, "the child starts", func() bool {
		for _, e := range s.history(parent).GetEvents() {
			if a := e.GetChildWorkflowExecutionStartedEventAttributes(); a != nil {
				child = s.client.GetWorkflow(s.t.Context(), a.GetWorkflowExecution().GetWorkflowId(), a.GetWorkflowExecution().GetRunId())
			}
		}
		return child != nil
	})
	s.reaches(child, "gate")
	return parent, child
}

// stops waits until an activity of the run has been asked to stop.
func (s *site) stops(run client.WorkflowRun) {
	s.t.Helper()
	eventually(s.t, "the activity of "+run.GetID()+" is asked to stop", func() bool {
		return slices.Contains(kindsOf(s.history(run)), "ActivityTaskCancelRequested")
	})
}

// TestCancelReachesTheChild cancels a parent: the child undoes what it has done,
// and the parent ends after it.
func TestCancelReachesTheChild(t *testing.T) {
	s := newSite(t, families)
	parent, child := s.family("parent")
	if err := s.client.CancelWorkflow(t.Context(), parent.GetID(), ""); err != nil {
		t.Fatal(err)
	}
	s.stops(child)
	if d, err := s.client.DescribeWorkflowExecution(t.Context(), parent.GetID(), ""); err != nil || d.GetWorkflowExecutionInfo().GetStatus() != enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING {
		t.Fatal("the parent has not waited for its child", err)
	}
	close(s.gate(child.GetID()))
	for _, run := range []client.WorkflowRun{child, parent} {
		var cancelled *temporal.CanceledError
		if err := s.get(run, nil); !errors.As(err, &cancelled) {
			t.Errorf("%s ends with %v", run.GetID(), err)
		}
		replay(t, s.history(run))
	}
}

// TestChildThatOthersEnd cancels and terminates a child: neither is a
// cancellation of its parent.
func TestChildThatOthersEnd(t *testing.T) {
	for want, end := range map[string]func(s *site, child client.WorkflowRun) error{
		"[Cancelled non_retryable_failure ]": func(s *site, child client.WorkflowRun) error {
			err := s.client.CancelWorkflow(s.t.Context(), child.GetID(), "")
			s.stops(child)
			close(s.gate(child.GetID()))
			return err
		},
		"[Terminated non_retryable_failure ]": func(s *site, child client.WorkflowRun) error {
			return s.client.TerminateWorkflow(s.t.Context(), child.GetID(), "", "enough")
		},
	} {
		t.Run(want[1:6], func(t *testing.T) {
			s := newSite(t, families)
			parent, child := s.family("parent")
			if err := end(s, child); err != nil {
				t.Fatal(err)
			}
			var got []any
			if err := s.get(parent, &got); err != nil || fmt.Sprint(got) != want {
				t.Errorf("the error is %v, %v", got, err)
			}
			replay(t, s.history(parent))
		})
	}
}

// TestAlreadyStarted runs children whose workflow id others have.
func TestAlreadyStarted(t *testing.T) {
	s := newSite(t, `workflow: parent
defaults: {timeout: 1m}
steps:
  - {id: first, workflow: child, workflow_id: taken, wait: started, parent_close_policy: terminate}
  - {id: fails, workflow: child, workflow_id: taken, catch: [{type: [WorkflowAlreadyStarted], output: "${ error.type }"}]}
  - {id: skips, workflow: child, workflow_id: taken, on_already_started: skip}
  - {id: late, workflow: quick, workflow_id: once}
  - {id: again, workflow: quick, workflow_id: once}
  - {id: never, workflow: quick, workflow_id: once, workflow_id_reuse_policy: reject_duplicate, catch: [{type: [child_failed], output: "${ error.type }"}]}
output: [ "${ steps.fails.output }", "${ steps.skips.status }", "${ steps.again.output }", "${ steps.never.output }" ]
---
workflow: child
steps: [{activity: gate, timeout: 1m}]
---
workflow: quick
steps: [{return: 1}]
`)
	run := s.start("parent")
	var got []any
	if err := s.get(run, &got); err != nil || fmt.Sprint(got) != "[WorkflowAlreadyStarted skipped 1 WorkflowAlreadyStarted]" {
		t.Errorf("the result is %v, %v", got, err)
	}
	replay(t, s.history(run))
}

// TestParentClosePolicies starts a child in each of three ways, and looks at
// them after the parent has ended: on its own, cancelled, and terminated.
func TestParentClosePolicies(t *testing.T) {
	ends := map[string]func(s *site, run client.WorkflowRun) error{
		"completed": func(s *site, run client.WorkflowRun) error {
			close(s.gate(run.GetID()))
			return s.get(run, nil)
		},
		"cancelled": func(s *site, run client.WorkflowRun) error {
			close(s.gate(run.GetID()))
			err := s.client.CancelWorkflow(s.t.Context(), run.GetID(), "")
			_ = s.get(run, nil)
			return err
		},
		"terminated": func(s *site, run client.WorkflowRun) error {
			return s.client.TerminateWorkflow(s.t.Context(), run.GetID(), "", "enough")
		},
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, `workflow: parent
defaults: {timeout: 1m}
steps:
  - {workflow: child, workflow_id: "${ workflow.id }-terminate", wait: started, parent_close_policy: terminate}
  - {workflow: child, workflow_id: "${ workflow.id }-request_cancel", wait: started, parent_close_policy: request_cancel}
  - {workflow: child, workflow_id: "${ workflow.id }-abandon", wait: started, parent_close_policy: abandon}
  - {activity: gate}
---
workflow: child
steps: [{sleep: 1h}]
`)
			run := s.start("parent")
			s.reaches(run, "gate")
			if err := end(s, run); err != nil {
				t.Fatal(err)
			}
			for child, want := range map[string]enumspb.WorkflowExecutionStatus{
				"terminate":      enumspb.WORKFLOW_EXECUTION_STATUS_TERMINATED,
				"request_cancel": enumspb.WORKFLOW_EXECUTION_STATUS_CANCELED,
				"abandon":        enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING,
			} {
				eventually(t, child+" ends as it should", func() bool {
					d, err := s.client.DescribeWorkflowExecution(t.Context(), run.GetID()+"-"+child, "")
					return err == nil && d.GetWorkflowExecutionInfo().GetStatus() == want
				})
			}
			if name != "terminated" {
				replay(t, s.history(run))
			}
			_ = s.client.TerminateWorkflow(t.Context(), run.GetID()+"-abandon", "", "the test is over")
		})
	}
}

// TestChildTimesOut lets a child take longer than its own timeout.
func TestChildTimesOut(t *testing.T) {
	s := newSite(t, `workflow: parent
steps:
  - {id: a, workflow: child, timeouts: {execution: 1s}, catch: [{type: [timeout], output: "${ error.type }"}]}
  - {id: b, workflow: flaky, retry: {maximum_attempts: 2, initial_interval: 1ms}, catch: [{output: "${ [error.type, error.retry_state] }"}]}
output: [ "${ steps.a.output }", "${ steps.b.output }" ]
---
workflow: child
steps: [{sleep: 1h}]
---
workflow: flaky
steps: [{fail: {type: "Attempt${ workflow.attempt }", retryable: true}}]
`)
	run := s.start("parent")
	var got []any
	if err := s.get(run, &got); err != nil || fmt.Sprint(got) != "[Timeout [Attempt2 maximum_attempts_reached]]" {
		t.Errorf("the result is %v, %v", got, err)
	}
	replay(t, s.history(run))
}
