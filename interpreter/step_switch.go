package interpreter

import (
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
)

func (r *run) choose(ctx workflow.Context, s *dsl.Step, b *dsl.Switch, sc *scope) (any, error) {
	for _, c := range b.Cases {
		ok := c.IsElse
		if r.here != nil {
			ok = r.leads(c.Do)
		} else if !ok {
			var err error
			if ok, err = r.condition(s, c.When, sc); err != nil {
				return nil, err
			}
		}
		if ok {
			return nil, r.steps(ctx, c.Do, sc)
		}
	}
	return nil, nil
}
