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
	f.Value(&r.Value, "return", "the result of the workflow", fields.Required, fields.Sees(seesLater))
}

func (r *Return) check(c *checker, s *Step, sc scope) *types.Type {
	if sc.noReturn != "" {
		c.diags.Error("misplaced-return", s.verbSpan, "`return` cannot stand in %s", sc.noReturn).
			WithHint("leave it out: the steps end by themselves")
	}
	for _, slot := range c.pending {
		if slot.Name == "return" && sc.returns && sc.noReturn == "" {
			c.returned(slot, sc)
			return types.NilType
		}
	}
	c.slot("return", sc)
	return types.NilType
}
