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
	case *dsl.Activity:
		return r.activity(ctx, s, b, sc)
	case *dsl.Action:
		return r.action(ctx, s, b, sc)
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
	if s.If != nil && s.Verb != "if" {
		ok, err := r.condition(s.If, s.Path, sc)
		if err == nil && !ok {
			sc.record(s, "skipped", nil, nil)
			r.skip(ctx, s)
			return nil
		}
		if err != nil {
			return r.settle(ctx, s, sc, r.show(ctx, s, sc), nil, err)
		}
	}
	v := r.show(ctx, s, sc)
	if s.Compensate != nil && s.Compensate.Before {
		r.register(s, sc)
	}
	output, err := r.bounded(ctx, s, sc)
	return r.settle(ctx, s, sc, v, output, err)
}

// bounded runs the body of a step within the timeout of the whole step.
func (r *run) bounded(ctx workflow.Context, s *dsl.Step, sc *scope) (any, error) {
	if s.Timeout == nil || s.Timeout.Whole == nil {
		return r.body(ctx, s, sc)
	}
	limit, err := r.duration(s.Timeout.Whole, s.Path, sc)
	if err != nil {
		return nil, err
	}
	inner, cancel := workflow.WithCancel(ctx)
	fired := false
	done := r.limit(ctx, limit, "timeout of "+name(s), func() { fired = true; cancel() })
	output, err := r.body(inner, s, sc)
	done()
	cancel()
	if fired && ctx.Err() == nil && (isCancel(err) || inner.Err() != nil && err != nil && categoryOf(err) == "cancelled") {
		return nil, &Failure{Type: Timeout, Message: fmt.Sprintf("the step took longer than %s", limit), category: "timeout"}
	}
	return output, err
}

// settle gives a step that has ended its status, and applies catch, on_error,
// on_timeout, compensate and finally.
func (r *run) settle(ctx workflow.Context, s *dsl.Step, sc *scope, v *view, output any, err error) error {
	err = r.asFailure(ctx, s, sc, err)
	original := err
	status := "succeeded"
	if f, ok := err.(*Failure); ok {
		status = "failed"
		if f.Type == Timeout {
			status = "timed_out"
		}
		r.close(ctx, v, status, f)
		sc.record(s, status, nil, f.value())
		var handled bool
		if output, handled, err = r.handle(ctx, s, sc, f); handled {
			status = "succeeded"
			sc.record(s, status, output, nil)
			r.close(ctx, v, status, nil)
		}
	} else if isCancel(err) {
		status = "cancelled"
		sc.record(s, status, nil, nil)
		r.close(ctx, v, status, nil)
	} else {
		sc.record(s, status, output, nil)
		r.close(ctx, v, status, nil)
	}
	if status == "succeeded" && err == nil {
		r.succeeded(s, sc)
	}
	return r.finally(ctx, s, sc, original, err)
}

// succeeded notes what has to be undone from now on.
func (r *run) succeeded(s *dsl.Step, sc *scope) {
	if s.Pivot {
		sc.undo.clear(r)
	}
	if s.Compensate != nil && !s.Compensate.None && !s.Compensate.Before {
		r.register(s, sc)
	}
}

// finally runs the steps that follow whatever happened, detached from
// cancellation. An error in them replaces only success.
func (r *run) finally(ctx workflow.Context, s *dsl.Step, sc *scope, original, err error) error {
	if s.Finally == nil {
		return err
	}
	detached, cancel := workflow.NewDisconnectedContext(ctx)
	bound := r.program.Timeouts.Cleanup
	if bound == 0 {
		bound = dsl.DefaultCleanup
	}
	defer r.limit(detached, bound, "finally of "+name(s), cancel)()
	if e := r.final(detached, s.Finally, sc, original); e != nil && err == nil {
		return e
	}
	return err
}

// handle finds the answer to a failure: on_timeout, then catch, then on_error.
// It tells whether the step counts as succeeded, and what goes on upwards.
func (r *run) handle(ctx workflow.Context, s *dsl.Step, sc *scope, f *Failure) (output any, succeeded bool, err error) {
	if o := s.OnTimeout; o != nil && !o.Fail && f.Type == Timeout && f.Path == s.Path {
		if o.Steps != nil {
			return nil, false, r.steps(ctx, o.Steps, sc.child())
		}
		output, err = r.eval(o.Output, s.Path, sc)
		return output, err == nil, r.failure(s, sc, err)
	}
	for _, c := range s.Catch {
		inner := sc.child()
		inner.vars["error"] = f.value()
		ok, err := r.catches(c, s, inner, f)
		if err != nil {
			return nil, false, err
		}
		if ok {
			return r.answered(ctx, c, s, inner)
		}
	}
	if s.OnError == "continue" {
		return nil, false, nil
	}
	return nil, false, f
}

func (r *run) catches(c *dsl.Catch, s *dsl.Step, sc *scope, f *Failure) (bool, error) {
	if len(c.Types) > 0 && !f.is(c.Types) {
		return false, nil
	}
	if c.When == nil {
		return true, nil
	}
	ok, err := r.condition(c.When, s.Path, sc)
	return ok, r.failure(s, sc, err)
}

// answered runs the steps of a catch entry and computes its output.
func (r *run) answered(ctx workflow.Context, c *dsl.Catch, s *dsl.Step, sc *scope) (any, bool, error) {
	if err := r.steps(ctx, c.Do, sc); err != nil {
		return nil, false, err
	}
	if c.Output == nil {
		return nil, false, nil
	}
	output, err := r.eval(c.Output, s.Path, sc)
	return output, err == nil, r.failure(s, sc, err)
}

// name is what a step is called where people read it.
func name(s *dsl.Step) string {
	if s.ID != "" {
		return s.ID
	}
	return s.Path
}
