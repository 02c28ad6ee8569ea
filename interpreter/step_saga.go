package interpreter

import (
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
)

// saga runs its compensations when a step fails or the run is cancelled. Steps
// see and leave their outputs in the scope around.
func (r *run) saga(ctx workflow.Context, s *dsl.Step, b *dsl.Saga, sc *scope) (any, error) {
	inner := *sc
	list := inner.nested()
	err := r.steps(ctx, b.Do, &inner)
	if e, ok := err.(*exit); err == nil || ok && e.kind != exitCancel {
		list.hand()
		return nil, err
	}
	err = r.asFailure(ctx, s, sc, err)
	how := b.Compensation
	if how == nil {
		how = r.program.Compensation
	}
	r.undo(ctx, list, how, err)
	return nil, err
}
