package expr

import (
	"slices"

	"github.com/partitur/partitur/dsl/types"
)

// A Scope is the names an expression can use. Scopes are immutable and linked:
// adding a name costs the same however many there are.
type Scope struct {
	parent *Scope
	name   string
	typ    *types.Type // of the name, or
	why    string      // why the function of that name must not be used
}

// NewScope returns a scope without names.
func NewScope() *Scope { return nil }

// With returns a scope that also has a name, which hides one of the same name
// further out.
func (s *Scope) With(name string, t *types.Type) *Scope {
	if t == nil {
		t = types.AnyType
	}
	return &Scope{parent: s, name: name, typ: t}
}

// Forbid returns a scope in which a function of the library must not be used,
// for the reason given.
func (s *Scope) Forbid(fn, why string) *Scope {
	return &Scope{parent: s, name: fn, why: why}
}

// Lookup finds the type of a name.
func (s *Scope) Lookup(name string) (*types.Type, bool) {
	for ; s != nil; s = s.parent {
		if s.typ != nil && s.name == name {
			return s.typ, true
		}
	}
	return nil, false
}

// Forbidden says why a function must not be used, or "".
func (s *Scope) Forbidden(fn string) string {
	for ; s != nil; s = s.parent {
		if s.typ == nil && s.name == fn {
			return s.why
		}
	}
	return ""
}

// Names lists the names in scope, sorted.
func (s *Scope) Names() []string {
	var names []string
	for ; s != nil; s = s.parent {
		if s.typ != nil {
			names = append(names, s.name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
