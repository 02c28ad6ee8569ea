package interpreter

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/limit"
	"github.com/partitur/partitur/dsl/value"
)

// CircuitOpen is the type of error of an attempt that a circuit breaker does
// not let through.
const CircuitOpen = "CircuitOpen"

// gates are what every attempt of a step has to pass: the state of its breaker
// and of its rate limit, nil where it has none.
type gates struct {
	breaker    *limit.Breaker
	rate       *limit.Rate
	breakerKey string
}

// gates finds the breaker and the rate limit of a step for their keys.
func (r *run) gates(s *dsl.Step, sc *scope) (g gates, err error) {
	if b := s.Breaker; b != nil {
		if g.breakerKey, err = r.limitKey(s, s.CircuitBreaker, sc); err != nil {
			return g, err
		}
		g.breaker = r.limits.Breaker(b.Name, g.breakerKey)
	}
	if s.Rate != nil {
		key, err := r.limitKey(s, s.RateLimit, sc)
		if err != nil {
			return g, err
		}
		g.rate = r.limits.Rate(s.Rate.Name, key)
	}
	return g, nil
}

// limitKey is the key of a breaker or rate limit as text: equal values have
// equal keys.
func (r *run) limitKey(s *dsl.Step, ref *dsl.LimitRef, sc *scope) (string, error) {
	if ref.Key == nil {
		return "", nil
	}
	v, err := r.eval(s, ref.Key, sc)
	if err != nil {
		return "", err
	}
	if text, ok := v.(string); ok && text != "" {
		return text, nil
	}
	if v == nil || v == "" {
		return "", wrongType(ref.Key, "a key", v)
	}
	text, err := value.Encode(v)
	return string(text), err
}

// admit waits until an attempt may be made. An open breaker refuses it at once,
// without a place in the line of the rate limit.
func (a *series) admit(ctx workflow.Context) (turn int, err error) {
	if b := a.breaker; b != nil && b.Open(a.step.Breaker.BreakerSettings, workflow.Now(ctx)) {
		return 0, a.open()
	}
	at, err := a.permit(ctx)
	if err != nil || a.breaker == nil {
		return 0, err
	}
	turn, ok := a.breaker.Ask(a.step.Breaker.BreakerSettings, workflow.Now(ctx))
	if ok {
		return turn, nil
	}
	if a.rate != nil {
		a.rate.Return(at)
	}
	return 0, a.open()
}

// open is the error of an attempt that the breaker refuses.
func (a *series) open() *Failure {
	details := map[string]any{"circuit_breaker": a.step.Breaker.Name}
	if a.breakerKey != "" {
		details["key"] = a.breakerKey
	}
	details["until"], _ = value.FormatTime(a.breaker.Until.UTC())
	f := &Failure{
		Type: CircuitOpen, Message: "the circuit breaker " + a.step.Breaker.Name + " is open",
		Span: a.step.CircuitBreaker.Span, Details: details,
	}
	return f.after(a.last)
}

// after makes an error know the one of the attempt before.
func (f *Failure) after(last *Failure) *Failure {
	if last != nil {
		f.Cause = last.value()
	}
	return f
}

// permit takes the next place in the line of the rate limit, and waits for it.
func (a *series) permit(ctx workflow.Context) (at time.Time, err error) {
	if a.rate == nil {
		return at, nil
	}
	windows, now := a.step.Rate.Windows, workflow.Now(ctx).UTC()
	if a.late(a.rate.Next(windows, now)) {
		return at, a.tooLate()
	}
	at = a.rate.Take(windows, now)
	if err = a.hold(ctx, at.Sub(now)); err != nil {
		a.rate.Return(at)
	}
	return at, err
}

// hold shows the step as waiting for a time.
func (a *series) hold(ctx workflow.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	a.shows(a.step, a.scope, "waiting")
	summary := shorten("rate limit "+a.step.Rate.Name, maxSummary)
	if err := workflow.NewTimerWithOptions(ctx, d, workflow.TimerOptions{Summary: recorded(ctx, summary)}).Get(ctx, nil); err != nil {
		return err
	}
	a.shows(a.step, a.scope, "running")
	return nil
}

// tooLate is the error of a step whose turn would come after its time is up.
func (a *series) tooLate() *Failure {
	f := &Failure{
		Type: Timeout, category: "timeout", Retryable: true, RetryState: "timeout",
		Message: "the rate limit " + a.step.Rate.Name + " admits no further attempt within schedule_to_close",
		Details: map[string]any{"timeout": "schedule_to_close"},
	}
	return f.after(a.last)
}

// judge tells what the end of an attempt means for the breaker.
func (a *series) judge(ctx workflow.Context, err error) limit.Outcome {
	if a.breaker == nil || ctx.Err() != nil {
		return limit.Neither
	}
	if err == nil {
		return limit.Succeeded
	}
	f, counts := fromError(err), a.step.Breaker.Counts
	if f.category == "cancelled" || f.Type == ExpressionError || len(counts) > 0 && !f.is(counts) {
		return limit.Neither
	}
	return limit.Failed
}

// report tells the breaker how an attempt has ended.
func (a *series) report(ctx workflow.Context, turn int, o limit.Outcome) {
	if a.breaker == nil {
		return
	}
	before := a.breaker.Turn
	a.breaker.Report(a.step.Breaker.BreakerSettings, workflow.Now(ctx).UTC(), turn, o)
	if a.breaker.Turn != before {
		workflow.GetLogger(ctx).Warn("a circuit breaker has changed", "breaker", a.step.Breaker.Name, "key", a.breakerKey,
			"state", a.breaker.State(workflow.Now(ctx)))
	}
}
