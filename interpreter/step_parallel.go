package interpreter

import (
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
)

// parallel gives each branch a scope of its own and merges outputs in the order
// the branches are written, not the order they finish. The first failure
// decides; every branch is awaited before the block ends.
func (r *run) parallel(ctx workflow.Context, s *dsl.Step, b *dsl.Parallel, sc *scope) (any, error) {
	inner, cancel := workflow.WithCancel(ctx)
	defer cancel()
	wg := workflow.NewWaitGroup(ctx)
	scopes := make([]*scope, len(b.Branches))
	var first error
	for i, branch := range b.Branches {
		scopes[i] = sc.child()
		wg.Add(1)
		workflow.GoNamed(inner, s.Path+"/"+branch.Name, func(ctx workflow.Context) {
			defer wg.Done()
			err := r.apart(ctx, branch.Do, scopes[i])
			if err == nil {
				return
			}
			if first == nil || isCancel(first) {
				first = err
			}
			if _, left := err.(*exit); left || b.OnBranchError == "cancel" {
				cancel()
			}
		})
	}
	wg.Wait(ctx)
	for i, branch := range b.Branches {
		sc.export(scopes[i], branch.Do)
	}
	return nil, first
}

// apart runs steps that stand beside others: what they have done is undone at
// once when they fail or are cancelled, and handed on when they end well.
func (r *run) apart(ctx workflow.Context, steps []*dsl.Step, sc *scope) error {
	list := sc.nested()
	err := r.steps(ctx, steps, sc)
	if e, ok := err.(*exit); err == nil || ok && e.kind != exitCancel {
		list.hand()
		return err
	}
	r.undo(ctx, list, r.program.Compensation, err)
	return err
}
