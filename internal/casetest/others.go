package casetest

import (
	"cmp"
	"fmt"

	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/interpreter"
	"github.com/partitur/partitur/interpreter/shared"
)

// HandleSignal takes apart what stands for several arguments.
func (i *inbound) HandleSignal(ctx workflow.Context, in *interceptor.HandleSignalInput) error {
	if in.SignalName == itsTurn {
		return nil
	}
	in.Arg = separate(in.Arg)
	return i.Next.HandleSignal(ctx, in)
}

// SignalExternalWorkflow answers for the other workflow: it takes the signal,
// unless a mock of the step says otherwise. A child that runs in the case gets
// it, and so does the workflow under test.
func (o *outbound) SignalExternalWorkflow(ctx workflow.Context, id, run, name string, arg any) workflow.Future {
	if name == shared.TallySignal {
		return o.Next.SignalExternalWorkflow(ctx, id, run, name, arg)
	}
	f := o.sends(ctx, fmt.Sprintf("signal %s to %s", name, id), arg)
	switch {
	case f.Get(ctx, nil) != nil:
	case o.stage.isLive(id):
		id = o.stage.remote.hidden(id)
		return o.Next.SignalExternalWorkflow(ctx, id, run, name, arg)
	case id == o.stage.id && o.stage.programOf(ctx) != o.stage.program:
		if o.stage.remote != nil {
			return o.Next.SignalExternalWorkflow(ctx, o.stage.remote.hidden(id), run, name, arg)
		}
		o.stage.world.SignalWorkflow(name, arg)
	}
	return f
}

// RequestCancelExternalWorkflow answers for the other workflow.
func (o *outbound) RequestCancelExternalWorkflow(ctx workflow.Context, id, run string) workflow.Future {
	f := o.sends(ctx, "cancel "+id, nil)
	if f.Get(ctx, nil) == nil && o.stage.isLive(id) {
		return o.Next.RequestCancelExternalWorkflow(ctx, o.stage.remote.hidden(id), run)
	}
	return f
}

// sends notes that something is sent to another workflow. The mock of the step
// may say that there is none.
func (o *outbound) sends(ctx workflow.Context, what string, arg any) workflow.Future {
	s := o.stage
	r := o.request(ctx, s.programOf(ctx).StepAt(interpreter.StepPath(ctx)), what, []any{arg})
	a, again := r.reel.again()
	if !again {
		a.err = s.sent(r, what)
		r.reel.keep(a)
	}
	future, set := workflow.NewFuture(ctx)
	set.Set(nil, a.err)
	return future
}

// sent notes a message to another workflow, and is its error.
func (s *stage) sent(r *request, what string) error {
	s.called(r)
	s.alone.Lock()
	err := s.refusal(r)
	s.alone.Unlock()
	came := "it arrives"
	if err != nil {
		came = brief(err)
	}
	s.note(r.where(), "%s with %s: %s", what, cmp.Or(r.args, "nothing"), came)
	return err
}

// refusal is the error of a message to another workflow, if the mock has one.
func (s *stage) refusal(r *request) error {
	name := cmp.Or(r.id, r.undo)
	m := s.mocks.find([]string{name})
	if name == "" || m == nil || s.stopped {
		return nil
	}
	vars := r.vars(1)
	vars["row"] = s.row
	a, err := m.take(vars)
	if err != nil {
		return s.refuse(Problem{At: m.Span, Text: err.Error(), Source: r.source()}, "NoMock")
	}
	s.expects(r, m, a, vars)
	switch {
	case a.Error == nil:
		return nil
	case a.Error.Type == interpreter.WorkflowNotFound:
		return new(temporal.UnknownExternalWorkflowExecutionError)
	}
	return failure(a.Error)
}
