package interpreter_test

import (
	"errors"
	"testing"

	"github.com/google/uuid"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/internal/registry"
	"github.com/partitur/partitur/internal/workers"
)

func emptyRegistry() *registry.Registry { return &registry.Registry{Actions: workers.Catalog{}} }

func parse(t *testing.T, text string) []*dsl.Program {
	t.Helper()
	w, diags := dsl.Load([]*source.File{source.NewFile("workflow.yaml", []byte(text))}, workers.Catalog{})
	for _, d := range diags {
		t.Log(d)
	}
	return w.Programs
}

// reset makes a new run of the history up to a workflow task.
func (s *site) reset(run client.WorkflowRun, event int64) client.WorkflowRun {
	s.t.Helper()
	r, err := s.client.ResetWorkflowExecution(s.t.Context(), &workflowservice.ResetWorkflowExecutionRequest{
		Namespace:                 "default",
		WorkflowExecution:         &commonpb.WorkflowExecution{WorkflowId: run.GetID(), RunId: run.GetRunID()},
		WorkflowTaskFinishEventId: event,
		RequestId:                 uuid.NewString(),
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return s.client.GetWorkflow(s.t.Context(), run.GetID(), r.GetRunId())
}

const undoes = `workflow: undoes
defaults: {timeout: 1m}
steps:
  - {id: a, activity: gate, compensate: {activity: undo}}
  - {id: b, activity: echo, with: 1}
on_cancel: [{return: stopped}]
finally: [{activity: echo}]
`

// TestCancelAwaitsTheActivity cancels a run whose activity does not notice: what
// it does is undone after it has ended, not beside it.
func TestCancelAwaitsTheActivity(t *testing.T) {
	s := newSite(t, undoes)
	run := s.start("undoes")
	s.reaches(run, "gate")
	if err := s.client.CancelWorkflow(t.Context(), run.GetID(), ""); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the activity is asked to cancel", func() bool {
		for _, e := range s.history(run).GetEvents() {
			if e.GetEventType() == enumspb.EVENT_TYPE_ACTIVITY_TASK_CANCEL_REQUESTED {
				return true
			}
		}
		return false
	})
	close(s.gate(run.GetID()))
	var cancelled *temporal.CanceledError
	if err := s.get(run, nil); !errors.As(err, &cancelled) {
		t.Fatalf("the run ends with %v", err)
	}
	var returned string
	var report struct {
		Compensations []struct{ Step, Status string }
	}
	if err := cancelled.Details(&returned, &report); err != nil || returned != "stopped" || len(report.Compensations) != 1 || report.Compensations[0].Status != "succeeded" {
		t.Errorf("the details are %q %v, %v", returned, report, err)
	}
	h := s.history(run)
	var order []string
	for _, e := range h.GetEvents() {
		if a := e.GetActivityTaskScheduledEventAttributes(); a != nil {
			order = append(order, a.GetActivityId())
		}
		if e.GetEventType() == enumspb.EVENT_TYPE_ACTIVITY_TASK_COMPLETED {
			order = append(order, "done")
		}
	}
	if want := "a#1 done a/compensate/activity_1#1 done finally/activity_1#1 done"; join(order) != want {
		t.Errorf("the order is %s", join(order))
	}
	replay(t, h)
}

func join(list []string) (text string) {
	for i, s := range list {
		if i > 0 {
			text += " "
		}
		text += s
	}
	return text
}
