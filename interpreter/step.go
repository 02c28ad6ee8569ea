package interpreter

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
)

// steps runs a list of steps in order.
func (r *run) steps(ctx workflow.Context, steps []*dsl.Step, sc *scope) error {
	for _, s := range steps {
		if ctx.Err() != nil {
			return cancelled
		}
		if err := r.step(ctx, s, sc); err != nil {
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
	case *dsl.Parallel:
		return r.parallel(ctx, s, b, sc)
	case *dsl.Sleep:
		return r.sleep(ctx, s, b, sc)
	case *dsl.Try:
		return r.try(ctx, s, b, sc)
	case *dsl.Saga:
		return r.saga(ctx, s, b, sc)
	case *dsl.Log:
		return r.log(ctx, s, b, sc)
	case *dsl.Return:
		return r.leaveWith(ctx, s, b, sc)
	case *dsl.Fail:
		return r.raise(ctx, s, b, sc)
	}
	panic(fmt.Sprintf("interpreter: no case for %T", s.Body))
}

// step runs one step with all its modifiers: what every kind has in common.
func (r *run) step(ctx workflow.Context, s *dsl.Step, sc *scope) error {
	holds, err := r.guard(s, sc)
	if !holds && err == nil {
		sc.record(s, "skipped", nil, nil)
		r.skips(ctx, s)
		return nil
	}
	v := r.begins(ctx, s)
	var output any
	if err == nil {
		output, err = r.perform(ctx, s, sc)
	}
	o := r.outcome(ctx, s, sc, output, err)
	r.finally(ctx, s, sc, o)
	r.ends(ctx, v, o)
	return o.err
}

// guard tells whether the step is to run.
func (r *run) guard(s *dsl.Step, sc *scope) (bool, error) {
	if s.If == nil || s.Verb == "if" {
		return true, nil
	}
	return r.condition(s, s.If, sc)
}

// perform runs the body of a step that is not skipped.
func (r *run) perform(ctx workflow.Context, s *dsl.Step, sc *scope) (any, error) {
	sc.start(s)
	if s.Compensate != nil && s.Compensate.Before {
		r.register(s, sc)
	}
	if s.Timeout != nil && s.Timeout.Whole != nil {
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
func (r *run) outcome(ctx workflow.Context, s *dsl.Step, sc *scope, output any, err error) *outcome {
	err = r.failure(s, sc, err)
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
	if o.status == "succeeded" && o.err == nil {
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
func name(s *dsl.Step) string {
	if s.ID != "" {
		return s.ID
	}
	return s.Path
}
