package dsl

import (
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/types"
)

// Break ends a loop that stands around it.
type Break struct {
	leaf
	jump
}

// Fields declares the keys of a break step.
func (b *Break) Fields(f *fields.Set) { b.bind(f, "break", "the id of the loop to end") }

func (b *Break) check(c *checker, s *Step, sc scope) *types.Type {
	b.jump.check(c, s, sc)
	return types.NilType
}
