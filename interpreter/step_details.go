package interpreter

import (
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
)

// details says what the run is at. It is no event: the Web UI asks for it.
func (r *run) details(ctx workflow.Context, s *dsl.Step, b *dsl.Details, sc *scope) (any, error) {
	text, err := r.text(s, b.Text, sc)
	if err == nil {
		workflow.SetCurrentDetails(ctx, text)
	}
	return nil, err
}
