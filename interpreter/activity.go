package interpreter

import (
	"slices"
	"strconv"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
)

// call dispatches an activity and waits for its result.
func (r *run) call(ctx workflow.Context, s *dsl.Step, sc *scope, activity string, args []any) (any, error) {
	ctx, err := r.options(ctx, s, sc)
	if err != nil {
		return nil, err
	}
	var f workflow.Future
	if s.Local {
		f = workflow.ExecuteLocalActivity(ctx, activity, args...)
	} else {
		f = workflow.ExecuteActivity(ctx, activity, args...)
	}
	var raw converter.RawValue
	if err := f.Get(ctx, &raw); err != nil {
		return nil, err
	}
	return decodeRaw(raw)
}

// options says how the activity of a step is dispatched.
func (r *run) options(ctx workflow.Context, s *dsl.Step, sc *scope) (workflow.Context, error) {
	summary, err := r.summary(s, sc)
	if err != nil {
		return nil, err
	}
	if s.Local {
		return workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{
			StartToCloseTimeout:    s.Timeout.StartToClose,
			ScheduleToCloseTimeout: s.Timeout.ScheduleToClose,
			RetryPolicy:            retryPolicy(s.Retry),
			Summary:                summary,
		}), nil
	}
	queue, err := r.text(s.TaskQueue, s.Path, sc)
	if err != nil {
		return nil, err
	}
	if queue == "" {
		queue = s.Queue()
	}
	return workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		TaskQueue:              queue,
		StartToCloseTimeout:    s.Timeout.StartToClose,
		ScheduleToCloseTimeout: s.Timeout.ScheduleToClose,
		ScheduleToStartTimeout: s.Timeout.ScheduleToStart,
		HeartbeatTimeout:       s.Timeout.Heartbeat,
		WaitForCancellation:    r.program.AwaitCancelled(s),
		ActivityID:             r.activityID(s.Path),
		RetryPolicy:            retryPolicy(s.Retry),
		Priority:               temporal.Priority{PriorityKey: s.Priority},
		Summary:                summary,
	}), nil
}

// activityID is the step's path and how often it has been scheduled: readable,
// never used twice in a run, and short enough for the server.
func (r *run) activityID(path string) string {
	r.counts[path]++
	return shorten(path, 180) + "#" + strconv.Itoa(r.counts[path])
}

func retryPolicy(p *dsl.Retry) *temporal.RetryPolicy {
	if p == nil {
		return nil
	}
	return &temporal.RetryPolicy{
		InitialInterval:        p.InitialInterval,
		BackoffCoefficient:     p.BackoffCoefficient,
		MaximumInterval:        p.MaximumInterval,
		MaximumAttempts:        int32(max(p.MaximumAttempts, 0)),
		NonRetryableErrorTypes: p.NonRetryable,
	}
}

// summary is what the Web UI shows for a step: its title or its name, and the
// item of the loop it stands in.
func (r *run) summary(s *dsl.Step, sc *scope) (string, error) {
	text, err := r.text(s.Title, s.Path, sc)
	if err != nil {
		return "", err
	}
	if text == "" {
		text = name(s)
		if sc.loop != "" {
			text = sc.instance(s.Path)
		}
	}
	if sc.undoing != "" {
		text = "undo " + text
	}
	return shorten(text, 200), nil
}

// activity runs a registered activity.
func (r *run) activity(ctx workflow.Context, s *dsl.Step, b *dsl.Activity, sc *scope) (any, error) {
	activity, err := r.text(b.Type, s.Path, sc)
	if err != nil {
		return nil, err
	}
	if !b.Type.IsConst() && !slices.Contains(b.Allow, activity) {
		return nil, &Failure{Type: "UnknownActivity", Message: "the activity type " + strconv.Quote(activity) + " is not among those allowed here", Span: b.Type.Span}
	}
	args, err := r.arguments(s, b, sc)
	if err != nil {
		return nil, err
	}
	key, err := r.sentKey(s, sc)
	if err != nil {
		return nil, err
	}
	result, err := r.call(workflow.WithValue(ctx, keyHeader{}, key), s, sc, activity, args)
	if err != nil {
		return nil, err
	}
	return r.project(s, sc, result)
}

func (r *run) arguments(s *dsl.Step, b *dsl.Activity, sc *scope) (args []any, err error) {
	values := b.Args
	if b.With != nil {
		values = append(values[:0:0], b.With)
	}
	for _, v := range values {
		x, err := r.eval(v, s.Path, sc)
		if err != nil {
			return nil, err
		}
		raw, err := encode(x)
		if err != nil {
			return nil, err
		}
		args = append(args, raw)
	}
	return args, nil
}

// project applies `expect` and `output` to a result that other workers made.
func (r *run) project(s *dsl.Step, sc *scope, result any) (any, error) {
	if s.Expect == nil && s.Output == nil {
		return result, nil
	}
	inner := sc.child()
	inner.vars["result"] = result
	if s.Expect != nil {
		ok, err := r.condition(s.Expect, s.Path, inner)
		if err != nil {
			return nil, err
		}
		if !ok {
			return nil, &Failure{Type: "ExpectationFailed", Message: "the result is not as expected: " + s.Expect.Text, Span: s.Expect.Span, Details: result}
		}
	}
	if s.Output == nil {
		return result, nil
	}
	return r.eval(s.Output, s.Path, inner)
}
