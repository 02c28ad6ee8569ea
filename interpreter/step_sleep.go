package interpreter

import (
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
)

func (r *run) sleep(ctx workflow.Context, s *dsl.Step, b *dsl.Sleep, sc *scope) (any, error) {
	d, err := r.duration(s, b.For, sc)
	if err != nil {
		return nil, err
	}
	summary, err := r.summary(s, sc)
	if err != nil {
		return nil, err
	}
	return nil, workflow.NewTimerWithOptions(ctx, d, workflow.TimerOptions{Summary: recorded(ctx, summary)}).Get(ctx, nil)
}
