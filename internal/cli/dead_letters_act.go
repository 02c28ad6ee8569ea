package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/google/uuid"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
)

// A handledLetter is what retry and discard print for a run.
type handledLetter struct {
	WorkflowID string `json:"workflow_id"`
	RunID      string `json:"run_id"`
	NewRunID   string `json:"new_run_id,omitempty"`
}

// eachLetter does something about dead letters until it does not work, and shows
// what is done.
func (c *call) eachLetter(letters []deadLetter, what string, do func(deadLetter) (newRun string, err error)) error {
	done := []handledLetter{}
	var failed error
	for _, l := range letters {
		run, err := do(l)
		if err != nil {
			failed = err
			break
		}
		done = append(done, handledLetter{l.WorkflowID, l.RunID, run})
	}
	err := c.show(map[string]any{what: done}, func(w io.Writer) {
		for _, h := range done {
			fmt.Fprintln(w, strings.TrimRight(h.WorkflowID+" "+h.NewRunID, " "))
		}
	})
	if len(letters) == 0 && c.format == text {
		c.note("no dead letters")
	}
	return errors.Join(failed, err)
}

// retryLetter starts a run again, as it was started.
func (c *call) retryLetter(server *remote, l deadLetter) (runID string, err error) {
	began, err := c.start(server, runRef{l.WorkflowID, l.RunID})
	if err == nil && began.GetFirstExecutionRunId() != l.RunID {
		began, err = c.start(server, runRef{l.WorkflowID, began.GetFirstExecutionRunId()})
	}
	var gone *serviceerror.NotFound
	if errors.As(err, &gone) {
		return "", problemf(exitFailed, "run %q cannot be retried: the server does not keep the history with its input any more", l.WorkflowID).
			hint("start it with `partitur start`")
	}
	if err != nil {
		return "", err
	}
	r, err := server.WorkflowService().StartWorkflowExecution(c.ctx, again(server.namespace, l.WorkflowID, began))
	var running *serviceerror.WorkflowExecutionAlreadyStarted
	if errors.As(err, &running) {
		return "", problemf(exitFailed, "run %q was retried by somebody else meanwhile", l.WorkflowID)
	}
	return r.GetRunId(), err
}

// start reads how a run was started.
func (c *call) start(server *remote, ref runRef) (*historypb.WorkflowExecutionStartedEventAttributes, error) {
	events := server.GetWorkflowHistory(c.ctx, ref.workflowID, ref.runID, false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	if !events.HasNext() {
		return nil, serviceerror.NewNotFound("the history is empty")
	}
	e, err := events.Next()
	return e.GetWorkflowExecutionStartedEventAttributes(), err
}

// again is the request that starts a run once more.
func again(namespace, id string, began *historypb.WorkflowExecutionStartedEventAttributes) *workflowservice.StartWorkflowExecutionRequest {
	return &workflowservice.StartWorkflowExecutionRequest{
		Namespace: namespace, WorkflowId: id, RequestId: uuid.NewString(), Identity: "partitur dead-letters",
		WorkflowType: began.GetWorkflowType(), TaskQueue: began.GetTaskQueue(), Input: began.GetInput(), Header: began.GetHeader(),
		WorkflowExecutionTimeout: began.GetWorkflowExecutionTimeout(),
		WorkflowRunTimeout:       began.GetWorkflowRunTimeout(),
		WorkflowTaskTimeout:      began.GetWorkflowTaskTimeout(),
		RetryPolicy:              began.GetRetryPolicy(), Memo: began.GetMemo(), Priority: began.GetPriority(),
		SearchAttributes:      authored(began.GetSearchAttributes()),
		WorkflowIdReusePolicy: enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY,
	}
}

// authored leaves out the search attributes that the server sets itself. What
// tells a run that a Schedule started it stays.
func authored(all *commonpb.SearchAttributes) *commonpb.SearchAttributes {
	kept := &commonpb.SearchAttributes{IndexedFields: map[string]*commonpb.Payload{}}
	for name, value := range all.GetIndexedFields() {
		own := !strings.HasPrefix(name, "Temporal") && name != "BuildIds"
		if own || strings.HasPrefix(name, "TemporalScheduled") {
			kept.IndexedFields[name] = value
		}
	}
	return kept
}

// discardLetter deletes a run from the server.
func (c *call) discardLetter(server *remote, l deadLetter) error {
	_, err := server.WorkflowService().DeleteWorkflowExecution(c.ctx, &workflowservice.DeleteWorkflowExecutionRequest{
		Namespace: server.namespace, WorkflowExecution: runRef{l.WorkflowID, l.RunID}.execution(),
	})
	return err
}
