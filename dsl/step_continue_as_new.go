package dsl

import (
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/types"
)

// ContinueAsNew ends the run and begins a new one from the first step.
type ContinueAsNew struct {
	leaf
	Input *expr.Value
}

// Fields declares the keys of a continue_as_new step.
func (n *ContinueAsNew) Fields(f *fields.Set) {
	f.Value(&n.Input, "continue_as_new", "the input of the new run", fields.Required, fields.Sees(seesLater))
}

func (n *ContinueAsNew) check(c *checker, s *Step, sc scope) *types.Type {
	place := sc.noReturn
	switch {
	case sc.handler:
		place = "the steps of a message"
	case place == "":
		place = sc.noContinue
	}
	if place != "" {
		c.diags.Error("misplaced-continue", s.verbSpan, "`continue_as_new` cannot stand in %s", place).
			WithHint("only the steps of the workflow itself can begin it anew; set a variable of the state here, and let a step of the main flow look at it")
	}
	for _, slot := range c.pending {
		if slot.Name == "continue_as_new" && place == "" {
			if c.def.Input != nil {
				c.obeys(slot, c.def.Input, sc, inputRule)
				return types.NilType
			}
		}
	}
	c.slot("continue_as_new", sc)
	return types.NilType
}
