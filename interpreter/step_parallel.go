package interpreter

import (
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
)

// parallel gives each branch a scope of its own. The first failure decides;
// every branch is awaited before the block ends.
func (r *run) parallel(ctx workflow.Context, s *dsl.Step, b *dsl.Parallel, sc *scope) (any, error) {
	g := &group{parent: sc.group}
	inner, cancel := workflow.WithCancel(ctx)
	wg := workflow.NewWaitGroup(ctx)
	for _, branch := range b.Branches {
		own := sc.branch(g)
		own.ownUndo()
		wg.Add(1)
		workflow.GoNamed(inner, s.Path+"/"+branch.Name, func(ctx workflow.Context) {
			err := r.steps(ctx, branch.Do, own)
			g.note(err)
			if isReturn(err) || err != nil && b.OnBranchError == "cancel" {
				cancel() // before what the branch has done is undone: that takes time
			}
			_ = r.resolve(ctx, own, err)
			wg.Done()
		})
	}
	wg.Wait(ctx)
	return nil, g.end()
}
