package jsonschema

import (
	"slices"

	"github.com/partitur/partitur/dsl/syntax"
)

func (c *compiler) required(s *node, v *syntax.Node) {
	if v.Kind == syntax.Scalar && v.Type == syntax.Bool {
		c.requiredBool(s, v)
		return
	}
	s.lib.Required = c.names(v, "required")
	s.required = slices.DeleteFunc(slices.Clone(v.Items), func(n *syntax.Node) bool { return !slices.Contains(s.lib.Required, n.Value) })
}

// requiredBool reports required: true, which OpenAPI and old drafts have.
func (c *compiler) requiredBool(s *node, v *syntax.Node) {
	d := c.found.Error("schema-required", v.Span, "required is a list of names, beside properties, not %s", v.Value)
	name := propertyName(s)
	switch {
	case v.Data() == false:
		d.WithHint("leave it out: a field is optional unless its object lists it in required")
	case name != "":
		d.WithHint("write required: [%s] in the object that has the field", name)
	default:
		d.WithHint("write required: [name, ...] with the fields that must be there")
	}
}

// propertyName is the name of the property that s is the schema of, or "".
func propertyName(s *node) string {
	if s.parent == nil || s.parent.at.Kind != syntax.Map {
		return ""
	}
	props := s.parent.at.Get("properties")
	if props == nil {
		return ""
	}
	for _, e := range props.Entries {
		if e.Value == s.at {
			return e.Key.Value
		}
	}
	return ""
}

func (c *compiler) dependentRequired(s *node, v *syntax.Node) {
	if v.Kind != syntax.Map {
		c.found.Error("schema-value", v.Span, "dependentRequired is a mapping of names to lists of names, not %s", shownNode(v))
		return
	}
	for _, e := range v.Entries {
		put(&s.lib.DependentRequired, e.Key.Value, c.names(e.Value, e.Key.Value))
	}
}

// names reads a list of names of fields.
func (c *compiler) names(v *syntax.Node, k string) []string {
	if v.Kind != syntax.List {
		d := c.found.Error("schema-required", v.Span, "%s is a list of names, not %s", k, shownNode(v))
		if v.Kind == syntax.Scalar && v.Type == syntax.String {
			d.WithHint("write [%s]", v.Value).WithFix(v.Span, "["+v.Span.Text()+"]")
		}
		return nil
	}
	var names []string
	for _, item := range v.Items {
		switch {
		case item.Kind == syntax.Broken:
		case item.Kind != syntax.Scalar || item.Type != syntax.String:
			c.found.Error("schema-required", item.Span, "%s is a list of names, and %s is none", k, shownNode(item)).
				WithHint("write each name as text, in quotes if it looks like something else")
		case slices.Contains(names, item.Value):
			c.found.Error("schema-required", item.Span, "%q is listed twice", item.Value)
		default:
			names = append(names, item.Value)
		}
	}
	return names
}
