package interpreter

import (
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
)

// memo notes values with the run.
func (r *run) memo(ctx workflow.Context, s *dsl.Step, b *dsl.Memo, sc *scope) (any, error) {
	return nil, r.note(ctx, b.Entries, r.of(s, sc))
}
