package dsl

import (
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/types"
)

// Await pauses the flow until a condition holds.
type Await struct {
	leaf
	Condition *expr.Expr
}

// Fields declares the keys of an await step.
func (a *Await) Fields(f *fields.Set) {
	f.Condition(&a.Condition, "await", "what must hold; asked again whenever the state may have changed", fields.Required, fields.Sees(seesWait), fields.Example("state.approved"))
}

func (a *Await) check(c *checker, s *Step, sc scope) *types.Type {
	c.slot("await", sc)
	c.waitConstant(a.Condition)
	return types.NilType
}

// waitConstant reports a wait whose end does not depend on anything.
func (c *checker) waitConstant(e *expr.Expr) {
	if e == nil || len(e.Refs()) > 0 || c.diags.Within(e.Span) {
		return
	}
	v, err := e.Eval(map[string]any{})
	if holds, isBool := v.(bool); err == nil && isBool {
		c.diags.Warn("constant-condition", e.Span, "this condition is always %t: %s", holds,
			map[bool]string{true: "the step does not wait", false: "the step waits for ever"}[holds]).
			WithHint("compare something that varies, such as a variable of the state")
	}
}
