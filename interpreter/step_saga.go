package interpreter

import (
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
)

// saga runs its compensations when a step fails or the run is cancelled. Steps
// see and leave their outputs in the scope around.
func (r *run) saga(ctx workflow.Context, _ *dsl.Step, b *dsl.Saga, sc *scope) (any, error) {
	inner := *sc
	inner.ownUndo()
	r.recall(&inner)
	if b.Compensation != nil {
		inner.how = b.Compensation
	}
	return nil, r.resolve(ctx, &inner, r.steps(ctx, b.Do, &inner))
}
