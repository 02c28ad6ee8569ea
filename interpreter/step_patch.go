package interpreter

import (
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
)

func (r *run) patch(ctx workflow.Context, b *dsl.Patch, sc *scope) (any, error) {
	has := r.leads(b.Then)
	if r.here == nil {
		has = patched(ctx, r.program, b.ID)
	}
	if has {
		return nil, r.steps(ctx, b.Then, sc)
	}
	return nil, r.steps(ctx, b.Else, sc)
}

// patched tells whether the run has a change. The first that asks decides for
// the whole run, and records it. Of a change that is deprecated every run must
// have it; one that has not blocks until the change is active again.
func patched(ctx workflow.Context, p *dsl.Program, id string) bool {
	least := workflow.DefaultVersion
	if p.Deprecated(id) {
		least = 1
	}
	return workflow.GetVersion(ctx, id, least, 1) != workflow.DefaultVersion
}
