package interpreter

import (
	"cmp"
	"fmt"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
)

// steps runs a list of steps in order. It waits for activities here, and not
// deeper down: each time a coroutine waits, the SDK looks through its calls.
func (r *run) steps(ctx workflow.Context, steps []*dsl.Step, sc *scope) error {
	if len(r.cursor) > 0 && sc.alone {
		steps = r.seek(steps)
	}
	for _, s := range steps {
		if ctx.Err() != nil {
			return cancelled
		}
		if r.stopAt != "" && r.stopsAt(s, sc) {
			return stopped(s)
		}
		t := turn{step: s, scope: sc}
		switch {
		case !r.enter(ctx, &t):
		case !r.sendable(s):
			t.output, t.err = r.perform(ctx, s, sc)
		case r.send(ctx, &t):
			t.err = t.future.Get(ctx, &t.raw)
			r.receive(&t)
		}
		if err := r.leave(ctx, &t); err != nil {
			if e := continuing(err); e != nil {
				e.leave(s)
			}
			return err
		}
	}
	return nil
}

// body is the whole language at a glance; each kind runs in a file of its own.
func (r *run) body(ctx workflow.Context, s *dsl.Step, sc *scope) (any, error) {
	switch b := s.Body.(type) {
	case *dsl.Activity, *dsl.Action:
		return r.call(ctx, s, sc)
	case *dsl.Child:
		return r.child(ctx, s, b, sc)
	case *dsl.Agent:
		return r.agent(ctx, s, b, sc)
	case *dsl.Compute:
		return r.compute(ctx, s, b, sc)
	case *dsl.Set:
		return r.set(ctx, s, b, sc)
	case *dsl.If:
		return r.branch(ctx, s, b, sc)
	case *dsl.Switch:
		return r.choose(ctx, s, b, sc)
	case *dsl.ForEach:
		return r.forEach(ctx, s, b, sc)
	case *dsl.While:
		return r.while(ctx, s, b, sc)
	case *dsl.Repeat:
		return r.repeat(ctx, s, b, sc)
	case *dsl.Break:
		return nil, breakLoop(b)
	case *dsl.Next:
		return nil, nextRound(b)
	case *dsl.Parallel:
		return r.parallel(ctx, s, b, sc)
	case *dsl.Sleep:
		return r.sleep(ctx, s, b, sc)
	case *dsl.SleepUntil:
		return r.sleepUntil(ctx, s, b, sc)
	case *dsl.Await:
		return r.await(ctx, s, b, sc)
	case *dsl.Receive:
		return r.receiveSignal(ctx, s, b, sc)
	case *dsl.Approval:
		return r.approval(ctx, s, b, sc)
	case *dsl.Task:
		return r.task(ctx, s, b, sc)
	case *dsl.SendSignal:
		return r.sendSignal(ctx, s, b, sc)
	case *dsl.CancelWorkflow:
		return r.cancelOther(ctx, s, b, sc)
	case *dsl.Lock:
		return r.lock(ctx, s, b, sc)
	case *dsl.Try:
		return r.try(ctx, s, b, sc)
	case *dsl.Saga:
		return r.saga(ctx, s, b, sc)
	case *dsl.Checkpoint:
		return r.checkpoint(b, sc)
	case *dsl.CompensateTo:
		return r.compensateTo(ctx, b, sc)
	case *dsl.Fallback:
		return r.fallback(ctx, s, b, sc)
	case *dsl.Log:
		return r.log(ctx, s, b, sc)
	case *dsl.Details:
		return r.details(ctx, s, b, sc)
	case *dsl.SearchAttributes:
		return r.searchAttributes(ctx, s, b, sc)
	case *dsl.Memo:
		return r.memo(ctx, s, b, sc)
	case *dsl.Return:
		return r.leaveWith(ctx, s, b, sc)
	case *dsl.ContinueAsNew:
		return r.beginAnew(s, b, sc)
	case *dsl.Patch:
		return r.patch(ctx, b, sc)
	case *dsl.Fail:
		return r.raise(ctx, s, b, sc)
	}
	panic(fmt.Sprintf("interpreter: no case for %T", s.Body))
}

// A turn is one execution of a step.
type turn struct {
	step   *dsl.Step
	scope  *scope
	view   *view              // nil if the step is skipped
	future workflow.Future    // of the activity that has been sent
	raw    converter.RawValue // what the activity returned
	output any
	err    error
}

// enter begins a step, and tells whether its body is to run.
func (r *run) enter(ctx workflow.Context, t *turn) bool {
	s, sc := t.step, t.scope
	if r.here != nil {
		return r.rejoin(t)
	}
	holds, err := r.guard(s, sc)
	if !holds && err == nil {
		sc.record(s, "skipped", nil, nil)
		r.skips(ctx, s)
		r.tellEnd(s, &outcome{status: "skipped"})
		return false
	}
	t.view = r.begins(ctx, s)
	if r.watch != nil {
		r.watch.Begins(ctx, s)
	}
	r.tell(Notice{Kind: StepBegan, Step: s})
	if t.err = err; err != nil {
		return false
	}
	sc.start(s)
	if s.Compensate != nil && s.Compensate.Before {
		r.register(s, sc)
	}
	return true
}

// leave ends a step with all its modifiers, and returns what the block around
// it is left with.
func (r *run) leave(ctx workflow.Context, t *turn) error {
	if t.view == nil {
		return nil
	}
	return r.finish(ctx, t).err
}

// finish ends a step that was not skipped, and tells how.
func (r *run) finish(ctx workflow.Context, t *turn) *outcome {
	if continuing(t.err) != nil {
		return &outcome{err: t.err} // it has not ended
	}
	o := r.outcome(ctx, t)
	if continuing(o.err) != nil {
		return o
	}
	r.finally(ctx, t.step, t.scope, o)
	r.ends(ctx, t.view, o)
	r.tellEnd(t.step, o)
	return o
}

// guard tells whether the step is to run.
func (r *run) guard(s *dsl.Step, sc *scope) (bool, error) {
	if s.If == nil || s.Verb == "if" {
		return true, nil
	}
	return r.condition(s, s.If, sc)
}

// perform runs the body of a step.
func (r *run) perform(ctx workflow.Context, s *dsl.Step, sc *scope) (any, error) {
	if s.Timeout != nil && s.Timeout.Whole != nil && s.Asked() == nil { // what is asked keeps its time itself
		return r.bounded(ctx, s, sc)
	}
	return r.body(ctx, s, sc)
}

// An outcome is how a step has ended.
type outcome struct {
	status  string
	failure *Failure // what went wrong, even if the flow goes on
	err     error    // what the block around the step is left with
}

// outcome gives a step that has ended its status, and applies on_timeout,
// catch, on_error and compensate. What goes wrong in a cancelled context is a
// part of the cancellation, which no step answers.
func (r *run) outcome(ctx workflow.Context, t *turn) *outcome {
	if t.err == skipped {
		t.scope.record(t.step, "skipped", nil, nil)
		return &outcome{status: "skipped"}
	}
	s, sc, output := t.step, t.scope, t.output
	err := r.failure(s, sc, t.err)
	f, failed := err.(*Failure)
	if failed && ctx.Err() != nil {
		sc.group.carry(cancelled, f.Compensations)
		err = cancelled
		failed = f.category != "cancelled"
	}
	o := &outcome{status: "succeeded", err: err}
	switch {
	case failed:
		o.status, o.failure = f.status(s), f
		sc.record(s, o.status, nil, f.value())
		if ctx.Err() == nil {
			output, o.err = r.answer(ctx, s, sc, o)
		}
	case isCancel(err):
		o.status = "cancelled"
	}
	if !failed || o.status == "succeeded" {
		sc.record(s, o.status, output, nil)
	}
	if o.status == "succeeded" && (o.err == nil || isJump(o.err)) {
		r.succeeded(s, sc)
	}
	return o
}

// succeeded notes what has to be undone from now on.
func (r *run) succeeded(s *dsl.Step, sc *scope) {
	if s.Pivot {
		r.pivot(s, sc.undo)
	}
	if s.Compensate != nil && !s.Compensate.Before {
		r.register(s, sc)
	}
}

// name is what a step is called where people read it.
func name(s *dsl.Step) string { return cmp.Or(s.ID, s.ToolName(), s.Path) }
