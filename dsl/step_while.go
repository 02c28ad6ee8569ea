package dsl

import (
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/types"
)

// While runs steps as long as a condition holds.
type While struct {
	Rounds
	Condition *expr.Expr
}

// Fields declares the keys of a while step.
func (w *While) Fields(f *fields.Set) {
	f.Condition(&w.Condition, "while", "the condition, asked before each round; it sees `index`", fields.Required, fields.Sees(seesItem))
	bindSteps(f, &w.Do, "do", "steps of each round; they see its number as `index`, from 0", fields.Required)
	w.bind(f)
}

func (w *While) check(c *checker, s *Step, sc scope) *types.Type {
	inner := w.enter(s, sc)
	c.slot("while", inner)
	c.settled(w.Condition, true, nil)
	if w.Condition != nil {
		inner = inner.narrow(w.Condition.NotNilWhen(true))
	}
	w.Rounds.check(c, s, inner)
	return types.NilType
}
