package jsonschema

import (
	"math"
	"math/big"
	"reflect"
	"slices"
)

// A quick check knows the everyday keywords, and answers only what is sure: that
// a value obeys. It is there because the library's own check needs a stack so
// large that each run of a workflow would have to grow its own for it.
type quick struct {
	known   bool // the schema has no other keywords
	closed  bool // additionalProperties: false
	asserts []func(any) bool
}

// hasten prepares the quick checks of all schemas.
func (s *Schema) hasten() {
	for _, n := range s.nodes {
		n.quick = n.quickly()
	}
}

func (n *node) quickly() (q quick) {
	rest := *n.lib
	if allow, ok := rest.AdditionalProperties.(bool); ok {
		q.closed = !allow
		rest.AdditionalProperties = nil
	}
	for _, e := range rest.Extensions { //workflowcheck:ignore all of them must agree, in whatever order
		switch e := e.(type) {
		case enumCheck:
			q.asserts = append(q.asserts, e.allows)
		case formatCheck:
			q.asserts = append(q.asserts, e.valid)
		default:
			return quick{}
		}
	}
	if low, high := rest.Minimum, rest.Maximum; (low != nil || high != nil) && short(low) && short(high) {
		q.asserts = append(q.asserts, within(low, high))
		rest.Minimum, rest.Maximum = nil, nil
	}
	rest.Types, rest.Required, rest.Properties, rest.Items2020 = nil, nil, nil, nil
	rest.Pattern, rest.Extensions, rest.Format = nil, nil, ""
	plain := newLibrarySchema(0)
	plain.Location = rest.Location
	q.known = reflect.DeepEqual(&rest, plain)
	return q
}

// short tells whether a bound is missing, or an integer like others.
func short(bound *big.Rat) bool {
	return bound == nil || bound.IsInt() && bound.Num().IsInt64()
}

// within asserts the bounds of integers. It leaves other numbers to the library.
func within(low, high *big.Rat) func(any) bool {
	least, most := math.MinInt, math.MaxInt
	if low != nil {
		least = int(low.Num().Int64())
	}
	if high != nil {
		most = int(high.Num().Int64())
	}
	return func(v any) bool {
		_, broken := v.(float64)
		n, whole := v.(int)
		return !broken && (!whole || least <= n && n <= most)
	}
}

// obeys tells whether a JSON value surely obeys the schema.
func (n *node) obeys(v any) bool {
	if !n.quick.known || !n.hasType(v) {
		return false
	}
	for _, ok := range n.quick.asserts {
		if !ok(v) {
			return false
		}
	}
	switch v := v.(type) {
	case string:
		return n.lib.Pattern == nil || n.lib.Pattern.MatchString(v)
	case []any:
		return n.items == nil || !slices.ContainsFunc(v, func(item any) bool { return !n.items.obeys(item) })
	case map[string]any:
		return n.fieldsObey(v)
	}
	return true
}

func (n *node) fieldsObey(object map[string]any) bool {
	for _, name := range n.lib.Required {
		if _, ok := object[name]; !ok {
			return false
		}
	}
	known := 0
	for _, p := range n.props {
		v, ok := object[p.name]
		if !ok {
			continue
		}
		if known++; !p.obeys(v) {
			return false
		}
	}
	return !n.quick.closed || known == len(object)
}

// hasType tells whether a value is of one of the schema's types. Of a number
// that is written 3.0 it does not know whether it is an integer.
func (n *node) hasType(v any) bool {
	types := n.lib.Types
	if len(types) == 0 {
		return true
	}
	switch v.(type) {
	case nil:
		return slices.Contains(types, "null")
	case bool:
		return slices.Contains(types, "boolean")
	case int:
		return slices.Contains(types, "integer") || slices.Contains(types, "number")
	case float64:
		return slices.Contains(types, "number")
	case string:
		return slices.Contains(types, "string")
	case []any:
		return slices.Contains(types, "array")
	case map[string]any:
		return slices.Contains(types, "object")
	}
	return false
}
