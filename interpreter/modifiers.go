package interpreter

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/value"
)

// bounded runs the body of a step within the timeout of the whole step. Once
// the time is up the step has timed out, whatever comes of its body then.
func (r *run) bounded(ctx workflow.Context, s *dsl.Step, sc *scope) (any, error) {
	within := *sc
	within.group = &group{parent: sc.group}
	limit, left, err := r.deadline(ctx, s, &within)
	if err != nil {
		return nil, err
	}
	fired, until := false, workflow.Now(ctx).Add(left)
	r.lasts(s, until)
	inner, cancel := workflow.WithCancel(ctx)
	stop := r.limit(ctx, left, "timeout of "+name(s), func() { fired = true; cancel() })
	output, err := r.body(inner, s, &within)
	stop()
	if e := continuing(err); e != nil {
		f := e.frame()
		f.Deadline, f.Limit, f.Undone = &until, limit, keep(within.group.undone)
		return nil, err
	}
	if fired && ctx.Err() == nil && !leaves(err) {
		output, err = nil, timedOut(limit, r.failure(s, sc, err))
	}
	within.group.pass(err)
	return output, err
}

// deadline is the timeout of a step, and what is left of it.
func (r *run) deadline(ctx workflow.Context, s *dsl.Step, sc *scope) (limit, left time.Duration, err error) {
	if f := r.here; f != nil && f.Deadline != nil {
		sc.group.undone = f.Undone.list()
		return f.Limit, rest(ctx, *f.Deadline), nil
	}
	limit, err = r.duration(s, s.Timeout.Whole, sc)
	return limit, limit, err
}

// timedOut is the error of a step whose time was up. What went wrong before is
// its cause.
func timedOut(limit time.Duration, err error) *Failure {
	f := &Failure{
		Type: Timeout, category: "timeout", whole: true,
		Message: "the step took longer than " + value.FormatDuration(limit),
	}
	if before, ok := err.(*Failure); ok {
		f.Compensations = before.Compensations
		if before.category != "cancelled" {
			f.Cause = before.value()
		}
	}
	return f
}

// limit calls up after a time, unless the returned function is called before.
func (r *run) limit(ctx workflow.Context, d time.Duration, summary string, up func()) (stop func()) {
	timed, cancel := workflow.WithCancel(ctx)
	timer := workflow.NewTimerWithOptions(timed, d, workflow.TimerOptions{Summary: recorded(ctx, shorten(summary, maxSummary))})
	workflow.GoNamed(timed, summary, func(ctx workflow.Context) {
		if timer.Get(ctx, nil) == nil {
			up()
		}
	})
	return func() { cancel() }
}

// answer finds the answer to a failure: on_timeout, then catch, then on_error.
// It returns the output of a step that then counts as succeeded, and what goes
// on upwards.
func (r *run) answer(ctx workflow.Context, s *dsl.Step, sc *scope, o *outcome) (any, error) {
	if t := s.OnTimeout; t != nil && !t.Fail && o.failure.whole && o.failure.Path == s.Path {
		late := sc.child()
		if s.Asked() != nil {
			late.vars[s.Verb] = o.failure.Details
		}
		if t.Steps != nil {
			return nil, because(r.answering(ctx, t.Steps, late, o.failure), o.failure)
		}
		return r.instead(s, t.Output, late, o)
	}
	for _, c := range s.Catch {
		inner := sc.child()
		inner.vars["error"] = o.failure.value()
		fits, err := r.leads(c.Do), error(nil)
		if r.here == nil {
			fits, err = r.fits(c, s, inner, o.failure)
		}
		if err != nil {
			return nil, r.failure(s, sc, err)
		}
		if !fits {
			continue
		}
		r.tell(Notice{Kind: ErrorCaught, Step: s, At: c.Span})
		if err := r.answering(ctx, c.Do, inner, o.failure); err != nil || c.Output == nil {
			return nil, because(err, o.failure)
		}
		return r.instead(s, c.Output, inner, o)
	}
	if s.OnError == "continue" {
		return nil, nil
	}
	return nil, o.failure
}

// answering runs the steps that answer a failure.
func (r *run) answering(ctx workflow.Context, steps []*dsl.Step, sc *scope, f *Failure) error {
	r.recall(sc)
	err := r.steps(ctx, steps, sc)
	if e := continuing(err); e != nil {
		e.frame().Failure = carryFailure(f)
		e.remember(sc, steps)
	}
	return err
}

// instead makes the step count as succeeded, with another output.
func (r *run) instead(s *dsl.Step, v *expr.Value, sc *scope, o *outcome) (any, error) {
	output, err := r.eval(s, v, sc)
	if err != nil {
		return nil, r.failure(s, sc, err)
	}
	o.status, o.failure = "succeeded", nil
	return output, nil
}

// fits tells whether a catch entry is for the failure.
func (r *run) fits(c *dsl.Catch, s *dsl.Step, sc *scope, f *Failure) (bool, error) {
	if len(c.Types) > 0 && !f.is(c.Types) {
		return false, nil
	}
	if c.When == nil {
		return true, nil
	}
	return r.condition(s, c.When, sc)
}

// finally runs the steps that follow whatever happened. An error in them
// replaces only success.
func (r *run) finally(ctx workflow.Context, s *dsl.Step, sc *scope, o *outcome) {
	if s.Finally == nil {
		return
	}
	err := r.cleanup(ctx, s.Finally, sc, cause(o), "finally of "+name(s))
	if err == nil {
		return
	}
	if o.err != nil && !leaves(o.err) {
		workflow.GetLogger(ctx).Error("a finally step failed", "step", s.Path, "error", err.Error())
		return
	}
	f := fromError(r.failure(s, sc, err))
	o.status, o.failure, o.err = "failed", f, f
	sc.record(s, o.status, nil, f.value())
}

// cause is what `error` holds in finally: what leaves the step, or else what
// went wrong with it and was answered without an output.
func cause(o *outcome) error {
	if _, failed := o.err.(*Failure); !failed && o.failure != nil {
		return o.failure
	}
	return o.err
}

// cleanup runs steps that follow whatever happened: detached from cancellation,
// bounded, and with `error` if there is one.
func (r *run) cleanup(ctx workflow.Context, steps []*dsl.Step, sc *scope, because error, what string) error {
	bound := r.program.Timeouts.Cleanup
	if bound == 0 {
		bound = dsl.DefaultCleanup
	}
	detached, cancel := workflow.NewDisconnectedContext(ctx)
	fired := false
	stop := r.limit(detached, bound, what, func() { fired = true; cancel() })
	inner := sc.handler()
	inner.vars["error"] = r.describe(because)
	err := r.steps(detached, steps, inner)
	stop()
	if fired && !isReturn(err) {
		return &Failure{
			Type: Timeout, category: "timeout", Span: steps[0].VerbSpan(),
			Message: what + " took longer than " + value.FormatDuration(bound),
		}
	}
	return err
}
