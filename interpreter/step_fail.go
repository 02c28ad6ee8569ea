package interpreter

import (
	"errors"
	"slices"

	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
)

// raise ends the block with an error of the author's, or with one that was caught.
func (r *run) raise(_ workflow.Context, s *dsl.Step, b *dsl.Fail, sc *scope) (any, error) {
	if b.Again != nil {
		return r.raiseAgain(s, b, sc)
	}
	f := &Failure{Retryable: b.Retryable, raised: true}
	var err error
	if f.Type, err = r.text(s, b.Type, sc); err != nil {
		return nil, err
	}
	if f.Message, err = r.text(s, b.Message, sc); err != nil {
		return nil, err
	}
	if f.Details, err = r.eval(s, b.Details, sc); err != nil {
		return nil, err
	}
	return nil, f
}

// raiseAgain keeps the place where the error first was.
func (r *run) raiseAgain(s *dsl.Step, b *dsl.Fail, sc *scope) (any, error) {
	x, err := r.eval(s, b.Again, sc)
	if err != nil {
		return nil, err
	}
	e, _ := x.(map[string]any)
	f, err := r.failureOf(e)
	if err != nil {
		return nil, wrongType(b.Again, "an error, such as ${ error }", x)
	}
	f.raised, f.again = true, true
	return nil, f
}

// failureOf is the inverse of value.
func (r *run) failureOf(e map[string]any) (*Failure, error) {
	typ, _ := e["type"].(string)
	if typ == "" {
		return nil, errors.New("it has no type")
	}
	f := &Failure{Type: typ, Details: e["details"], Cause: e["cause"]}
	f.category, _ = e["category"].(string)
	f.child, _ = e[childFailed].(bool)
	f.Message, _ = e["message"].(string)
	f.Step, _ = e["step"].(string)
	f.Path, _ = e["path"].(string)
	f.Retryable, _ = e["retryable"].(bool)
	f.RetryState, _ = e["retry_state"].(string)
	f.Attempt, _ = e["attempt"].(int)
	undone, _ := e["compensations"].([]any)
	f.Compensations = slices.Clone(undone)
	if at := r.program.StepAt(f.Path); at != nil {
		f.Span = at.VerbSpan()
	}
	return f, nil
}
