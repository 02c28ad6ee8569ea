package interpreter

import (
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
)

// searchAttributes sets what the run is found by.
func (r *run) searchAttributes(ctx workflow.Context, s *dsl.Step, b *dsl.SearchAttributes, sc *scope) (any, error) {
	return nil, r.upsert(ctx, b.Attributes, r.of(s, sc))
}
