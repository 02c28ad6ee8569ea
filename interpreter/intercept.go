package interpreter

import (
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/interpreter/local"
	"github.com/partitur/partitur/interpreter/shared"
)

// IdempotencyHeader is the header under which activities of other workers find
// the idempotency key of their step.
const IdempotencyHeader = "idempotency-key"

// keyHeader is the key of the context value that becomes the header.
type keyHeader struct{}

// Options adds to a worker's options what the interpreter needs.
func Options(o worker.Options) worker.Options {
	o.Interceptors = append(o.Interceptors, Interceptor(), local.Interceptor())
	return o
}

// Interceptor keeps the signals of a run in the order in which they arrive, and
// sends the idempotency key of a step with its activity.
func Interceptor() interceptor.WorkerInterceptor { return &workerInterceptor{} }

type workerInterceptor struct {
	interceptor.WorkerInterceptorBase
}

// InterceptWorkflow is called once for each run that a worker works on.
func (*workerInterceptor) InterceptWorkflow(_ workflow.Context, next interceptor.WorkflowInboundInterceptor) interceptor.WorkflowInboundInterceptor {
	i := &inbound{inbox: new(inbox)}
	i.Next = next
	return i
}

type inbound struct {
	interceptor.WorkflowInboundInterceptorBase
	inbox *inbox
}

// ExecuteWorkflow hands the inbox to the run.
func (i *inbound) ExecuteWorkflow(ctx workflow.Context, in *interceptor.ExecuteWorkflowInput) (any, error) {
	return i.Next.ExecuteWorkflow(workflow.WithValue(ctx, inboxKey{}, i.inbox), in)
}

// HandleSignal only appends: an error here, or a coroutine started here, would
// block the run for ever. Signals can arrive before the run begins.
func (i *inbound) HandleSignal(_ workflow.Context, in *interceptor.HandleSignalInput) error {
	if in.SignalName == shared.ReplySignal {
		i.inbox.replies = append(i.inbox.replies, in.Arg)
		return nil
	}
	i.inbox.arrived = append(i.inbox.arrived, arrival{name: in.SignalName, args: in.Arg})
	return nil
}

// Init puts our outbound interceptor in front of the run's commands.
func (i *inbound) Init(next interceptor.WorkflowOutboundInterceptor) error {
	return i.Next.Init(&outbound{next})
}

// An outbound hands on what it does not change by itself. The base of the SDK
// would be one more call under everything that waits: see steps.
type outbound struct {
	interceptor.WorkflowOutboundInterceptor
}

// ExecuteActivity adds the header.
func (o *outbound) ExecuteActivity(ctx workflow.Context, activityType string, args ...any) workflow.Future {
	setKey(ctx)
	return o.WorkflowOutboundInterceptor.ExecuteActivity(ctx, activityType, args...)
}

// ExecuteLocalActivity adds the header.
func (o *outbound) ExecuteLocalActivity(ctx workflow.Context, activityType string, args ...any) workflow.Future {
	setKey(ctx)
	return o.WorkflowOutboundInterceptor.ExecuteLocalActivity(ctx, activityType, args...)
}

func setKey(ctx workflow.Context) {
	key, ok := ctx.Value(keyHeader{}).(string)
	if header := interceptor.WorkflowHeader(ctx); ok && header != nil {
		header[IdempotencyHeader] = &commonpb.Payload{
			Metadata: encodedJSON,
			Data:     []byte(`"` + key + `"`),
		}
	}
}
