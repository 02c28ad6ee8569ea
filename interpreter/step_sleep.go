package interpreter

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/expr"
)

func (r *run) sleep(ctx workflow.Context, s *dsl.Step, b *dsl.Sleep, sc *scope) (any, error) {
	d, err := r.pauseOf(ctx, r.arrive(), s, b.For, sc)
	if err != nil {
		return nil, err
	}
	return nil, r.timer(ctx, s, d, sc)
}

// pauseOf is how long a step pauses, or what is left of that if the run before
// paused in it.
func (r *run) pauseOf(ctx workflow.Context, f *frame, s *dsl.Step, v *expr.Value, sc *scope) (time.Duration, error) {
	if f != nil && f.Until != nil {
		return rest(ctx, *f.Until), nil
	}
	return r.duration(s, v, sc)
}

// timer waits for a timer. The run may be continued meanwhile.
func (r *run) timer(ctx workflow.Context, s *dsl.Step, d time.Duration, sc *scope) error {
	summary, err := r.summary(s, sc)
	if err != nil {
		return err
	}
	until := workflow.Now(ctx).Add(d)
	r.pauses(s, until)
	timer := workflow.NewTimerWithOptions(ctx, d, workflow.TimerOptions{Summary: recorded(ctx, summary)})
	if sc.alone {
		patient, _ := workflow.NewDisconnectedContext(ctx) // the timer itself is told of a cancellation
		if e := continuing(r.idle(patient, sc, timer.IsReady)); e != nil {
			e.frame().Until = &until
			return e
		}
	}
	return timer.Get(ctx, nil)
}
