package jsonschema

import (
	"maps"
	"slices"

	"github.com/partitur/partitur/dsl/types"
	"github.com/partitur/partitur/dsl/value"
)

// Type is what the expression checker knows of values that obey the schema and
// have its defaults.
func (s *Schema) Type() *types.Type { return s.typ() }

// TypeBecause is Type, with the caller's reason why a field may be nil. It is
// given the path of the field, such as customer.email.
func (s *Schema) TypeBecause(optional func(path string) string) *types.Type {
	g := shaper{optional: optional, budget: maxShapes, open: map[*node]int{}}
	return g.typeOf(g.shape(s.root()), "", false)
}

func optional(path string) string { return path + " is optional in its schema" }

// Bounds on types: schemas may contain themselves.
const (
	maxShapes = 5000
	maxAgain  = 2 // how often a schema may stand inside itself
)

// fieldsKnown says how a schema speaks of fields beyond its properties. The
// greater counts where schemas are combined.
type fieldsKnown int

const (
	nothingSaid   fieldsKnown = iota
	namesSaid                 // it has properties: reading another one is a typo
	othersAllowed             // it says so
	othersRefused             // it says so
)

// A shape is what is known of values: a type in the making.
type shape struct {
	kind     types.Kind
	null     bool
	elem     *shape
	fields   map[string]*shape
	required map[string]bool
	known    fieldsKnown
	dflt     bool
}

type shaper struct {
	optional func(path string) string
	budget   int
	seldom   int
	open     map[*node]int
}

func (g *shaper) shape(n *node) *shape {
	g.budget--
	if g.budget < 0 || g.open[n] == maxAgain || n.lib.Always != nil {
		return &shape{}
	}
	g.open[n]++
	defer func() { g.open[n]-- }()
	s := g.own(n)
	for _, more := range n.allOf {
		s = both(s, g.shape(more))
	}
	if n.ref != nil {
		s = both(s, g.shape(n.ref))
	}
	g.seldom++ // defaults in forms that may not hold are not filled in
	for _, forms := range [][]*node{n.anyOf, n.oneOf} {
		if len(forms) > 0 {
			s = both(s, g.either(forms))
		}
	}
	for _, m := range n.maybe {
		s.mayHave(g.shape(m))
	}
	g.seldom--
	s.dflt = s.dflt || n.dflt != nil && g.seldom == 0
	return s
}

// own is what a schema says without the schemas that it includes.
func (g *shaper) own(n *node) *shape {
	s := &shape{}
	s.kind, s.null = kindOf(n)
	s.fields = map[string]*shape{}
	for _, p := range n.props {
		s.fields[p.name] = g.shape(p.node)
		s.known = namesSaid
	}
	if len(n.patterns) > 0 || n.additional != nil {
		s.known = othersAllowed
	}
	if f := n.additional; f != nil && f.lib.Always != nil && !*f.lib.Always && len(n.patterns) == 0 {
		s.known = othersRefused
	}
	for _, name := range n.lib.Required {
		put(&s.required, name, true)
	}
	switch {
	case s.kind != types.List:
	case n.items != nil && len(n.prefix) == 0:
		s.elem = g.shape(n.items)
	case len(n.prefix) > 0:
		s.elem = g.items(n)
	}
	return s
}

// items is what the items of a list have in common that differ by position.
func (g *shaper) items(n *node) *shape {
	if n.items == nil {
		return nil
	}
	all := n.prefix
	if n.items.lib.Always == nil || *n.items.lib.Always {
		all = append(slices.Clip(all), n.items)
	}
	return g.either(all)
}

// kindOf is the kind of values that the keywords of one schema allow.
func kindOf(n *node) (kind types.Kind, null bool) {
	listed := n.enum
	if len(n.lib.Constant) == 1 {
		listed = n.lib.Constant
	}
	switch {
	case len(listed) > 0:
		return kindOfValues(listed)
	case len(n.lib.Types) > 0:
		return kindOfTypes(n.lib.Types)
	case len(n.props) > 0 || n.additional != nil || len(n.patterns) > 0:
		return types.Object, false
	case n.items != nil || len(n.prefix) > 0:
		return types.List, false
	}
	return types.Any, false
}

var kinds = map[string]types.Kind{
	"string": types.String, "integer": types.Int, "number": types.Number, "boolean": types.Bool,
	"object": types.Object, "array": types.List, "null": types.Nil,
}

func kindOfTypes(names []string) (types.Kind, bool) {
	found := make([]types.Kind, len(names))
	for i, name := range names {
		found[i] = kinds[name]
	}
	return common(found)
}

func kindOfValues(list []any) (types.Kind, bool) {
	found := make([]types.Kind, len(list))
	for i, v := range list {
		found[i] = types.Nil
		for _, name := range []string{"number", "integer", "string", "boolean", "object", "array"} {
			if isType(name, v) {
				found[i] = kinds[name]
			}
		}
	}
	return common(found)
}

// common is the kind that all kinds but nil are, and whether nil is among them.
func common(found []types.Kind) (kind types.Kind, null bool) {
	kind = types.Nil
	for _, k := range found {
		switch {
		case k == types.Nil:
			null = true
		case kind == types.Nil || kind == k:
			kind = k
		case isNumeric(kind) && isNumeric(k):
			kind = types.Number
		default:
			kind = types.Any
		}
		if kind == types.Any {
			return types.Any, slices.Contains(found, types.Nil)
		}
	}
	return kind, null && kind != types.Nil
}

func isNumeric(k types.Kind) bool { return k == types.Int || k == types.Number }

// both is what is known of values that two schemas describe.
func both(a, b *shape) *shape {
	if a.kind == types.Any {
		a, b = b, a
	}
	s := &shape{kind: a.kind, null: a.null && b.null, known: max(a.known, b.known), dflt: a.dflt || b.dflt}
	switch {
	case b.kind == types.Any: // says nothing of the kind, and nothing of null
		s.null = a.null
	case a.kind == types.Number && b.kind == types.Int:
		s.kind = types.Int
	}
	s.elem = a.elem
	if s.elem == nil {
		s.elem = b.elem
	} else if b.elem != nil {
		s.elem = both(a.elem, b.elem)
	}
	s.fields = maps.Clone(a.fields)
	for name, f := range b.fields {
		if have := s.fields[name]; have != nil {
			f = both(have, f)
		}
		put(&s.fields, name, f)
	}
	s.required = maps.Clone(a.required)
	for name := range b.required {
		put(&s.required, name, true)
	}
	return s
}

// either is what is known of values that have one of several forms.
func (g *shaper) either(forms []*node) *shape {
	s := g.shape(forms[0])
	for _, n := range forms[1:] {
		s = one(s, g.shape(n))
	}
	return s
}

func one(a, b *shape) *shape {
	kind, null := common([]types.Kind{a.kind, b.kind})
	s := &shape{kind: kind, null: null || a.null || b.null}
	switch kind {
	case types.List:
		if a.elem != nil && b.elem != nil {
			s.elem = one(a.elem, b.elem)
		}
	case types.Object:
		if a.kind == b.kind {
			s.oneObject(a, b)
		} else {
			some := a
			if b.kind == types.Object {
				some = b
			}
			s.fields, s.required, s.known = some.fields, some.required, some.known
		}
	}
	return s
}

// oneObject keeps the fields of both forms. Those that not both forms require
// may be missing; of those that only one form has, the kind is known only if the
// other form refuses them.
func (s *shape) oneObject(a, b *shape) {
	s.known = min(a.known, b.known)
	if a.known == othersAllowed || b.known == othersAllowed {
		s.known = othersAllowed
	}
	s.fields = map[string]*shape{}
	for _, pair := range [][2]*shape{{a, b}, {b, a}} {
		for name, f := range pair[0].fields {
			switch other := pair[1].fields[name]; {
			case other != nil:
				s.fields[name] = one(f, other)
			case pair[1].known == othersRefused:
				s.fields[name] = f
			default:
				s.fields[name] = &shape{}
			}
			if a.required[name] && b.required[name] {
				put(&s.required, name, true)
			}
		}
	}
}

// mayHave adds the names of the fields of a schema that holds only at times.
func (s *shape) mayHave(m *shape) {
	for name := range m.fields {
		if s.fields[name] == nil {
			put(&s.fields, name, &shape{})
		}
	}
}

// typeOf makes the type of a shape. mayMiss tells whether the value can be
// missing altogether.
func (g *shaper) typeOf(s *shape, path string, mayMiss bool) *types.Type {
	t := &types.Type{Kind: s.kind}
	switch s.kind {
	case types.List:
		t.Elem = types.AnyType
		if s.elem != nil {
			t.Elem = g.typeOf(s.elem, path+"[]", false)
		}
	case types.Object:
		t.Open = s.known == nothingSaid || s.known == othersAllowed
		for _, name := range slices.Sorted(maps.Keys(s.fields)) {
			f := s.fields[name]
			t.Fields = append(t.Fields, types.Field{Name: name, Type: g.typeOf(f, value.JoinField(path, name), !s.required[name] && !f.dflt)})
		}
	}
	switch {
	case mayMiss:
		t.Maybe = g.optional(path)
	case s.null && path == "":
		t.Maybe = "it can be null by its schema"
	case s.null:
		t.Maybe = path + " can be null by its schema"
	}
	return t
}
