package dsl

import (
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/types"
)

// SearchAttributes sets what the run is found by; nil unsets.
type SearchAttributes struct {
	leaf
	Attributes []Attribute
}

// Fields declares the keys of a search_attributes step.
func (b *SearchAttributes) Fields(f *fields.Set) {
	attributesKey{"search_attributes", "names of search attributes and their values; nil unsets one", seesLater}.bind(f, &b.Attributes, fields.Required)
}

func (b *SearchAttributes) check(c *checker, _ *Step, sc scope) *types.Type {
	checkAttributes(b.Attributes, c.diags, func(name string) *types.Type { return c.slot("search_attributes."+name, sc) })
	return types.NilType
}
