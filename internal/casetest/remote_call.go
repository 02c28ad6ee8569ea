package casetest

import (
	"context"
	"slices"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/interpreter"
)

// A remoteCall is an activity that the server knows.
type remoteCall struct {
	*request
	bounds
	number int       // in the order in which they were scheduled
	at     time.Time // of its latest attempt, by the clock of the run
	due    time.Time // of its next
	first  response  // to the first attempt
}

func callKey(run, activity string) string { return run + " " + activity }

// virtual tells whether a request is played in the run even on a server: what
// takes time takes it by a timer of the run, and a timeout comes at once. So is
// what fails in a case with events, because of a defect of the server (1.32.1):
// when it has skipped time up to an event, it makes every attempt at once that
// is due later.
func (s *stage) virtual(r *request) bool {
	m := s.mocks.find(r.names())
	return m != nil && slices.ContainsFunc(m.Answers, func(a *dsl.MockAnswer) bool {
		return a.Takes > 0 || a.Error != nil && a.Error.Type == interpreter.Timeout || s.lastEvent() > 0 && mayFail(a)
	})
}

// mayFail tells whether an answer is an error, or an HTTP status that may be.
func mayFail(a *dsl.MockAnswer) bool {
	if a.Return == nil {
		return true
	}
	response, _ := a.Return.Const.(map[string]any)
	status, _ := response["status"].(int)
	return status >= 400
}

// remotely schedules an activity on the server. What the mock answers to its
// first attempt is drawn here, where the order is certain.
func (o *outbound) remotely(ctx workflow.Context, r *request, b bounds, args []any) workflow.Future {
	s, options := o.stage, workflow.GetActivityOptions(ctx)
	remote := s.remote
	c := remote.call(callKey(workflow.GetInfo(ctx).WorkflowExecution.RunID, options.ActivityID), func(c *remoteCall) {
		c.request, c.bounds, c.at = r, b, remote.now()
		c.first = s.respond(r, 1, 0)
		s.answered(r, 1, c.first.result, c.first.err)
	})
	future, settable := workflow.NewFuture(ctx)
	inner := o.Next.ExecuteActivity(workflow.WithActivityOptions(ctx, remote.stretched(options)), r.activity, args...)
	patient, _ := workflow.NewDisconnectedContext(ctx)
	workflow.Go(patient, func(ctx workflow.Context) {
		var result converter.RawValue
		err := inner.Get(ctx, &result)
		remote.reach(c.at)
		remote.pass(c.number)
		if err != nil {
			settable.SetError(err)
			return
		}
		settable.Set(result, nil)
	})
	return future
}

// call is the activity of a key, which is made when the run schedules it for the
// first time, and not when it is repeated from its history.
func (r *remote) call(key string, make func(*remoteCall)) *remoteCall {
	r.lock.Lock()
	c := r.calls[key]
	r.lock.Unlock()
	if c != nil {
		return c
	}
	c = new(remoteCall)
	make(c)
	r.lock.Lock()
	defer r.lock.Unlock()
	c.number = r.scheduled
	r.scheduled++
	r.calls[key] = c
	return c
}

// pass lets the activities go on that were scheduled after one.
func (r *remote) pass(number int) {
	r.lock.Lock()
	defer r.lock.Unlock()
	r.passed[number] = true
}

// maxTurn is how long an activity waits for those before it. It only keeps their
// order, so that it may give up.
const maxTurn = 5 * time.Second

// turn waits until every activity that was scheduled before has been answered,
// as it is in memory.
func (r *remote) turn(ctx context.Context, number int) {
	for end := time.Now().Add(maxTurn); time.Now().Before(end) && ctx.Err() == nil; time.Sleep(time.Millisecond) {
		r.lock.Lock()
		ready := true
		for i := range number {
			ready = ready && r.passed[i]
		}
		r.lock.Unlock()
		if ready {
			return
		}
	}
}

// attempt is what an activity does: nothing, but in its turn.
func (r *remote) attempt(ctx context.Context, c *remoteCall, attempt int) (any, error) {
	a := c.first
	if attempt == 1 {
		r.turn(ctx, c.number)
	} else {
		c.at = c.due
		r.reach(c.at)
		a = r.stage.respond(c.request, attempt, 0)
		r.stage.answered(c.request, attempt, a.result, a.err)
	}
	if a.err == nil {
		return encode(a.result)
	}
	if wait, state := next(c.policy, attempt, a.err); state == enumspb.RETRY_STATE_UNSPECIFIED {
		c.due = c.at.Add(wait)
	}
	r.pass(c.number) // others do not wait for another attempt
	return nil, r.delayed(a.err)
}

// NewTimer makes the clock follow the timers of the run.
func (o *outbound) NewTimer(ctx workflow.Context, d time.Duration) workflow.Future {
	return o.NewTimerWithOptions(ctx, d, workflow.TimerOptions{})
}

// NewTimerWithOptions makes the clock follow the timers of the run.
func (o *outbound) NewTimerWithOptions(ctx workflow.Context, d time.Duration, options workflow.TimerOptions) workflow.Future {
	remote := o.stage.remote
	if remote == nil || d <= 0 {
		return o.Next.NewTimerWithOptions(ctx, d, options)
	}
	inner := o.Next.NewTimerWithOptions(ctx, remote.stretch(d), options)
	due := o.Now(ctx).Add(d)
	future, settable := workflow.NewFuture(ctx)
	patient, _ := workflow.NewDisconnectedContext(ctx)
	workflow.Go(patient, func(ctx workflow.Context) {
		if err := inner.Get(ctx, nil); err != nil {
			settable.SetError(err)
			return
		}
		remote.reach(due)
		settable.SetValue(nil)
	})
	return future
}

// Sleep is a timer.
func (o *outbound) Sleep(ctx workflow.Context, d time.Duration) error {
	if o.stage.remote == nil {
		return o.Next.Sleep(ctx, d)
	}
	return o.NewTimerWithOptions(ctx, d, workflow.TimerOptions{}).Get(ctx, nil)
}

// Now is the time by the clock of the case.
func (o *outbound) Now(ctx workflow.Context) time.Time {
	if o.stage.remote == nil {
		return o.Next.Now(ctx)
	}
	if workflow.IsReadOnly(ctx) {
		return o.stage.remote.now()
	}
	return o.reel.time(o.stage.remote.now())
}

// GetInfo is what the test environment of the SDK would say: ids that are the
// same in every run of the case, and its clock.
func (o *outbound) GetInfo(ctx workflow.Context) *workflow.Info {
	info := o.Next.GetInfo(ctx)
	remote := o.stage.remote
	if remote == nil {
		return info
	}
	seen := *info
	seen.WorkflowExecution.ID = remote.shown(info.WorkflowExecution.ID)
	seen.WorkflowStartTime, seen.TaskQueueName = o.stage.start, "default-test-taskqueue"
	seen.FirstRunID, seen.OriginalRunID = "default-test-run-id", "default-test-run-id"
	if parent := info.ParentWorkflowExecution; parent != nil {
		p := *parent
		p.ID = remote.shown(p.ID)
		seen.ParentWorkflowExecution = &p
	}
	return &seen
}

// child is a context for a child of the case: it has an id and a task queue of
// the case.
func (r *remote) child(ctx workflow.Context) workflow.Context {
	options := workflow.GetChildWorkflowOptions(ctx)
	options.WorkflowID, options.TaskQueue = r.hidden(options.WorkflowID), r.queue
	options.WorkflowExecutionTimeout, options.WorkflowRunTimeout = r.stretch(options.WorkflowExecutionTimeout), r.stretch(options.WorkflowRunTimeout)
	options.RetryPolicy = r.stretchedPolicy(options.RetryPolicy)
	return workflow.WithChildOptions(ctx, options)
}

// hidden is an id as the server knows it; in memory it is the same.
func (r *remote) hidden(id string) string {
	if r == nil {
		return id
	}
	return r.prefix + id
}

// shown is an id without what sets apart those of the case.
func (r *remote) shown(id string) string {
	if len(id) > len(r.prefix) && id[:len(r.prefix)] == r.prefix {
		return id[len(r.prefix):]
	}
	return id
}
