package interpreter

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/limit"
	"github.com/partitur/partitur/dsl/value"
	"github.com/partitur/partitur/interpreter/shared"
)

// CircuitOpen is the type of error of an attempt that a circuit breaker does
// not let through.
const CircuitOpen = "CircuitOpen"

// gates are what every attempt of a step has to pass: its breaker and its rate
// limit, nil where it has none. Those of the run are states, those of the
// namespace are desks.
type gates struct {
	breaker       *limit.Breaker
	rate          *limit.Rate
	breakerKey    string
	sharedBreaker *desk
	sharedRate    *desk
}

// A pass is what lets an attempt through. What is taken can be given back.
type pass struct {
	turn   int       // of the breaker
	ticket string    // of a breaker of the namespace
	probe  bool      // that breaker waits to hear how the attempt ends
	at     time.Time // in the line of the rate limit of the run
	slot   string    // in that of one of the namespace
}

// gates finds the breaker and the rate limit of a step for their keys.
func (r *run) gates(s *dsl.Step, sc *scope) (g gates, err error) {
	if b := s.Breaker; b != nil && b.Scope != dsl.ScopeWorker {
		if g.breakerKey, err = r.limitKey(s, s.CircuitBreaker, sc); err != nil {
			return g, err
		}
		if b.Scope == dsl.ScopeNamespace {
			g.sharedBreaker = r.desk(shared.BreakerType, keyed(b.Name, g.breakerKey))
		} else {
			g.breaker = r.limits.Breaker(b.Name, g.breakerKey)
		}
	}
	if s.Rate != nil {
		key, err := r.limitKey(s, s.RateLimit, sc)
		if err != nil {
			return g, err
		}
		if s.Rate.Scope == dsl.ScopeNamespace {
			g.sharedRate = r.desk(shared.RateType, keyed(s.Rate.Name, key))
		} else {
			g.rate = r.limits.Rate(s.Rate.Name, key)
		}
	}
	return g, nil
}

// keyed is what one of several limits under a name is called.
func keyed(name, key string) string {
	if key == "" {
		return name
	}
	return name + "/" + key
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

// admit waits until an attempt may be made. An open breaker of the run refuses
// it at once, without a place in the line of the rate limit.
func (a *series) admit(ctx workflow.Context) (p pass, err error) {
	if b := a.breaker; b != nil && b.Open(a.step.Breaker.BreakerSettings, workflow.Now(ctx)) {
		return p, a.open(b.Until)
	}
	if err := a.permit(ctx, &p); err != nil {
		return p, err
	}
	open, err := a.askBreaker(ctx, &p)
	if err == nil && open.IsZero() {
		return p, nil
	}
	a.giveSlotBack(ctx, p)
	if err == nil {
		err = a.open(open)
	}
	return p, err
}

// askBreaker asks the breaker to let an attempt through. It returns until when
// the breaker is open if it does not.
func (a *series) askBreaker(ctx workflow.Context, p *pass) (open time.Time, err error) {
	switch {
	case a.breaker != nil:
		var ok bool
		if p.turn, ok = a.breaker.Ask(a.step.Breaker.BreakerSettings, workflow.Now(ctx)); !ok {
			return a.breaker.Until, nil
		}
	case a.sharedBreaker != nil:
		a.sharedBreaker.message().Breaker = &a.step.Breaker.BreakerSettings
		reply, err := a.ask(ctx, a.sharedBreaker, time.Time{})
		if err != nil || reply.Refused {
			return reply.Until, err
		}
		p.turn, p.ticket, p.probe = reply.Turn, reply.Ticket, reply.Probe
	}
	return open, nil
}

// open is the error of an attempt that the breaker refuses.
func (a *series) open(until time.Time) *Failure {
	details := map[string]any{"circuit_breaker": a.step.Breaker.Name}
	if a.breakerKey != "" {
		details["key"] = a.breakerKey
	}
	details["until"], _ = value.FormatTime(until.UTC())
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
func (a *series) permit(ctx workflow.Context, p *pass) (err error) {
	switch {
	case a.rate != nil:
		windows, now := a.step.Rate.Windows, workflow.Now(ctx).UTC()
		if a.late(a.rate.Next(windows, now)) {
			return a.tooLate()
		}
		p.at = a.rate.Take(windows, now)
	case a.sharedRate != nil:
		a.sharedRate.message().Windows = a.step.Rate.Windows
		reply, err := a.ask(ctx, a.sharedRate, a.deadline)
		if err != nil {
			return err
		}
		if reply.Refused {
			return a.tooLate()
		}
		p.at, p.slot = reply.At, reply.Ticket
	default:
		return nil
	}
	if err = a.hold(ctx, p.at.Sub(workflow.Now(ctx))); err != nil {
		a.giveSlotBack(ctx, *p)
	}
	return err
}

// giveSlotBack leaves the line of the rate limit without an attempt.
func (a *series) giveSlotBack(ctx workflow.Context, p pass) {
	switch {
	case a.rate != nil:
		a.rate.Return(p.at)
	case p.slot != "":
		a.giveBack(ctx, a.sharedRate, shared.End{Ticket: p.slot})
	}
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
	if a.breaker == nil && a.sharedBreaker == nil || ctx.Err() != nil {
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
func (a *series) report(ctx workflow.Context, p pass, o limit.Outcome) {
	if p.ticket != "" && (o != limit.Neither || p.probe) {
		a.sharedBreaker.message().Breaker = &a.step.Breaker.BreakerSettings
		a.giveBack(ctx, a.sharedBreaker, shared.End{Ticket: p.ticket, Turn: p.turn, Outcome: o})
	}
	if a.breaker == nil {
		return
	}
	before := a.breaker.Turn
	a.breaker.Report(a.step.Breaker.BreakerSettings, workflow.Now(ctx).UTC(), p.turn, o)
	if a.breaker.Turn != before {
		workflow.GetLogger(ctx).Warn("a circuit breaker has changed", "breaker", a.step.Breaker.Name, "key", a.breakerKey,
			"state", a.breaker.State(workflow.Now(ctx)))
	}
}
