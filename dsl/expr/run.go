package expr

import (
	"errors"
	"fmt"
	"sync"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/vm"

	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/value"
)

// The bounds of one evaluation: they keep it well under the second after which
// Temporal takes a workflow for hung.
const (
	maxSteps  = 500_000 // instructions, and elements and pieces of text they go through
	maxMemory = 500_000 // elements of lists and maps that are written out or looped over
	stepBytes = 32      // of text are as much work as one instruction
	keepLoops = 64      // a machine that has begun more loops has grown too big to keep
)

// An EvalError says why an expression has no value, and which part of its text
// is to blame.
type EvalError struct {
	Span    source.Span
	Message string
	Hint    string // what to write instead, if known
}

func (e *EvalError) Error() string {
	if e.Hint != "" {
		return e.Message + ": " + e.Hint
	}
	return e.Message
}

// A fault is an EvalError in the making: an instruction knows what is wrong but
// seldom where.
type fault struct {
	at            ast.Node // if not the node of the instruction
	message, hint string
}

func (f *fault) Error() string { return f.message }

func faultf(format string, args ...any) *fault { return &fault{message: fmt.Sprintf(format, args...)} }

func (f *fault) withHint(format string, args ...any) *fault {
	f.hint = fmt.Sprintf(format, args...)
	return f
}

// A run is one evaluation.
type run struct {
	vars  map[string]any
	steps int
	loops int
	vm    vm.VM
}

var runs = sync.Pool{New: func() any { return &run{vm: vm.VM{MemoryBudget: maxMemory}} }}

// step counts work, and ends an evaluation that does not end by itself.
func (r *run) step(n int) error {
	r.steps += n
	if r.steps > maxSteps || n < 0 {
		return faultf("the expression takes too long").withHint("move heavy work into an activity")
	}
	return nil
}

// text counts the work of making or going through a text.
func (r *run) text(n int) error { return r.step(n / stepBytes) }

// Eval evaluates the expression over variables, which it never changes. The
// result is a JSON value and may share parts with the variables; times,
// durations and decimals have become text. The error is an *EvalError.
func (e *Expr) Eval(vars map[string]any) (any, error) {
	v, err := e.EvalRaw(vars)
	if err != nil {
		return nil, err
	}
	return e.normalize(v)
}

func (e *Expr) normalize(v any) (any, error) {
	switch v.(type) {
	case nil, bool, int, string:
		return v, nil
	}
	if isJSON(v, 0) {
		return v, nil
	}
	n, err := value.Normalize(v)
	if err != nil {
		return nil, &EvalError{Span: e.Span, Message: err.Error()}
	}
	return n, nil
}

// EvalBool evaluates a condition. A result that is not a boolean is an error.
func (e *Expr) EvalBool(vars map[string]any) (bool, error) {
	v, err := e.EvalRaw(vars)
	if err != nil {
		return false, err
	}
	if b, ok := v.(bool); ok {
		return b, nil
	}
	f := notBool(v)
	return false, &EvalError{Span: e.Span, Message: f.message, Hint: f.hint}
}

// EvalRaw is Eval, but leaves times, durations and decimals as they are.
func (e *Expr) EvalRaw(vars map[string]any) (result any, err error) {
	if e.path != nil {
		if result, err = e.path.get(vars); err != nil {
			err = e.evalError(err)
		}
		return result, err
	}
	r := runs.Get().(*run)
	r.vars = vars
	result, err = r.vm.Run(e.program, r)
	if err != nil {
		err = e.evalError(err)
	}
	r.release()
	return result, err
}

// release gives the run back for use by others, without what it held.
func (r *run) release() {
	if r.loops > keepLoops {
		return
	}
	clear(r.vm.Stack[:cap(r.vm.Stack)])
	clear(r.vm.Variables)
	r.vars, r.steps, r.loops = nil, 0, 0
	runs.Put(r)
}

// evalError finds the words and the place for an error of the machine.
func (e *Expr) evalError(err error) error {
	out := &EvalError{Span: e.Span, Message: err.Error()}
	var place *file.Error
	if errors.As(err, &place) {
		out.Message = place.Message
		if n := place.Location.From; n >= 0 && n < len(e.nodes) {
			out.Span = e.span(e.nodes[n])
		}
	}
	var f *fault
	switch {
	case errors.As(err, &f):
		out.Message, out.Hint = f.message, f.hint
		if f.at != nil {
			out.Span = e.span(f.at)
		}
	case out.Message == "memory budget exceeded":
		out.Message, out.Hint = "the expression takes too much memory", "move heavy work into an activity"
	case out.Message == "reduce of empty array with no initial value":
		out.Message, out.Hint = "the list is empty, so there is nothing to begin with", "give reduce a third argument, the value for an empty list"
	}
	return out
}

// isJSON tells whether a value is a JSON value as it is.
func isJSON(v any, depth int) bool {
	switch v := v.(type) {
	case nil, bool, int, string:
		return true
	case float64:
		return v-v == 0
	case []any:
		if v == nil || depth >= value.MaxDepth {
			return false
		}
		for _, item := range v {
			if !isJSON(item, depth+1) {
				return false
			}
		}
		return true
	case map[string]any:
		if v == nil || depth >= value.MaxDepth {
			return false
		}
		for _, item := range v { // the answer does not depend on the order
			if !isJSON(item, depth+1) {
				return false
			}
		}
		return true
	}
	return false
}
