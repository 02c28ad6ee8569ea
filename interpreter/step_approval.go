package interpreter

import (
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
)

func (r *run) approval(ctx workflow.Context, s *dsl.Step, b *dsl.Approval, sc *scope) (any, error) {
	return r.askPeople(ctx, s, questionOf(s, "approval", &b.Ask, sc), sc)
}

// questionOf is what a step asks. In loops it is told apart by the keys of the
// items.
func questionOf(s *dsl.Step, kind string, ask *dsl.Ask, sc *scope) question {
	q := question{kind: kind, name: name(s) + sc.keys, ask: ask, onTimeout: s.OnTimeout}
	if s.Timeout != nil {
		q.timeout = s.Timeout.Whole
	}
	return q
}
