package interpreter

import (
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/interpreter/local"
	"github.com/partitur/partitur/interpreter/shared"
)

// IdempotencyHeader is the header under which activities of other workers find
// the idempotency key of their step.
const IdempotencyHeader = "idempotency-key"

// Options adds to a worker's options what the interpreter needs. Interceptors
// that are added after it do not see ExecuteWorkflow.
func (i *Interpreter) Options(o worker.Options) worker.Options {
	o.Interceptors = append(o.Interceptors, &workerInterceptor{interpreter: i}, local.Interceptor())
	return o
}

// A workerInterceptor runs the runs of an interpreter, keeps their signals in the
// order in which they arrive, and sends the idempotency key of a step with its
// activity.
type workerInterceptor struct {
	interceptor.WorkerInterceptorBase
	interpreter *Interpreter
}

// InterceptWorkflow is called once for each run that a worker works on.
func (w *workerInterceptor) InterceptWorkflow(_ workflow.Context, next interceptor.WorkflowInboundInterceptor) interceptor.WorkflowInboundInterceptor {
	return &inbound{WorkflowInboundInterceptor: next, interpreter: w.interpreter, link: new(link)}
}

// A link is what a run shares with its interceptors.
type link struct {
	inbox inbox
	key   *commonpb.Payload // idempotency key of the activity that is being sent; nil for none

	given  *commonpb.Payload // what the agents of the run may use; nil if nobody wants to know
	budget *commonpb.Payload // what those of the child that is being started may use
}

// An inbound hands on what it does not change by itself, as an outbound does.
type inbound struct {
	interceptor.WorkflowInboundInterceptor
	interpreter *Interpreter
	link        *link
}

// ExecuteWorkflow runs a program itself, and not by the function that is
// registered: the SDK would call that by reflection, and look through five more
// calls each time the run waits. Workflows in Go on the same worker are not ours.
func (i *inbound) ExecuteWorkflow(ctx workflow.Context, in *interceptor.ExecuteWorkflowInput) (any, error) {
	if len(in.Args) == 1 {
		if args, dynamic := in.Args[0].(converter.EncodedValues); dynamic {
			i.link.given = interceptor.WorkflowHeader(ctx)[BudgetHeader]
			return i.interpreter.execute(ctx, args, i.link)
		}
	}
	return i.WorkflowInboundInterceptor.ExecuteWorkflow(ctx, in)
}

// HandleSignal only appends: an error here, or a coroutine started here, would
// block the run for ever. Signals can arrive before the run begins.
func (i *inbound) HandleSignal(_ workflow.Context, in *interceptor.HandleSignalInput) error {
	switch box := &i.link.inbox; in.SignalName {
	case shared.ReplySignal:
		box.replies = append(box.replies, in.Arg)
	case shared.TallySignal:
		box.tallies = append(box.tallies, in.Arg)
	default:
		box.arrived = append(box.arrived, arrival{name: in.SignalName, args: in.Arg})
	}
	return nil
}

// Init puts our outbound interceptor in front of the run's commands.
func (i *inbound) Init(next interceptor.WorkflowOutboundInterceptor) error {
	return i.WorkflowInboundInterceptor.Init(&outbound{next, i.link})
}

// An outbound hands on what it does not change by itself. The base of the SDK
// would be one more call under everything that waits: see steps.
type outbound struct {
	interceptor.WorkflowOutboundInterceptor
	link *link
}

// ExecuteActivity adds the header.
func (o *outbound) ExecuteActivity(ctx workflow.Context, activityType string, args ...any) workflow.Future {
	o.link.addKey(ctx)
	return o.WorkflowOutboundInterceptor.ExecuteActivity(ctx, activityType, args...)
}

// ExecuteLocalActivity adds the header.
func (o *outbound) ExecuteLocalActivity(ctx workflow.Context, activityType string, args ...any) workflow.Future {
	o.link.addKey(ctx)
	return o.WorkflowOutboundInterceptor.ExecuteLocalActivity(ctx, activityType, args...)
}

// ExecuteChildWorkflow adds the header.
func (o *outbound) ExecuteChildWorkflow(ctx workflow.Context, childType string, args ...any) workflow.ChildWorkflowFuture {
	if header := interceptor.WorkflowHeader(ctx); header != nil && o.link.budget != nil {
		header[BudgetHeader] = o.link.budget
	}
	return o.WorkflowOutboundInterceptor.ExecuteChildWorkflow(ctx, childType, args...)
}

func (l *link) addKey(ctx workflow.Context) {
	if l.key == nil {
		return
	}
	if header := interceptor.WorkflowHeader(ctx); header != nil {
		header[IdempotencyHeader] = l.key
	}
}
