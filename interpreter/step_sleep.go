package interpreter

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/value"
)

func (r *run) sleep(ctx workflow.Context, s *dsl.Step, b *dsl.Sleep, sc *scope) (any, error) {
	d, err := r.duration(b.For, s.Path, sc)
	if err != nil {
		return nil, err
	}
	summary, err := r.summary(s, sc)
	if err != nil {
		return nil, err
	}
	return nil, workflow.NewTimerWithOptions(ctx, d, workflow.TimerOptions{Summary: summary}).Get(ctx, nil)
}

// duration evaluates a value that must be a duration.
func (r *run) duration(v *expr.Value, path string, sc *scope) (time.Duration, error) {
	x, err := r.eval(v, path, sc)
	if err != nil {
		return 0, err
	}
	text, ok := x.(string)
	if !ok {
		return 0, wrongType(v, "a duration such as 30s", x)
	}
	d, err := value.ParseDuration(text)
	if err != nil {
		return 0, &Failure{Type: ExpressionError, Message: fmt.Sprintf("%q is no duration: %s", text, err), Span: v.Span}
	}
	return d, nil
}

// limit calls up after a time, unless the returned function is called before.
func (r *run) limit(ctx workflow.Context, d time.Duration, summary string, up func()) (stop func()) {
	timed, cancel := workflow.WithCancel(ctx)
	timer := workflow.NewTimerWithOptions(timed, d, workflow.TimerOptions{Summary: summary})
	workflow.GoNamed(timed, summary, func(ctx workflow.Context) {
		if timer.Get(ctx, nil) == nil {
			up()
		}
	})
	return func() { cancel() }
}
