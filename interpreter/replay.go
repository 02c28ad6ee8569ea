package interpreter

import (
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// ReplayOptions are the options with which a replayer repeats a history: the ids
// of children are made of that of the run, which a replayer does not look up
// itself.
func ReplayOptions(h *historypb.History) worker.ReplayWorkflowHistoryOptions {
	var o worker.ReplayWorkflowHistoryOptions
	if events := h.GetEvents(); len(events) > 0 {
		started := events[0].GetWorkflowExecutionStartedEventAttributes()
		o.OriginalExecution = workflow.Execution{ID: started.GetWorkflowId(), RunID: started.GetOriginalExecutionRunId()}
	}
	return o
}
