package dsl

import (
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/types"
)

// Try groups steps, for their common modifiers.
type Try struct{ Do []*Step }

// Fields declares the keys of a try step.
func (t *Try) Fields(f *fields.Set) {
	bindSteps(f, &t.Do, "try", "the steps", fields.Required)
}

// Blocks returns the steps.
func (t *Try) Blocks() []Block { return []Block{{"", t.Do, true}} }

func (t *Try) check(c *checker, s *Step, sc scope) *types.Type {
	c.branches(s, sc, "")
	return types.NilType
}
