package interpreter

import (
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
)

func (r *run) await(ctx workflow.Context, s *dsl.Step, b *dsl.Await, sc *scope) (any, error) {
	return nil, r.until(ctx, s, sc, func() (bool, error) { return r.condition(s, b.Condition, sc) })
}
