package dsl

import (
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/types"
)

// Compute computes a value.
type Compute struct {
	leaf
	Value *expr.Value
}

// Fields declares the keys of a value step.
func (v *Compute) Fields(f *fields.Set) {
	f.Value(&v.Value, "value", "the value, which becomes the step's output", fields.Required)
}

func (v *Compute) check(c *checker, s *Step, sc scope) *types.Type {
	return c.typeOf("value")
}
