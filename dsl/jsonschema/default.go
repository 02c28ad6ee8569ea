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
func (s *Schema) Default(v any) any { return s.fill(s.root(), v, nil) }

// fill fills in what n says of v. within holds the fields whose defaults are
// being filled in: a field whose default contains the field again is left out.
func (s *Schema) fill(n *node, v any, within []*node) any {
	switch in := v.(type) {
	case float64:
		if i, ok := value.Whole(in); ok && n.wantsInteger() {
			return i
		}
	case []any:
		f := listFiller{Schema: s, list: in, within: within}
		for _, n := range n.always {
			f.fill(n)
		}
		return f.list
	case map[string]any:
		f := objectFiller{Schema: s, object: in, within: within}
		for _, n := range n.always {
			f.fill(n)
		}
		return f.object
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
	*Schema
	list   []any
	within []*node
	copied bool
}

func (f *listFiller) fill(n *node) {
	for i, item := range f.list {
		of := n.items
		if i < len(n.prefix) {
			of = n.prefix[i]
		}
		if of == nil {
			continue
		}
		filled := f.Schema.fill(of, item, f.within)
		if identical(filled, item) {
			continue
		}
		if !f.copied {
			f.list, f.copied = slices.Clone(f.list), true
		}
		f.list[i] = filled
	}
}

// An objectFiller copies the object at its first change.
type objectFiller struct {
	*Schema
	object map[string]any
	within []*node
	copied bool
}

func (f *objectFiller) fill(n *node) {
	for _, p := range n.props {
		if v, ok := f.object[p.name]; ok {
			f.set(p.name, v, f.Schema.fill(p.node, v, f.within))
		} else {
			f.insert(p)
		}
	}
	if n.additional == nil && len(n.patterns) == 0 {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(f.object)) { //workflowcheck:ignore the names are sorted
		for _, of := range n.others(name) {
			v := f.object[name]
			f.set(name, v, f.Schema.fill(of, v, f.within))
		}
	}
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

func (f *objectFiller) insert(p property) {
	from := p.hasDefault()
	if from == nil || slices.Contains(f.within, p.node) {
		return
	}
	within := append(slices.Clip(f.within), p.node)
	f.put(p.name, f.Schema.fill(p.node, value.Clone(from.fallback), within))
}

func (f *objectFiller) set(name string, before, after any) {
	if !identical(after, before) {
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
