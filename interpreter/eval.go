package interpreter

import (
	"time"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/value"
)

// at prepares the evaluation of an expression of a step: `step` is the step,
// and chance comes from the step's own stream. It must be called anew after
// anything that waits, because others evaluate meanwhile.
func (r *run) at(s *dsl.Step, sc *scope) {
	r.host.path = s.Path
	if s.NamesItself {
		sc.vars["step"] = r.self(s, sc)
	}
}

// self is what `step` holds.
func (r *run) self(s *dsl.Step, sc *scope) map[string]any {
	return map[string]any{"id": s.ID, "path": sc.instance(s.Path), "idempotency_key": r.key(s, sc)}
}

// eval evaluates a value of a step; no value is nil.
func (r *run) eval(s *dsl.Step, v *expr.Value, sc *scope) (any, error) {
	if v == nil {
		return nil, nil
	}
	if v.IsConst() {
		return v.Const, nil
	}
	r.at(s, sc)
	return v.Eval(sc.vars)
}

// evalAt evaluates a value that belongs to no step.
func (r *run) evalAt(path string, v *expr.Value, sc *scope) (any, error) {
	r.host.path = path
	return v.Eval(sc.vars)
}

// text evaluates a value that must be text; no value is "".
func (r *run) text(s *dsl.Step, v *expr.Value, sc *scope) (string, error) {
	x, err := r.eval(s, v, sc)
	if err != nil || v == nil {
		return "", err
	}
	if text, ok := x.(string); ok {
		return text, nil
	}
	return "", wrongType(v, "text", x)
}

// duration evaluates a value that must be a duration.
func (r *run) duration(s *dsl.Step, v *expr.Value, sc *scope) (time.Duration, error) {
	x, err := r.eval(s, v, sc)
	if err != nil {
		return 0, err
	}
	text, ok := x.(string)
	if !ok {
		return 0, wrongType(v, "a duration such as 30s", x)
	}
	d, err := value.ParseDuration(text)
	if err != nil {
		return 0, &Failure{Type: ExpressionError, Message: err.Error(), Span: v.Span}
	}
	if d < 0 {
		return 0, wrongType(v, "a duration that is not negative", x)
	}
	return d, nil
}

func (r *run) condition(s *dsl.Step, e *expr.Expr, sc *scope) (bool, error) {
	r.at(s, sc)
	holds, err := e.EvalBool(sc.vars)
	if err == nil {
		r.tell(Notice{Kind: ConditionAsked, Step: s, At: e.Span, Holds: holds})
	}
	return holds, err
}

func wrongType(v *expr.Value, want string, got any) error {
	text, err := value.Encode(got)
	if got == nil {
		text = []byte("nil")
	}
	if err != nil {
		text = []byte("something else")
	}
	shown := []rune(string(text))
	if len(shown) > 60 {
		shown = append(shown[:57], []rune("...")...)
	}
	return &Failure{Type: ExpressionError, Message: "this must be " + want + ", and it is " + string(shown), Span: v.Span}
}
