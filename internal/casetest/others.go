package casetest

import (
	"cmp"
	"fmt"

	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/interpreter"
)

// HandleSignal takes apart what stands for several arguments.
func (i *inbound) HandleSignal(ctx workflow.Context, in *interceptor.HandleSignalInput) error {
	in.Arg = separate(in.Arg)
	return i.Next.HandleSignal(ctx, in)
}

// SignalExternalWorkflow answers for the other workflow: it takes the signal,
// unless a mock of the step says otherwise. A child that runs in the case gets
// it, and so does the workflow under test.
func (o *outbound) SignalExternalWorkflow(ctx workflow.Context, id, run, name string, arg any) workflow.Future {
	f := o.stage.sends(ctx, fmt.Sprintf("signal %s to %s", name, id), arg)
	switch {
	case f.Get(ctx, nil) != nil:
	case o.stage.live[id]:
		return o.Next.SignalExternalWorkflow(ctx, id, run, name, arg)
	case id == o.stage.id && o.stage.programOf(ctx) != o.stage.program:
		o.stage.world.SignalWorkflow(name, arg)
	}
	return f
}

// RequestCancelExternalWorkflow answers for the other workflow.
func (o *outbound) RequestCancelExternalWorkflow(ctx workflow.Context, id, run string) workflow.Future {
	f := o.stage.sends(ctx, "cancel "+id, nil)
	if f.Get(ctx, nil) == nil && o.stage.live[id] {
		return o.Next.RequestCancelExternalWorkflow(ctx, id, run)
	}
	return f
}

func (s *stage) sends(ctx workflow.Context, what string, arg any) workflow.Future {
	r := s.request(ctx, s.programOf(ctx).StepAt(interpreter.StepPath(ctx)), what, []any{arg})
	s.calls = append(s.calls, r.name())
	future, set := workflow.NewFuture(ctx)
	var err error
	if name := cmp.Or(r.id, r.undo); name != "" && s.mocks.byName[name] != nil {
		var a answer
		if a, err = s.mocks.take([]string{name}); err == nil && a.err != nil {
			err = sendError(a)
		}
	}
	s.trace = append(s.trace, fmt.Sprintf("%s %s (%s): %v", workflow.Now(ctx).Sub(Start), what, r.args, err))
	set.Set(nil, err)
	return future
}

// sendError is the error of a message that did not reach another workflow.
func sendError(a answer) error {
	if a.err["type"] == interpreter.WorkflowNotFound {
		return new(temporal.UnknownExternalWorkflowExecutionError)
	}
	return a.failure()
}
