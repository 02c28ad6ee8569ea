package interpreter

import (
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
)

// cancelOther asks another run to cancel, and waits until it has been asked. The
// SDK has no place for the reason, so the log keeps it.
func (r *run) cancelOther(ctx workflow.Context, s *dsl.Step, b *dsl.CancelWorkflow, sc *scope) (any, error) {
	id, err := r.identifier(s, b.WorkflowID, sc)
	if err != nil {
		return nil, err
	}
	reason, err := r.text(s, b.Reason, sc)
	if err != nil {
		return nil, err
	}
	workflow.GetLogger(ctx).Info("another workflow is asked to cancel", "workflow_id", id, "reason", reason)
	return nil, r.request(ctx, s, id, func(ctx workflow.Context) workflow.Future {
		return workflow.RequestCancelExternalWorkflow(ctx, id, "")
	})
}
