package jsonschema

import (
	"maps"
	"reflect"
	"slices"

	"github.com/partitur/partitur/dsl/value"
)

// Default returns the value with the defaults of missing fields filled in, to
// any depth: of properties, of items, through $ref and allOf. An integer that
// came as 3.0 becomes 3. The value itself is not changed; what needs no change
// is shared with it.
func (s *Schema) Default(v any) any { return fill(s.root(), v) }

func fill(n *node, v any) any {
	f := filler{budget: maxInserted}
	return f.fill(n, v, nil)
}

// maxInserted bounds defaults that contain one another.
const maxInserted = 10_000

// A filler fills in defaults. endless is the field whose default was found to
// contain the field again, which Compile does not let pass.
type filler struct {
	budget  int
	endless *node
}

// fill fills in what n says of v. within holds the fields whose defaults are
// being filled in.
func (f *filler) fill(n *node, v any, within []*node) any {
	switch in := v.(type) {
	case float64:
		if i, ok := value.Whole(in); ok && n.wantsInteger() {
			return i
		}
	case []any:
		l := listFiller{filler: f, list: in, within: within}
		for _, n := range n.always {
			l.items(n)
		}
		return l.list
	case map[string]any:
		o := objectFiller{filler: f, object: in, within: within}
		for _, n := range n.always {
			o.insert(n)
		}
		for _, n := range n.always {
			o.fields(n)
		}
		return o.object
	}
	return v
}

func (n *node) wantsInteger() bool {
	for _, n := range n.always {
		if slices.Contains(n.lib.Types, "integer") && !slices.Contains(n.lib.Types, "number") {
			return true
		}
	}
	return false
}

// hasDefault is the schema whose default holds for a field with schema n.
func (n *node) hasDefault() *node {
	for _, n := range n.always {
		if n.dflt != nil {
			return n
		}
	}
	return nil
}

// A listFiller copies the list at its first change.
type listFiller struct {
	*filler
	list   []any
	within []*node
	copied bool
}

func (f *listFiller) items(n *node) {
	for i, item := range f.list {
		of := n.items
		if i < len(n.prefix) {
			of = n.prefix[i]
		}
		if of == nil {
			continue
		}
		filled := f.fill(of, item, f.within)
		if identical(filled, item) {
			continue
		}
		if !f.copied {
			f.list, f.copied = slices.Clone(f.list), true
		}
		f.list[i] = filled
	}
}

// An objectFiller copies the object at its first change. inserted tells, of each
// field that it inserted, the field whose default it took.
type objectFiller struct {
	*filler
	object   map[string]any
	within   []*node
	inserted map[string]*node
	copied   bool
}

// insert adds the defaults of the properties of n that are missing.
func (f *objectFiller) insert(n *node) {
	for _, p := range n.props {
		from := p.hasDefault()
		if _, ok := f.object[p.name]; ok || from == nil || f.budget == 0 {
			continue
		}
		if slices.Contains(f.within, p.node) {
			f.budget, f.endless = 0, p.node
			return
		}
		f.budget--
		put(&f.inserted, p.name, p.node)
		f.put(p.name, value.Clone(from.fallback))
	}
}

// fields fills in what n says of the fields.
func (f *objectFiller) fields(n *node) {
	for _, p := range n.props {
		f.field(p.name, p.node)
	}
	if n.additional == nil && len(n.patterns) == 0 {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(f.object)) { //workflowcheck:ignore the names are sorted
		for _, of := range n.others(name) {
			f.field(name, of)
		}
	}
}

func (f *objectFiller) field(name string, of *node) {
	before, ok := f.object[name]
	if !ok {
		return
	}
	within := f.within
	if own := f.inserted[name]; own != nil {
		within = append(slices.Clip(within), own)
	}
	if after := f.fill(of, before, within); !identical(after, before) {
		f.put(name, after)
	}
}

func (f *objectFiller) put(name string, v any) {
	if !f.copied {
		f.object, f.copied = maps.Clone(f.object), true
		if f.object == nil {
			f.object = map[string]any{}
		}
	}
	f.object[name] = v
}

// others are the schemas of a field that come from its name or from its not
// being one of the properties.
func (n *node) others(name string) (nodes []*node) {
	for _, p := range n.patterns {
		if p.matches(name) {
			nodes = append(nodes, p.node)
		}
	}
	if nodes == nil && n.additional != nil && n.prop(name) == nil {
		nodes = []*node{n.additional}
	}
	return nodes
}

// identical tells whether fill returned the very value it was given.
func identical(a, b any) bool {
	switch a := a.(type) {
	case []any:
		b, ok := b.([]any)
		return ok && len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
	case map[string]any:
		b, ok := b.(map[string]any)
		return ok && reflect.ValueOf(a).Pointer() == reflect.ValueOf(b).Pointer()
	case int:
		_, ok := b.(int)
		return ok
	}
	return true
}
