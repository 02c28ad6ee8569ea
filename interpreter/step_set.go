package interpreter

import (
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
)

// set computes all values before it assigns the first.
func (r *run) set(_ workflow.Context, s *dsl.Step, b *dsl.Set, sc *scope) (any, error) {
	values := make([]any, len(b.Assignments))
	for i, a := range b.Assignments {
		v, err := r.eval(s, a.Value, sc)
		if err != nil {
			return nil, err
		}
		values[i] = v
	}
	for i, a := range b.Assignments {
		r.state[a.Name] = values[i]
	}
	return nil, nil
}
