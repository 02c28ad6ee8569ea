package interpreter

import (
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
)

// try hands its compensations on even when it fails, so it needs no list of
// its own.
func (r *run) try(ctx workflow.Context, _ *dsl.Step, b *dsl.Try, sc *scope) (any, error) {
	return nil, r.steps(ctx, b.Do, sc)
}
