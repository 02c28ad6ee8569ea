// Package local decodes the arguments of local activities. It runs in activities
// and is kept apart from what runs in workflows.
package local

import (
	"context"
	"fmt"
	"reflect"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// InvalidArguments is the type of the error of a local activity whose function
// does not take what it is given.
const InvalidArguments = "InvalidArguments"

// Interceptor decodes for the activities of a worker. It must be its last
// interceptor.
func Interceptor() interceptor.WorkerInterceptor { return &decoding{} }

type decoding struct {
	interceptor.WorkerInterceptorBase
}

// InterceptWorkflow leaves workflows alone.
func (*decoding) InterceptWorkflow(_ workflow.Context, next interceptor.WorkflowInboundInterceptor) interceptor.WorkflowInboundInterceptor {
	return next
}

// InterceptActivity is called for each activity of a worker.
func (*decoding) InterceptActivity(_ context.Context, next interceptor.ActivityInboundInterceptor) interceptor.ActivityInboundInterceptor {
	a := &inbound{}
	a.Next = next
	return a
}

type inbound struct {
	interceptor.ActivityInboundInterceptorBase
}

// ExecuteActivity decodes the arguments of a local activity. They come as the
// interpreter has encoded them: the SDK decodes those of other activities only.
// Its test environment calls the function behind a variadic one, with arguments
// of its own: there the function must take converter.RawValue.
func (a *inbound) ExecuteActivity(ctx context.Context, in *interceptor.ExecuteActivityInput) (any, error) {
	payloads, encoded := payloadsOf(in.Args)
	if function := functionOf(a.Next); encoded && function != nil && !function.IsVariadic() {
		args, err := decodeFor(function, payloads)
		if err != nil {
			return nil, temporal.NewNonRetryableApplicationError(err.Error(), InvalidArguments, nil)
		}
		in.Args = args
	}
	return a.Next.ExecuteActivity(ctx, in)
}

// payloadsOf are arguments that the interpreter has encoded.
func payloadsOf(args []any) (*commonpb.Payloads, bool) {
	p := &commonpb.Payloads{}
	for _, arg := range args {
		raw, ok := arg.(converter.RawValue)
		if !ok {
			return nil, false
		}
		p.Payloads = append(p.Payloads, raw.Payload())
	}
	return p, true
}

// functionOf is the type of the function that an activity calls, or nil. The SDK
// tells nobody: it is a field of what stands behind the last interceptor, of
// which the type may be asked, and no more. A test notices when that changes.
func functionOf(next interceptor.ActivityInboundInterceptor) reflect.Type {
	v := reflect.ValueOf(next)
	if v.Kind() != reflect.Pointer || v.Elem().Kind() != reflect.Struct {
		return nil
	}
	f := v.Elem().FieldByName("fn")
	if !f.IsValid() || f.Kind() != reflect.Interface || f.IsNil() || f.Elem().Kind() != reflect.Func {
		return nil
	}
	return f.Elem().Type()
}

var (
	contextType = reflect.TypeFor[context.Context]()
	payloadJSON = converter.GetDefaultDataConverter()
)

// decodeFor makes of payloads the arguments that a function takes, in the way of
// the SDK: those that are missing are zero, those too many are dropped.
func decodeFor(function reflect.Type, payloads *commonpb.Payloads) ([]any, error) {
	var pointers []any
	for i := range function.NumIn() {
		if t := function.In(i); i > 0 || !t.Implements(contextType) {
			pointers = append(pointers, reflect.New(t).Interface())
		}
	}
	if err := payloadJSON.FromPayloads(payloads, pointers...); err != nil {
		return nil, fmt.Errorf("the arguments do not fit the local activity: %w", err)
	}
	args := make([]any, len(pointers))
	for i, p := range pointers {
		args[i] = reflect.ValueOf(p).Elem().Interface()
	}
	return args, nil
}
