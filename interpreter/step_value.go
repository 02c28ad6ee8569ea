package interpreter

import (
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
)

func (r *run) compute(_ workflow.Context, s *dsl.Step, b *dsl.Compute, sc *scope) (any, error) {
	return r.eval(s, b.Value, sc)
}
