package interpreter

import (
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
)

func (r *run) task(ctx workflow.Context, s *dsl.Step, b *dsl.Task, sc *scope) (any, error) {
	return r.askPeople(ctx, s, questionOf(s, "task", &b.Ask, sc), sc)
}
