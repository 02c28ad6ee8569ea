package dsl

import (
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/types"
)

// Next leaves the rest of a round of a loop that stands around it, which goes on
// with the next.
type Next struct {
	leaf
	jump
}

// Fields declares the keys of a next step.
func (n *Next) Fields(f *fields.Set) {
	n.bind(f, "next", "the id of the loop that goes on with its next round or element")
}

func (n *Next) check(c *checker, s *Step, sc scope) *types.Type {
	n.jump.check(c, s, sc)
	return types.NilType
}
