package casetest

import (
	"cmp"
	"errors"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	failurepb "go.temporal.io/api/failure/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/interpreter"
)

// ExecuteChildWorkflow answers from the mocks. A child that no mock answers for
// and that the project defines runs, and its steps ask the mocks in turn. The
// part of a loop is the run's own, and no call.
func (o *outbound) ExecuteChildWorkflow(ctx workflow.Context, kind string, args ...any) workflow.ChildWorkflowFuture {
	s, options := o.stage, workflow.GetChildWorkflowOptions(ctx)
	if kind == interpreter.PartType {
		s.hasPart(options.WorkflowID, s.programOf(ctx))
		return o.live(ctx, kind, args, func(time.Time) {})
	}
	r := o.request(ctx, s.programOf(ctx).StepAt(interpreter.StepPath(ctx)), kind, args)
	f := newChildFuture(ctx)
	switch {
	case ctx.Err() != nil:
		f.fails(ctx.Err())
	case s.program.Name != kind && s.family[kind] == nil || s.mocks.find(r.names()) != nil:
		workflow.Go(ctx, func(ctx workflow.Context) { s.pretend(ctx, r, options, f) })
	default:
		if _, again := r.reel.again(); !again {
			s.childBegins(r, options.WorkflowID)
			r.reel.keep(response{})
		}
		return o.live(ctx, kind, args, func(began time.Time) { s.childEnds(options.WorkflowID, began) })
	}
	return f
}

// live starts a child that really runs, and calls ended with when it began.
func (o *outbound) live(ctx workflow.Context, kind string, args []any, ended func(began time.Time)) workflow.ChildWorkflowFuture {
	f, s := newChildFuture(ctx), o.stage
	workflow.Go(ctx, func(ctx workflow.Context) {
		began := s.now()
		f.follows(ctx, s, s.inTurn(ctx, func(ctx workflow.Context) workflow.ChildWorkflowFuture {
			return o.Next.ExecuteChildWorkflow(ctx, kind, args...)
		}))
		ended(began)
	})
	return f
}

// inTurn starts children one after the other: the test environment of the SDK
// starts those of the same moment in any order.
func (s *stage) inTurn(ctx workflow.Context, start func(workflow.Context) workflow.ChildWorkflowFuture) workflow.ChildWorkflowFuture {
	if s.remote != nil {
		return start(s.remote.child(ctx))
	}
	patient, _ := workflow.NewDisconnectedContext(ctx)
	s.starters = append(s.starters, workflow.GetInfo(ctx).WorkflowExecution.ID)
	mine := len(s.starters)
	_ = workflow.Await(patient, func() bool { return s.begun == mine-1 })
	child := start(ctx)
	_ = child.GetChildWorkflowExecution().Get(patient, nil)
	s.begun = mine
	if mine < len(s.starters) && s.starters[mine] != s.starters[mine-1] {
		_ = s.world.SignalWorkflowByID(s.starters[mine], itsTurn, nil)
	}
	return child
}

// itsTurn is the signal that makes another run look again whether it is its turn
// to start a child. It does not reach the workflow.
const itsTurn = "partitur-test-turn"

// childBegins notes that a child really runs.
func (s *stage) childBegins(r *request, id string) {
	s.called(r)
	s.note(r.where(), "%s starts the child %s with %s", r.name(), id, cmp.Or(r.args, "nothing"))
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.live[id]
	if c == nil {
		c = &liveChild{kind: r.activity}
		s.live[id] = c
	}
	c.running++
}

// hasPart notes which program the run of a part of a loop executes.
func (s *stage) hasPart(id string, p *dsl.Program) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.parts[id] = p
}

// childEnds notes that it has ended, and whether it has taken time.
func (s *stage) childEnds(id string, began time.Time) {
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.live[id].running--
	s.childWaits = s.childWaits || now.After(began)
}

// pretend plays a child that is mocked.
func (s *stage) pretend(ctx workflow.Context, r *request, o workflow.ChildWorkflowOptions, f *childFuture) {
	policy := o.RetryPolicy
	if policy == nil {
		policy = &temporal.RetryPolicy{MaximumAttempts: 1} // that of a workflow, unless it has one
	}
	result, state, err := s.attempts(ctx, r, bounds{policy: policy})
	var app *temporal.ApplicationError
	switch {
	case errors.As(err, &app) && app.Type() == interpreter.WorkflowAlreadyStarted:
		f.fails(new(temporal.ChildWorkflowExecutionAlreadyStartedError))
	case err != nil:
		f.starts(workflow.Execution{ID: o.WorkflowID, RunID: "mock"})
		f.ends.SetError(childError(r.activity, o.WorkflowID, state, err))
	default:
		f.starts(workflow.Execution{ID: o.WorkflowID, RunID: "mock"})
		f.ends.Set(result, nil)
	}
}

// childError is the error as the server reports it to the run.
func childError(kind, id string, state enumspb.RetryState, err error) error {
	c := temporal.GetDefaultFailureConverter()
	return c.FailureToError(&failurepb.Failure{
		Message: "child workflow execution error",
		Cause:   c.ErrorToFailure(err),
		FailureInfo: &failurepb.Failure_ChildWorkflowExecutionFailureInfo{ChildWorkflowExecutionFailureInfo: &failurepb.ChildWorkflowExecutionFailureInfo{
			WorkflowExecution: &commonpb.WorkflowExecution{WorkflowId: id}, WorkflowType: &commonpb.WorkflowType{Name: kind}, RetryState: state,
		}},
	})
}

// A childFuture is what the run waits for instead of its child.
type childFuture struct {
	workflow.Future
	started workflow.Future
	ends    workflow.Settable
	begins  workflow.Settable
}

func newChildFuture(ctx workflow.Context) *childFuture {
	f := new(childFuture)
	f.Future, f.ends = workflow.NewFuture(ctx)
	f.started, f.begins = workflow.NewFuture(ctx)
	return f
}

// GetChildWorkflowExecution implements workflow.ChildWorkflowFuture.
func (f *childFuture) GetChildWorkflowExecution() workflow.Future { return f.started }

// SignalChildWorkflow implements workflow.ChildWorkflowFuture. The interpreter
// signals children like any other workflow.
func (f *childFuture) SignalChildWorkflow(ctx workflow.Context, _ string, _ any) workflow.Future {
	future, set := workflow.NewFuture(ctx)
	set.SetError(errors.New("children are signalled by their workflow id"))
	return future
}

func (f *childFuture) starts(ids workflow.Execution) { f.begins.Set(ids, nil) }

func (f *childFuture) fails(err error) {
	f.begins.SetError(err)
	f.ends.SetError(err)
}

// follows takes over how a child starts and ends that really runs.
func (f *childFuture) follows(ctx workflow.Context, s *stage, child workflow.ChildWorkflowFuture) {
	patient, _ := workflow.NewDisconnectedContext(ctx)
	var ids workflow.Execution
	if err := child.GetChildWorkflowExecution().Get(patient, &ids); err != nil {
		f.fails(err)
		return
	}
	if s.remote != nil {
		ids.ID = s.remote.shown(ids.ID)
	}
	f.starts(ids)
	var result converter.RawValue
	if err := child.Get(patient, &result); err != nil {
		f.ends.SetError(err)
		return
	}
	f.ends.Set(result, nil)
}

// programOf is the program that runs in a context.
func (s *stage) programOf(ctx workflow.Context) *dsl.Program {
	s.mu.Lock()
	p := s.parts[workflow.GetInfo(ctx).WorkflowExecution.ID]
	s.mu.Unlock()
	if p != nil {
		return p
	}
	if p := s.family[workflow.GetInfo(ctx).WorkflowType.Name]; p != nil {
		return p
	}
	return s.program
}
