package interpreter

import (
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
)

func (r *run) branch(ctx workflow.Context, s *dsl.Step, b *dsl.If, sc *scope) (any, error) {
	ok, err := r.leads(b.Then), error(nil)
	if r.here == nil {
		ok, err = r.condition(s, b.Condition, sc)
	}
	if err != nil {
		return nil, err
	}
	if ok {
		return nil, r.steps(ctx, b.Then, sc)
	}
	return nil, r.steps(ctx, b.Else, sc)
}
