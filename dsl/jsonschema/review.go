package jsonschema

import (
	"cmp"
	"math/big"
	"slices"
	"strings"

	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
)

// review looks at what the keywords of each schema say together.
func (c *compiler) review() {
	for _, n := range c.nodes {
		if n.at.Kind != syntax.Map {
			continue
		}
		c.reviewBounds(n)
		c.reviewRequired(n)
		if !n.badType {
			c.reviewEffect(n)
			c.reviewAllowed(n)
		}
	}
}

func (c *compiler) reviewDefaults() {
	for _, n := range c.nodes {
		if c.endless(n) {
			return
		}
	}
	for _, n := range c.nodes {
		if n.dflt != nil {
			c.reviewDefault(n)
		}
	}
}

// endless reports a default that contains its own field again.
func (c *compiler) endless(n *node) bool {
	if !slices.ContainsFunc(n.props, func(p property) bool { return p.hasDefault() != nil }) {
		return false
	}
	f := filler{budget: maxInserted}
	f.fill(n, map[string]any{}, nil)
	if f.endless == nil {
		return false
	}
	c.found.Error("schema-default", f.endless.hasDefault().dflt.Span, "the default contains itself: filling it in would never end").
		WithHint("leave it out where the schema refers to itself")
	return true
}

// reviewBounds reports a lower bound above the upper one.
func (c *compiler) reviewBounds(n *node) {
	for _, pair := range [][2]string{{"minLength", "maxLength"}, {"minItems", "maxItems"}, {"minProperties", "maxProperties"}, {"minContains", "maxContains"}} {
		low, high := n.at.Get(pair[0]), n.at.Get(pair[1])
		if low != nil && high != nil && *countField(n, pair[0]) > *countField(n, pair[1]) && *countField(n, pair[1]) >= 0 {
			c.noneBetween(high.Span, pair)
		}
	}
	lows := []*big.Rat{n.lib.Minimum, n.lib.ExclusiveMinimum}
	highs := []*big.Rat{n.lib.Maximum, n.lib.ExclusiveMaximum}
	names := [2][2]string{{"minimum", "exclusiveMinimum"}, {"maximum", "exclusiveMaximum"}}
	for i, low := range lows {
		for j, high := range highs {
			if low == nil || high == nil {
				continue
			}
			if order := low.Cmp(high); order > 0 || order == 0 && i+j > 0 {
				c.noneBetween(n.at.Get(names[1][j]).Span, [2]string{names[0][i], names[1][j]})
			}
		}
	}
}

func (c *compiler) noneBetween(at source.Span, pair [2]string) {
	c.found.Error("schema-value", at, "no value lies between this %s and the %s", pair[1], pair[0])
}

// appliesTo tells which types a keyword says something about.
func appliesTo(keyword string) string {
	switch keyword {
	case "minLength", "maxLength", "pattern", "format":
		return "string"
	case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf":
		return "number"
	case "items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains", "minContains", "maxContains", "unevaluatedItems":
		return "array"
	case "properties", "required", "additionalProperties", "patternProperties", "propertyNames", "minProperties", "maxProperties",
		"dependentRequired", "dependentSchemas", "unevaluatedProperties":
		return "object"
	}
	return ""
}

// reviewEffect warns of keywords that say nothing about the types allowed.
func (c *compiler) reviewEffect(n *node) {
	for _, e := range n.at.Entries {
		k := e.Key.Value
		on := appliesTo(k)
		switch {
		case k == "required" && e.Value.Kind == syntax.Scalar: // reported as the habit of OpenAPI
		case on != "" && len(n.lib.Types) > 0 && !n.allows(on):
			c.found.Warn("schema-no-effect", e.Key.Span, "%s has no effect on %s", k, typePhrase(n.lib.Types)).
				WithHint("%s", effectHint(k, n.lib.Types, on))
		case (k == "then" || k == "else") && n.at.Get("if") == nil:
			c.found.Warn("schema-no-effect", e.Key.Span, "%s has no effect without if", k)
		case (k == "minContains" || k == "maxContains") && n.at.Get("contains") == nil:
			c.found.Warn("schema-no-effect", e.Key.Span, "%s has no effect without contains", k)
		}
	}
}

func (n *node) allows(typ string) bool {
	return slices.Contains(n.lib.Types, typ) || typ == "number" && slices.Contains(n.lib.Types, "integer")
}

// effectHint names the keyword of the same meaning for the type that stands
// there, or else the type that the keyword is for.
func effectHint(k string, types []string, on string) string {
	bounds := map[string][2]string{"string": {"minLength", "maxLength"}, "number": {"minimum", "maximum"}, "integer": {"minimum", "maximum"},
		"array": {"minItems", "maxItems"}, "object": {"minProperties", "maxProperties"}}
	pair, ok := bounds[types[0]]
	switch {
	case ok && strings.HasPrefix(k, "min"):
		return "write " + pair[0]
	case ok && strings.HasPrefix(k, "max"):
		return "write " + pair[1]
	}
	return "it is for " + typePhrase([]string{on})
}

// reviewAllowed reports values of enum and const that the type excludes, such
// as numbers that were meant as text.
func (c *compiler) reviewAllowed(n *node) {
	var listed []*syntax.Node
	if e := n.at.Get("enum"); e != nil {
		listed = e.Items
	}
	if v := n.at.Get("const"); v != nil {
		listed = append(listed, v)
	}
	if len(n.lib.Types) == 0 {
		return
	}
	for _, v := range listed {
		if typed(n.lib.Types, v.Data()) {
			continue
		}
		d := c.found.Error("schema-value", v.Span, "%s can never be allowed: the type is %s", shown(v.Data()), strings.Join(n.lib.Types, " or "))
		if v.Kind == syntax.Scalar && v.Type != syntax.String && v.Value != "" && slices.Contains(n.lib.Types, "string") {
			d.WithHint("put it in quotes").WithFix(v.Span, "'"+v.Value+"'")
		}
	}
}

// reviewRequired warns of names in required that properties does not have, and
// of required fields that have a default.
func (c *compiler) reviewRequired(n *node) {
	if props := n.at.Get("properties"); props == nil || props.Kind != syntax.Map || n.branch {
		return
	}
	for _, at := range n.required {
		name := at.Value
		prop := n.prop(name)
		switch {
		case prop != nil && prop.hasDefault() != nil:
			c.found.Warn("schema-default", at.Span, "%q has a default, so it is never missing", name).
				WithHint("leave it out of required")
		case prop == nil && len(n.always) == 1 && !n.mayHave(name):
			c.found.Warn("schema-required", at.Span, "%q is required, but not one of the properties", name).
				Suggest(name, n.propNames())
		}
	}
}

func (n *node) prop(name string) *node {
	for _, p := range n.props {
		if p.name == name {
			return p.node
		}
	}
	return nil
}

func (n *node) propNames() []string {
	var names []string
	for _, p := range n.props {
		names = append(names, p.name)
	}
	return names
}

// mayHave tells whether a field that is not among the properties is expected.
func (n *node) mayHave(name string) bool {
	for _, p := range n.patterns {
		if p.matches(name) {
			return true
		}
	}
	return n.additional != nil && (n.additional.lib.Always == nil || *n.additional.lib.Always)
}

// reviewDefault reports a default that its own schema refuses.
func (c *compiler) reviewDefault(n *node) {
	s := &Schema{nodes: c.nodes}
	found := s.validate(n, fill(n, n.fallback))
	if len(found) == 0 {
		return
	}
	first := slices.MinFunc(found, func(a, b Violation) int { return cmp.Compare(a.Path, b.Path) })
	c.found.Error("schema-default", n.dflt.Span, "the default breaks its own schema: %s", first)
}
