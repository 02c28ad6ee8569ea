package interpreter

import (
	"slices"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/limit"
)

// A series is the attempts of a step whose attempts are counted. The run makes
// them itself, each an activity that is not retried, because the server would
// ask nobody before it makes another.
type series struct {
	*run
	step  *dsl.Step
	scope *scope
	send  prepared
	gates

	deadline time.Time // by schedule_to_close; zero is none
	attempt  int       // how many have been made
	last     *Failure  // of the latest
}

// attempts runs the activity of a step until an attempt succeeds, or there is
// to be no other.
func (r *run) attempts(ctx workflow.Context, s *dsl.Step, sc *scope) (any, error) {
	a := &series{run: r, step: s, scope: sc}
	var err error
	if a.gates, err = r.gates(s, sc); err == nil {
		a.send, err = r.prepare(ctx, s, sc)
	}
	if err != nil {
		return nil, err
	}
	if d := s.Timeout.ScheduleToClose; d > 0 {
		a.deadline = workflow.Now(ctx).Add(d)
	}
	for {
		output, err := a.once(ctx)
		if err == nil || ctx.Err() != nil {
			return output, err
		}
		pause, again := a.again(ctx, err)
		if !again {
			return nil, a.last
		}
		if err := workflow.NewTimerWithOptions(ctx, pause, workflow.TimerOptions{Summary: recorded(ctx, "next attempt of "+name(s))}).Get(ctx, nil); err != nil {
			return nil, err
		}
	}
}

// once makes one attempt, as soon as it is let through.
func (a *series) once(ctx workflow.Context) (any, error) {
	p, err := a.admit(ctx)
	if err != nil {
		return nil, err
	}
	if err := a.awaitRoom(ctx, a.step); err != nil {
		a.report(ctx, p, limit.Neither)
		return nil, err
	}
	a.attempt++
	t := turn{step: a.step, scope: a.scope}
	t.future = a.execute(a.single(ctx), a.step, a.send)
	t.err = t.future.Get(ctx, &t.raw)
	a.run.receive(&t)
	a.report(ctx, p, a.judge(ctx, t.err))
	return t.output, t.err
}

// single says how one attempt is dispatched.
func (a *series) single(ctx workflow.Context) workflow.Context {
	var rest time.Duration
	if !a.deadline.IsZero() {
		rest = max(a.deadline.Sub(workflow.Now(ctx)), time.Millisecond)
	}
	once := &temporal.RetryPolicy{MaximumAttempts: 1}
	if a.step.Local {
		o := workflow.GetLocalActivityOptions(a.send.ctx)
		o.RetryPolicy, o.ScheduleToCloseTimeout = once, rest
		return workflow.WithLocalActivityOptions(a.send.ctx, o)
	}
	o := workflow.GetActivityOptions(a.send.ctx)
	o.RetryPolicy, o.ScheduleToCloseTimeout = once, rest
	if a.attempt > 1 {
		o.ActivityID = a.activityID(a.step.Path)
	}
	return workflow.WithActivityOptions(a.send.ctx, o)
}

// again notes how an attempt has failed, and tells whether there is to be
// another, and after which pause.
func (a *series) again(ctx workflow.Context, err error) (pause time.Duration, again bool) {
	f := fromError(err)
	f.Attempt, a.last = a.attempt, f
	p := a.step.Retry
	if p == nil {
		p = &dsl.Retry{}
	}
	if !retryable(err, p.NonRetryable) {
		return 0, false
	}
	if p.MaximumAttempts > 0 && a.attempt >= p.MaximumAttempts {
		f.RetryState = retryState(enumspb.RETRY_STATE_MAXIMUM_ATTEMPTS_REACHED)
		return 0, false
	}
	pause = backoff(p, a.attempt)
	if app, ok := innermost(err).(*temporal.ApplicationError); ok && app.NextRetryDelay() > 0 {
		pause = app.NextRetryDelay()
	}
	if a.late(workflow.Now(ctx).Add(pause)) {
		f.RetryState = retryState(enumspb.RETRY_STATE_TIMEOUT)
		return 0, false
	}
	return pause, true
}

// late tells whether a time is beyond the bound on all attempts together.
func (a *series) late(at time.Time) bool { return !a.deadline.IsZero() && !at.Before(a.deadline) }

// innermost is what an attempt itself reported.
func innermost(err error) error {
	if e, ok := err.(*temporal.ActivityError); ok {
		return e.Unwrap()
	}
	return err
}

// retryable tells whether another attempt may succeed, by the rules of the
// server.
func retryable(err error, never []string) bool {
	switch e := innermost(err).(type) {
	case *temporal.ApplicationError:
		return !e.NonRetryable() && !slices.Contains(never, e.Type())
	case *temporal.PanicError:
		return !slices.Contains(never, "PanicError")
	case *temporal.TimeoutError:
		return e.TimeoutType() == enumspb.TIMEOUT_TYPE_START_TO_CLOSE || e.TimeoutType() == enumspb.TIMEOUT_TYPE_HEARTBEAT
	}
	return false
}

// backoff is the pause after a number of attempts.
func backoff(p *dsl.Retry, attempts int) time.Duration {
	pause, factor := p.InitialInterval, p.BackoffCoefficient
	if pause <= 0 {
		pause = time.Second
	}
	if factor < 1 {
		factor = 2
	}
	longest := p.MaximumInterval
	if longest <= 0 {
		longest = 100 * pause
	}
	for ; attempts > 1 && pause < longest; attempts-- {
		pause = time.Duration(min(float64(pause)*factor, float64(longest)))
	}
	return min(pause, longest)
}
