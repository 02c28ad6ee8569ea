package dsl

import (
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/types"
)

// Return ends the workflow with a result.
type Return struct {
	leaf
	Value *expr.Value
}

// Fields declares the keys of a return step.
func (r *Return) Fields(f *fields.Set) {
	f.Value(&r.Value, "return", "the result of the workflow", fields.Required)
}

func (r *Return) check(c *checker, s *Step, sc scope) *types.Type {
	if s.OnError != "" {
		c.diags.Error("useless-modifier", s.verbSpan, "a return step cannot fail quietly: `on_error` has no use here")
	}
	if sc.noReturn != "" {
		c.diags.Error("misplaced-return", s.verbSpan, "`return` cannot stand in %s", sc.noReturn)
	}
	return types.NilType
}
