package dsl

import "github.com/partitur/partitur/dsl/fields"

// Memo notes values with the run, which lists show and nothing searches.
type Memo struct {
	leaf
	Entries []Attribute
}

// Fields declares the keys of a memo step.
func (b *Memo) Fields(f *fields.Set) {
	attributesKey{"memo", "names and values noted with the run; nil removes one", ""}.bind(f, &b.Entries, fields.Required)
}
