package jsonschema

import (
	"strconv"
	"strings"

	js "github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/syntax"
)

// A compiler turns a syntax tree into a tree of schemas.
type compiler struct {
	found   diag.List
	lenient bool // what is not known is passed over
	broken  bool // a part of the schema could not be read, which is reported already
	nodes   []*node
	places  map[string]*node // by JSON pointer
	anchors map[string]*node
	wrong   []string // pointers of what was reported: references into it are not
}

// schema reads the schema at a JSON pointer.
func (c *compiler) schema(n *syntax.Node, parent *node, ptr string) *node {
	s := &node{at: n, parent: parent, lib: newLibrarySchema(len(c.nodes))}
	if parent != nil {
		s.names = parent.names
	}
	c.nodes = append(c.nodes, s)
	c.places[ptr] = s
	switch {
	case n.Kind == syntax.Broken:
		c.broken = true
	case n.Kind == syntax.Scalar && n.Type == syntax.Bool:
		allow := n.Data().(bool)
		s.lib.Always = &allow
	case n.Kind == syntax.Map:
		if !c.lenient && c.looksLikeProperties(n) {
			c.wrong = append(c.wrong, ptr)
			break
		}
		for _, e := range n.Entries {
			c.entry(s, e, ptr)
		}
	default:
		c.notSchema(n)
		c.wrong = append(c.wrong, ptr)
	}
	return s
}

// notSchema reports what stands in the place of a schema.
func (c *compiler) notSchema(n *syntax.Node) {
	const message = "a schema is a mapping such as {type: string}, not %s"
	switch {
	case n.Kind == syntax.List:
		d := c.found.Error("schema-value", n.Span, message, "a list").
			WithHint("to allow several forms write {anyOf: [...]}")
		if len(n.Items) > 0 && n.Items[0].Kind == syntax.Scalar && n.Items[0].Type == syntax.String && typeMeant(n.Items[0].Value) == "" {
			d.WithHint("the fields of an object stand under properties: {type: object, properties: {%s: {type: string}}}", n.Items[0].Value)
		}
	case n.Type == syntax.Null:
		c.found.Error("schema-value", n.Span, "the schema is empty").
			WithHint("write {type: string} or another type; {} allows any value")
	default:
		d := c.found.Error("schema-value", n.Span, message, shownText(n.Value))
		if t := typeMeant(n.Value); t != "" {
			d.WithHint("write {type: %s}", t).WithFix(n.Span, "{type: "+t+"}")
		}
	}
}

func (c *compiler) entry(s *node, e syntax.Entry, ptr string) {
	if e.Key.Kind == syntax.Broken || hasBroken(e.Value) {
		c.broken = true
		if e.Value.Kind == syntax.Broken || e.Key.Kind == syntax.Broken {
			return
		}
	}
	c.keyword(s, e.Key, e.Value, ptr+"/"+escapePointer(e.Key.Value))
}

func hasBroken(n *syntax.Node) bool {
	if n.Kind == syntax.Broken {
		return true
	}
	for _, item := range n.Items {
		if hasBroken(item) {
			return true
		}
	}
	for _, e := range n.Entries {
		if e.Key.Kind == syntax.Broken || hasBroken(e.Value) {
			return true
		}
	}
	return false
}

// keyword reads one keyword. ptr points to its value.
func (c *compiler) keyword(s *node, key, v *syntax.Node, ptr string) {
	switch k := key.Value; k {
	case "type":
		c.types(s, v)
	case "enum", "const", "default", "examples":
		c.values(s, k, v)
	case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf":
		c.number(s, k, v)
	case "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties", "minContains", "maxContains":
		c.count(s, k, v)
	case "pattern":
		s.lib.Pattern = c.pattern(v)
	case "format":
		c.format(s, v)
	case "required":
		c.required(s, v)
	case "dependentRequired":
		c.dependentRequired(s, v)
	case "properties", "patternProperties", "$defs", "definitions", "dependentSchemas":
		c.group(s, key, v, ptr)
	case "allOf", "anyOf", "oneOf", "prefixItems":
		c.list(s, k, v, ptr)
	case "items", "contains", "additionalProperties", "propertyNames", "not", "if", "then", "else",
		"unevaluatedItems", "unevaluatedProperties", "contentSchema":
		c.child(s, k, v, ptr)
	case "$ref", "$dynamicRef":
		if c.text(v, k) {
			s.refAt = append(s.refAt, v)
		}
	case "$anchor", "$dynamicAnchor":
		c.anchor(s, v, k)
	case "$schema", "$id":
		c.identity(s, k, v)
	case "title", "description", "$comment", "contentEncoding", "contentMediaType":
		c.text(v, k)
	case "uniqueItems":
		s.lib.UniqueItems = c.boolean(v, k) && v.Data().(bool)
	case "deprecated", "readOnly", "writeOnly":
		c.boolean(v, k)
	default:
		c.unknown(s, key, v, ptr)
	}
}

// child reads a keyword whose value is a schema.
func (c *compiler) child(s *node, k string, v *syntax.Node, ptr string) {
	if k == "items" && v.Kind == syntax.List {
		c.found.Error("schema-value", v.Span, "items is the schema of every item, not a list").
			WithHint("for items that differ by position write prefixItems")
		return
	}
	n := c.schema(v, s, ptr)
	switch k {
	case "items":
		s.items, s.lib.Items2020 = n, n.lib
	case "contains":
		s.lib.Contains = n.lib
	case "additionalProperties":
		s.additional, s.lib.AdditionalProperties = n, boolOrSchema(n.lib)
	case "unevaluatedProperties":
		s.uneval, s.lib.UnevaluatedProperties = n, n.lib
	case "unevaluatedItems":
		s.lib.UnevaluatedItems = n.lib
	case "propertyNames":
		n.name(c.nodes)
		s.lib.PropertyNames = n.lib
	case "not":
		s.lib.Not = s.applies(n).lib
	case "if":
		s.lib.If = s.applies(n).lib
	case "then":
		s.maybe, s.lib.Then = append(s.maybe, n), s.applies(n).lib
	case "else":
		s.maybe, s.lib.Else = append(s.maybe, n), s.applies(n).lib
	}
}

// applies notes that n speaks of the same value as s.
func (s *node) applies(n *node) *node {
	n.branch = true
	s.inPlace = append(s.inPlace, n)
	return n
}

// name marks n, and all that was read with it, as speaking of names of fields.
func (n *node) name(nodes []*node) {
	for i := len(nodes) - 1; nodes[i] != n; i-- {
		nodes[i].names = true
	}
	n.names = true
}

// list reads a keyword whose value is a list of schemas.
func (c *compiler) list(s *node, k string, v *syntax.Node, ptr string) {
	if v.Kind != syntax.List || len(v.Items) == 0 {
		c.found.Error("schema-value", v.Span, "%s is a list of at least one schema, not %s", k, shownNode(v))
		return
	}
	nodes := make([]*node, len(v.Items))
	libs := make([]*js.Schema, len(v.Items))
	for i, item := range v.Items {
		nodes[i] = c.schema(item, s, ptr+"/"+strconv.Itoa(i))
		libs[i] = nodes[i].lib
		if k != "prefixItems" {
			s.applies(nodes[i])
		}
	}
	switch k {
	case "allOf":
		s.allOf, s.lib.AllOf = nodes, libs
	case "anyOf":
		s.anyOf, s.lib.AnyOf = nodes, libs
	case "oneOf":
		s.oneOf, s.lib.OneOf = nodes, libs
	case "prefixItems":
		s.prefix, s.lib.PrefixItems = nodes, libs
	}
}

// group reads a keyword whose value is a mapping of names to schemas.
func (c *compiler) group(s *node, key, v *syntax.Node, ptr string) {
	k := key.Value
	if v.Kind != syntax.Map {
		d := c.found.Error("schema-value", v.Span, "%s is a mapping of names to schemas, not %s", k, shownNode(v))
		if v.Kind == syntax.List {
			d.WithHint("write %s: {name: {type: string}}", k)
		}
		return
	}
	for _, e := range v.Entries {
		if e.Key.Kind == syntax.Broken {
			c.broken = true
			continue
		}
		n := c.schema(e.Value, s, ptr+"/"+escapePointer(e.Key.Value))
		switch k {
		case "properties":
			s.addProperty(e.Key.Value, n)
		case "patternProperties":
			c.addPattern(s, e.Key, n)
		case "dependentSchemas":
			s.maybe = append(s.maybe, s.applies(n))
			put(&s.lib.DependentSchemas, e.Key.Value, n.lib)
		}
	}
}

func (s *node) addProperty(name string, n *node) {
	s.props = append(s.props, property{name, n})
	put(&s.lib.Properties, name, n.lib)
}

func (c *compiler) addPattern(s *node, key *syntax.Node, n *node) {
	re := c.pattern(key)
	if re == nil {
		return
	}
	s.patterns = append(s.patterns, pattern{re.MatchString, n})
	put(&s.lib.PatternProperties, re, n.lib)
}

func put[K comparable, V any](m *map[K]V, k K, v V) {
	if *m == nil {
		*m = map[K]V{}
	}
	(*m)[k] = v
}

// escapePointer writes a name as a part of a JSON pointer.
func escapePointer(name string) string {
	return strings.ReplaceAll(strings.ReplaceAll(name, "~", "~0"), "/", "~1")
}
