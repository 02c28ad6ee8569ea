package replay

import (
	"time"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/interpreter"
)

// A sent command is one that the run gives in replay.
type sent struct {
	kind string // of the table kinds
	key  string // what tells it apart from others of its kind
	task int    // the workflow task, by the event with which it started
	step *dsl.Step
	args []any
	with any // its options
}

// A log is what a run does in replay, in order.
type log struct {
	sent   []*sent
	latest *dsl.Step               // that has begun
	begun  []*dsl.Step             // all that have
	undoes map[*dsl.Step]*dsl.Step // by step of a compensation
	result any                     // of the run
	err    error
	ended  bool
	task   int // in which it ended
}

func newLog() *log { return &log{} }

// Begins implements interpreter.Watcher.
func (l *log) Begins(_ workflow.Context, s *dsl.Step) {
	l.latest = s
	l.begun = append(l.begun, s)
}

func (l *log) add(ctx workflow.Context, kind, key string, args []any, with any) {
	l.sent = append(l.sent, &sent{
		kind: kind, key: key, task: workflow.GetInfo(ctx).GetCurrentHistoryLength(), step: l.latest, args: args, with: with,
	})
}

// An observer notes the commands of a run.
type observer struct {
	interceptor.WorkerInterceptorBase
	log *log
}

// InterceptWorkflow is called once for the run.
func (o *observer) InterceptWorkflow(_ workflow.Context, next interceptor.WorkflowInboundInterceptor) interceptor.WorkflowInboundInterceptor {
	i := &inbound{log: o.log}
	i.Next = next
	return i
}

type inbound struct {
	interceptor.WorkflowInboundInterceptorBase
	log *log
}

// Init puts the outbound observer in front of the commands.
func (i *inbound) Init(next interceptor.WorkflowOutboundInterceptor) error {
	out := &outbound{log: i.log}
	out.Next = next
	return i.Next.Init(out)
}

// ExecuteWorkflow notes how the run ends.
func (i *inbound) ExecuteWorkflow(ctx workflow.Context, in *interceptor.ExecuteWorkflowInput) (any, error) {
	result, err := i.Next.ExecuteWorkflow(ctx, in)
	i.log.result, i.log.err, i.log.ended = result, err, true
	i.log.task = workflow.GetInfo(ctx).GetCurrentHistoryLength()
	return result, err
}

type outbound struct {
	interceptor.WorkflowOutboundInterceptorBase
	log *log
}

func (o *outbound) ExecuteActivity(ctx workflow.Context, activityType string, args ...any) workflow.Future {
	options := workflow.GetActivityOptions(ctx)
	o.log.add(ctx, activity, options.ActivityID, args, sentActivity{activityType, options, key(ctx)})
	return o.Next.ExecuteActivity(ctx, activityType, args...)
}

// A sentActivity is what tells an activity besides its arguments.
type sentActivity struct {
	kind    string
	options workflow.ActivityOptions
	key     string // for idempotency
}

func key(ctx workflow.Context) string {
	return text(interceptor.WorkflowHeader(ctx)[interpreter.IdempotencyHeader])
}

func text(p *commonpb.Payload) (s string) {
	if p == nil || converter.GetDefaultDataConverter().FromPayload(p, &s) != nil {
		return ""
	}
	return s
}

func (o *outbound) ExecuteChildWorkflow(ctx workflow.Context, childType string, args ...any) workflow.ChildWorkflowFuture {
	options := workflow.GetChildWorkflowOptions(ctx)
	o.log.add(ctx, child, options.WorkflowID, args, sentChild{childType, options})
	return o.Next.ExecuteChildWorkflow(ctx, childType, args...)
}

// A sentChild is what tells a child besides its arguments.
type sentChild struct {
	kind    string
	options workflow.ChildWorkflowOptions
}

// NewTimerWithOptions notes no timer that ends at once: there is no event of it.
func (o *outbound) NewTimerWithOptions(ctx workflow.Context, d time.Duration, options workflow.TimerOptions) workflow.Future {
	if d > 0 && ctx.Err() == nil {
		o.log.add(ctx, timer, "", nil, d)
	}
	return o.Next.NewTimerWithOptions(ctx, d, options)
}

func (o *outbound) SignalExternalWorkflow(ctx workflow.Context, id, runID, name string, arg any) workflow.Future {
	o.log.add(ctx, signal, id+" "+name, []any{arg}, nil)
	return o.Next.SignalExternalWorkflow(ctx, id, runID, name, arg)
}

func (o *outbound) RequestCancelExternalWorkflow(ctx workflow.Context, id, runID string) workflow.Future {
	o.log.add(ctx, cancellation, id, nil, nil)
	return o.Next.RequestCancelExternalWorkflow(ctx, id, runID)
}

func (o *outbound) UpsertMemo(ctx workflow.Context, memo map[string]any) error {
	o.log.add(ctx, memoChange, "", nil, memo)
	return o.Next.UpsertMemo(ctx, memo)
}

func (o *outbound) UpsertTypedSearchAttributes(ctx workflow.Context, updates ...temporal.SearchAttributeUpdate) error {
	o.log.add(ctx, attributeChange, "", nil, updates)
	return o.Next.UpsertTypedSearchAttributes(ctx, updates...)
}

func (o *outbound) ExecuteLocalActivity(ctx workflow.Context, activityType string, args ...any) workflow.Future {
	o.log.add(ctx, localActivity, activityType, args, nil)
	return o.Next.ExecuteLocalActivity(ctx, activityType, args...)
}
