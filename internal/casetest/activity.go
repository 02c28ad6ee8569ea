package casetest

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	failurepb "go.temporal.io/api/failure/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/builtins"
	"github.com/partitur/partitur/dsl/value"
)

// interceptor stands between the run and the activities it schedules, and plays
// them inside the run's own thread. The test environment of the SDK would play
// each in a goroutine, in an order that nobody decides.
func (s *stage) interceptor() interceptor.WorkerInterceptor { return &workers{stage: s} }

type workers struct {
	interceptor.WorkerInterceptorBase
	stage *stage
}

// InterceptWorkflow is called once for each run.
func (w *workers) InterceptWorkflow(ctx workflow.Context, next interceptor.WorkflowInboundInterceptor) interceptor.WorkflowInboundInterceptor {
	if info := workflow.GetInfo(ctx); info.ParentWorkflowExecution == nil {
		w.stage.id = info.WorkflowExecution.ID
	}
	i := &inbound{stage: w.stage}
	i.Next = next
	return i
}

type inbound struct {
	interceptor.WorkflowInboundInterceptorBase
	stage *stage
}

// Init puts the outbound interceptor in front of the run's commands.
func (i *inbound) Init(next interceptor.WorkflowOutboundInterceptor) error {
	o := &outbound{stage: i.stage}
	o.Next = next
	return i.Next.Init(o)
}

type outbound struct {
	interceptor.WorkflowOutboundInterceptorBase
	stage *stage
}

// ExecuteActivity answers from the mocks.
func (o *outbound) ExecuteActivity(ctx workflow.Context, activity string, args ...any) workflow.Future {
	options := workflow.GetActivityOptions(ctx)
	step := stepOf(o.stage.programOf(ctx), options.ActivityID, activity, options.Summary)
	return o.stage.begin(ctx, o.stage.request(ctx, step, activity, args), options.RetryPolicy, options.ScheduleToCloseTimeout)
}

// ExecuteLocalActivity answers from the mocks.
func (o *outbound) ExecuteLocalActivity(ctx workflow.Context, activity string, args ...any) workflow.Future {
	options := workflow.GetLocalActivityOptions(ctx)
	step := stepOf(o.stage.programOf(ctx), "", activity, options.Summary)
	return o.stage.begin(ctx, o.stage.request(ctx, step, activity, args), options.RetryPolicy, options.ScheduleToCloseTimeout)
}

// begin plays all attempts of an activity beside what goes on in the run.
func (s *stage) begin(ctx workflow.Context, r *request, policy *temporal.RetryPolicy, within time.Duration) workflow.Future {
	future, settable := workflow.NewFuture(ctx)
	if ctx.Err() != nil {
		settable.SetError(ctx.Err())
		return future
	}
	workflow.Go(ctx, func(ctx workflow.Context) {
		result, state, err := s.attempts(ctx, r, policy, within)
		if err != nil {
			settable.SetError(activityError(r.activity, state, err))
			return
		}
		settable.Set(result, nil)
	})
	return future
}

// attempts plays an activity until it succeeds or its policy gives up.
func (s *stage) attempts(ctx workflow.Context, r *request, policy *temporal.RetryPolicy, within time.Duration) (any, enumspb.RetryState, error) {
	scheduled := workflow.Now(ctx)
	for attempt := 1; ; attempt++ {
		result, err := s.attempt(ctx, r, attempt)
		if err == nil {
			return result, 0, nil
		}
		pause, state := next(policy, attempt, err)
		if state == 0 && within > 0 && workflow.Now(ctx).Add(pause).After(scheduled.Add(within)) {
			state = enumspb.RETRY_STATE_TIMEOUT
		}
		if state != 0 {
			return nil, state, err
		}
		if err := workflow.Sleep(ctx, pause); err != nil {
			return nil, enumspb.RETRY_STATE_CANCEL_REQUESTED, err
		}
	}
}

// attempt plays one attempt, and notes it.
func (s *stage) attempt(ctx workflow.Context, r *request, attempt int) (any, error) {
	var result any
	now := func() time.Time { return workflow.Now(ctx) }
	err := s.breakers.Guard(r.breaker, now, func() (err error) {
		s.calls = append(s.calls, r.name())
		result, err = s.answer(r)
		return err
	})
	s.trace = append(s.trace, fmt.Sprintf("%s %s attempt %d (%s): %s %v", workflow.Now(ctx).Sub(Start), r.name(), attempt, r.args, text(result), err))
	if err != nil {
		return nil, err
	}
	data, err := value.Encode(result)
	if err != nil {
		return nil, temporal.NewNonRetryableApplicationError(err.Error(), "InvalidMock", nil)
	}
	return converter.NewRawValue(&commonpb.Payload{
		Metadata: map[string][]byte{converter.MetadataEncoding: []byte(converter.MetadataEncodingJSON)},
		Data:     data,
	}), nil
}

// answer asks the mocks. A builtin treats their answer as that of the world.
func (s *stage) answer(r *request) (any, error) {
	a, err := s.mocks.take(r.names())
	if err != nil {
		if !slices.Contains(s.complaints, err.Error()) {
			s.complaints = append(s.complaints, err.Error())
		}
		return nil, temporal.NewNonRetryableApplicationError(err.Error(), "NoMock", nil)
	}
	if a.err != nil {
		return nil, a.failure()
	}
	if r.builtin {
		return builtins.Rehearse(r.activity, r.arg, a.result)
	}
	return a.result, nil
}

// next is the pause before another attempt, or why there is none; it follows
// the server, which knows no other rules.
func next(p *temporal.RetryPolicy, attempt int, err error) (time.Duration, enumspb.RetryState) {
	if p == nil {
		p = &temporal.RetryPolicy{}
	}
	var app *temporal.ApplicationError
	var timeout *temporal.TimeoutError
	switch {
	case errors.As(err, &app) && (app.NonRetryable() || slices.Contains(p.NonRetryableErrorTypes, app.Type())),
		errors.As(err, &timeout) && !again(timeout.TimeoutType()):
		return 0, enumspb.RETRY_STATE_NON_RETRYABLE_FAILURE
	case p.MaximumAttempts > 0 && attempt >= int(p.MaximumAttempts):
		return 0, enumspb.RETRY_STATE_MAXIMUM_ATTEMPTS_REACHED
	case app != nil && app.NextRetryDelay() > 0:
		return app.NextRetryDelay(), 0
	}
	first, coefficient := cmp.Or(p.InitialInterval, time.Second), cmp.Or(p.BackoffCoefficient, 2)
	pause := float64(first) * math.Pow(coefficient, float64(attempt-1))
	return time.Duration(min(pause, float64(cmp.Or(p.MaximumInterval, 100*first)))), 0
}

// again tells whether the server tries again after a timeout of a kind.
func again(kind enumspb.TimeoutType) bool {
	return kind == enumspb.TIMEOUT_TYPE_START_TO_CLOSE || kind == enumspb.TIMEOUT_TYPE_HEARTBEAT
}

// activityError is the error as the server reports it to the run.
func activityError(activity string, state enumspb.RetryState, err error) error {
	c := temporal.GetDefaultFailureConverter()
	return c.FailureToError(&failurepb.Failure{
		Message: "activity error",
		Cause:   c.ErrorToFailure(err),
		FailureInfo: &failurepb.Failure_ActivityFailureInfo{ActivityFailureInfo: &failurepb.ActivityFailureInfo{
			ActivityType: &commonpb.ActivityType{Name: activity}, RetryState: state,
		}},
	})
}
