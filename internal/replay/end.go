package replay

import (
	"errors"

	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// ending says how the run has ended in replay.
func (c *comparison) ending() string {
	var again *workflow.ContinueAsNewError
	var failed *temporal.ApplicationError
	switch err := c.log.err; {
	case err == nil:
		return "completes"
	case errors.As(err, &again):
		return "continues as new"
	case temporal.IsCanceledError(err):
		return "is cancelled"
	case errors.As(err, &failed):
		return "fails with " + failed.Type() + ": " + failed.Message()
	default:
		return "fails: " + err.Error()
	}
}

// endingOf says how a run has ended in a history, in the same words.
func endingOf(e *historypb.HistoryEvent) string {
	switch e.GetEventType() {
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED:
		return "completes"
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW:
		return "continues as new"
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED:
		return "is cancelled"
	}
	failure := e.GetWorkflowExecutionFailedEventAttributes().GetFailure()
	if app := failure.GetApplicationFailureInfo(); app != nil {
		return "fails with " + app.GetType() + ": " + failure.GetMessage()
	}
	return "fails: " + failure.GetMessage()
}
