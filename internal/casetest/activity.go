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
	"github.com/partitur/partitur/dsl"
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
	i := &inbound{stage: w.stage}
	if w.stage.remote != nil {
		i.reel = w.stage.remote.reel(workflow.GetInfo(ctx).WorkflowExecution.RunID)
	}
	i.Next = next
	return i
}

type inbound struct {
	interceptor.WorkflowInboundInterceptorBase
	stage *stage
	reel  *reel
}

// Init puts the outbound interceptor in front of the run's commands.
func (i *inbound) Init(next interceptor.WorkflowOutboundInterceptor) error {
	o := &outbound{stage: i.stage, reel: i.reel}
	o.Next = next
	return i.Next.Init(o)
}

// ExecuteWorkflow sees that the run comes to an end. Nothing can be relied on
// before: the environment may move its clock before it begins the run.
func (i *inbound) ExecuteWorkflow(ctx workflow.Context, in *interceptor.ExecuteWorkflowInput) (any, error) {
	if info := workflow.GetInfo(ctx); info.ParentWorkflowExecution == nil {
		i.stage.runBegins(ctx)
	}
	return i.Next.ExecuteWorkflow(ctx, in)
}

type outbound struct {
	interceptor.WorkflowOutboundInterceptorBase
	stage *stage
	reel  *reel // nil in memory
}

// GetVersion lacks the patches that the case says the run does not have.
func (o *outbound) GetVersion(ctx workflow.Context, id string, least, most workflow.Version) workflow.Version {
	if slices.Contains(o.stage.written.Unpatched, id) {
		return workflow.DefaultVersion
	}
	return o.Next.GetVersion(ctx, id, least, most)
}

// UpsertTypedSearchAttributes notes what the workflow under test is found by.
func (o *outbound) UpsertTypedSearchAttributes(ctx workflow.Context, updates ...temporal.SearchAttributeUpdate) error {
	if o.stage.programOf(ctx) == o.stage.program {
		for key, v := range temporal.NewSearchAttributes(updates...).GetUntypedValues() {
			o.stage.attributes[key.GetName()] = plain(v)
		}
	}
	if o.stage.remote != nil {
		return nil // the namespace of the test has none
	}
	return o.Next.UpsertTypedSearchAttributes(ctx, updates...)
}

// UpsertMemo notes what the workflow under test has noted.
func (o *outbound) UpsertMemo(ctx workflow.Context, memo map[string]any) error {
	if o.stage.programOf(ctx) == o.stage.program {
		for name, v := range memo {
			if raw, is := v.(converter.RawValue); is {
				v, _ = decode(raw)
			}
			o.stage.memo[name] = v
		}
	}
	return o.Next.UpsertMemo(ctx, memo)
}

// plain is a value of a search attribute as an author would write it.
func plain(v any) any {
	switch v := v.(type) {
	case int64:
		return int(v)
	case time.Time:
		return v.UTC().Format(time.RFC3339Nano)
	case []string:
		list := make([]any, len(v))
		for i, s := range v {
			list[i] = s
		}
		return list
	}
	return v
}

// ExecuteActivity answers from the mocks.
func (o *outbound) ExecuteActivity(ctx workflow.Context, activity string, args ...any) workflow.Future {
	options := workflow.GetActivityOptions(ctx)
	step := stepOf(o.stage.programOf(ctx), options.ActivityID, activity, options.Summary)
	r := o.request(ctx, step, activity, args)
	b := bounds{policy: options.RetryPolicy, attempt: options.StartToCloseTimeout, all: options.ScheduleToCloseTimeout}
	if o.stage.remote != nil && !o.stage.virtual(r) && ctx.Err() == nil {
		return o.remotely(ctx, r, b, args)
	}
	return o.stage.begin(ctx, r, b)
}

// ExecuteLocalActivity answers from the mocks.
func (o *outbound) ExecuteLocalActivity(ctx workflow.Context, activity string, args ...any) workflow.Future {
	options := workflow.GetLocalActivityOptions(ctx)
	step := stepOf(o.stage.programOf(ctx), "", activity, options.Summary)
	return o.stage.begin(ctx, o.request(ctx, step, activity, args), bounds{policy: options.RetryPolicy, attempt: options.StartToCloseTimeout, all: options.ScheduleToCloseTimeout})
}

// begin plays all attempts of an activity beside what goes on in the run.
func (s *stage) begin(ctx workflow.Context, r *request, b bounds) workflow.Future {
	future, settable := workflow.NewFuture(ctx)
	if ctx.Err() != nil {
		settable.SetError(ctx.Err())
		return future
	}
	workflow.Go(ctx, func(ctx workflow.Context) {
		result, state, err := s.attempts(ctx, r, b)
		if err != nil {
			settable.SetError(activityError(r.activity, state, err))
			return
		}
		settable.Set(result, nil)
	})
	return future
}

// bounds are how long an activity may take, and how often it is tried.
type bounds struct {
	policy       *temporal.RetryPolicy
	attempt, all time.Duration // start to close, schedule to close; 0 is no bound
}

// attempts plays an activity until it succeeds or its policy gives up.
func (s *stage) attempts(ctx workflow.Context, r *request, b bounds) (any, enumspb.RetryState, error) {
	scheduled := s.now()
	for attempt := 1; ; attempt++ {
		if b.all > 0 {
			b.attempt = shorter(b.attempt, b.all-s.now().Sub(scheduled))
		}
		result, err := s.attempt(ctx, r, attempt, b.attempt)
		if err == nil {
			return result, 0, nil
		}
		if ctx.Err() != nil && temporal.IsCanceledError(err) {
			return nil, enumspb.RETRY_STATE_CANCEL_REQUESTED, err
		}
		pause, state := next(b.policy, attempt, err)
		if state == 0 && b.all > 0 && s.now().Add(pause).After(scheduled.Add(b.all)) {
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

// shorter is the shorter of two durations, of which 0 is none.
func shorter(bound, other time.Duration) time.Duration {
	if bound == 0 {
		return other
	}
	return min(bound, other)
}

// attempt plays one attempt within a bound, and notes it.
func (s *stage) attempt(ctx workflow.Context, r *request, attempt int, within time.Duration) (any, error) {
	a, again := r.reel.again()
	if !again {
		a = s.respond(r, attempt, within)
		r.reel.keep(a)
	}
	if a.takes > 0 {
		if e := workflow.Sleep(ctx, a.takes); e != nil {
			return nil, e
		}
	}
	if !again {
		s.answered(r, attempt, a.result, a.err)
	}
	if a.err != nil {
		return nil, a.err
	}
	return encode(a.result)
}

// A response is what comes of an attempt.
type response struct {
	result any
	takes  time.Duration
	err    error
}

// respond asks the mocks for what comes of an attempt within a bound.
func (s *stage) respond(r *request, attempt int, within time.Duration) (a response) {
	s.alone.Lock()
	defer s.alone.Unlock()
	err := s.breakers.Guard(r.breaker, s.now, func() error {
		s.called(r)
		a.result, a.takes, a.err = s.answer(r, attempt)
		if within > 0 && a.takes >= within {
			a = response{nil, within, temporal.NewTimeoutError(enumspb.TIMEOUT_TYPE_START_TO_CLOSE, nil)}
		}
		return a.err
	})
	a.err = err // the breaker may not have let it through
	return a
}

// called notes that something is called.
func (s *stage) called(r *request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.stopped {
		s.calls = append(s.calls, r.name())
	}
}

// answered notes what came of a call.
func (s *stage) answered(r *request, attempt int, result any, err error) {
	came := "answers " + text(result)
	var app *temporal.ApplicationError
	switch {
	case errors.As(err, &app) && app.Type() == "NoMock":
		came = "nothing answers"
	case err != nil:
		came = "fails with " + brief(err)
	}
	again := ""
	if attempt > 1 {
		again = fmt.Sprintf(" again (%d)", attempt)
	}
	s.note(r.where(), "%s is called%s with %s, and %s", r.name(), again, cmp.Or(r.args, "nothing"), came)
}

func encode(result any) (any, error) {
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
func (s *stage) answer(r *request, attempt int) (result any, takes time.Duration, err error) {
	if s.stopped {
		return nil, 0, temporal.NewNonRetryableApplicationError("the case is over", "Over", nil)
	}
	m := s.mocks.find(r.names())
	if m == nil {
		return nil, 0, s.refuse(Problem{Text: noMock(r), Source: r.source()}, "NoMock")
	}
	vars := r.vars(attempt)
	vars["row"] = s.row
	a, err := m.take(vars)
	if err != nil {
		return nil, 0, s.refuse(Problem{At: m.Span, Text: err.Error(), Source: r.source()}, "NoMock")
	}
	s.expects(r, m, a, vars)
	if a.Error != nil {
		return nil, a.Takes, failure(a.Error)
	}
	if result, err = a.Return.Eval(vars); err != nil {
		return nil, a.Takes, s.refuse(Problem{At: a.Span, Text: fmt.Sprintf("the mock of %s: return: %v", m.Name, err), Source: r.source()}, "InvalidMock")
	}
	if r.builtin {
		result, err = builtins.Rehearse(r.activity, r.arg, result)
	}
	return result, a.Takes, err
}

// expects holds what was sent against what the mock expects.
func (s *stage) expects(r *request, m *mock, a *dsl.MockAnswer, vars map[string]any) {
	if a.Expect == nil {
		return
	}
	holds, err := a.Expect.EvalBool(vars)
	switch {
	case err != nil:
		s.complain(Problem{At: a.Expect.Span, Text: fmt.Sprintf("what %s was sent: expect: %v", r.name(), err), Source: r.source(), Actual: pretty(vars["with"])})
	case !holds:
		s.complain(Problem{At: a.Expect.Span, Text: fmt.Sprintf("what %s was sent is not as the mock of %s expects", r.name(), m.Name),
			Source: r.source(), Expected: []string{a.Expect.Text}, Actual: r.shown()})
	}
}

// refuse complains, and is the error of the call.
func (s *stage) refuse(p Problem, kind string) error {
	s.complain(p)
	s.refused = true
	return temporal.NewNonRetryableApplicationError(p.Text, kind, nil)
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
