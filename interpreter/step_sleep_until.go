package interpreter

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/expr"
)

// sleepUntil sets no timer for a time that has passed.
func (r *run) sleepUntil(ctx workflow.Context, s *dsl.Step, b *dsl.SleepUntil, sc *scope) (any, error) {
	until, err := r.wakeTime(r.arrive(), s, b, sc)
	if err != nil {
		return nil, err
	}
	d := until.Sub(workflow.Now(ctx))
	if d <= 0 {
		return nil, nil
	}
	return nil, r.timer(ctx, s, d, sc)
}

// wakeTime is the end of the sleep, also of one that began in the run before.
func (r *run) wakeTime(f *frame, s *dsl.Step, b *dsl.SleepUntil, sc *scope) (time.Time, error) {
	if f != nil {
		return *f.Until, nil
	}
	return r.time(s, b.Time, sc)
}

// time evaluates a value that must be a time. It needs its offset from UTC: a
// day or a time of day alone is another instant in every zone.
func (r *run) time(s *dsl.Step, v *expr.Value, sc *scope) (t time.Time, err error) {
	x, err := r.eval(s, v, sc)
	if err != nil {
		return t, err
	}
	if text, ok := x.(string); ok {
		if t, err = time.Parse(time.RFC3339Nano, text); err == nil {
			return t, nil
		}
	}
	return t, wrongType(v, "a time such as 2026-01-31T12:00:00Z", x)
}
