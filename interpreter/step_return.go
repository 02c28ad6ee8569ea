package interpreter

import (
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
)

func (r *run) leaveWith(_ workflow.Context, s *dsl.Step, b *dsl.Return, sc *scope) (any, error) {
	v, err := r.eval(s, b.Value, sc)
	if err != nil {
		return nil, err
	}
	return nil, &exit{kind: exitReturn, value: v, at: b.Value.Span}
}
