package jsonschema

import (
	"slices"
	"strings"

	"github.com/partitur/partitur/dsl/syntax"
)

// keywords of JSON Schema 2020-12, for the nearest one to what was written.
var keywords = []string{
	"$anchor", "$comment", "$defs", "$dynamicAnchor", "$dynamicRef", "$id", "$ref", "$schema",
	"additionalProperties", "allOf", "anyOf", "const", "contains", "contentEncoding", "contentMediaType", "contentSchema",
	"default", "definitions", "dependentRequired", "dependentSchemas", "deprecated", "description", "else", "enum", "examples",
	"exclusiveMaximum", "exclusiveMinimum", "format", "if", "items", "maxContains", "maxItems", "maxLength", "maxProperties",
	"maximum", "minContains", "minItems", "minLength", "minProperties", "minimum", "multipleOf", "not", "oneOf", "pattern",
	"patternProperties", "prefixItems", "properties", "propertyNames", "readOnly", "required", "then", "title", "type",
	"unevaluatedItems", "unevaluatedProperties", "uniqueItems", "writeOnly",
}

// otherWords says what to write for keywords of other drafts and dialects.
var otherWords = map[string]string{
	"nullable":         "write type: [string, 'null'], with the type in the place of string",
	"optional":         "a field is optional unless its object lists it in required",
	"min":              "write minimum for a number, minLength for text, minItems for a list",
	"max":              "write maximum for a number, maxLength for text, maxItems for a list",
	"length":           "write minLength and maxLength",
	"size":             "write minItems and maxItems",
	"range":            "write minimum and maximum",
	"regex":            "write pattern",
	"regexp":           "write pattern",
	"match":            "write pattern",
	"values":           "write enum",
	"choices":          "write enum",
	"options":          "write enum",
	"allowed":          "write enum",
	"fields":           "write properties",
	"props":            "write properties",
	"keys":             "write properties",
	"attributes":       "write properties",
	"element":          "write items",
	"elements":         "write items",
	"desc":             "write description",
	"doc":              "write description",
	"help":             "write description",
	"example":          "write examples, a list",
	"id":               "if it is a field of the object, indent it under properties",
	"dependencies":     "write dependentRequired or dependentSchemas",
	"additionalItems":  "write prefixItems for the first items and items for the others",
	"divisibleBy":      "write multipleOf",
	"extends":          "write allOf",
	"$recursiveRef":    "write $ref",
	"$recursiveAnchor": "leave it out",
	"$vocabulary":      "leave it out",
	"components":       "put schemas that are used in several places under $defs, and refer to #/$defs/NAME",
	"schemas":          "put schemas that are used in several places under $defs, and refer to #/$defs/NAME",
	"discriminator":    "leave it out: oneOf with a const in each form says the same",
	"sensitive":        "write x-sensitive",
}

func (c *compiler) unknown(s *node, key, v *syntax.Node, ptr string) {
	k := key.Value
	if c.lenient || strings.HasPrefix(k, "x-") {
		return
	}
	c.wrong = append(c.wrong, ptr)
	d := c.found.Error("schema-keyword", key.Span, "%q is not a keyword of JSON Schema", k)
	switch hint, known := otherWords[k]; {
	case known:
		d.WithHint("%s", hint)
	case v.Kind == syntax.Map && s.at.Get("properties") != nil:
		d.WithHint("if it is a field of the object, indent it under properties")
	default:
		if d.Suggest(k, keywords); d.Hint == "" {
			d.WithHint("annotations of your own begin with x-")
		}
	}
}

// looksLikeProperties finds a mapping of names to types where a schema should
// stand, and reports it once instead of every name in it.
func (c *compiler) looksLikeProperties(n *syntax.Node) bool {
	for _, e := range n.Entries {
		if k := e.Key.Value; slices.Contains(keywords, k) || strings.HasPrefix(k, "x-") || !isTypeLike(e.Value) {
			return false
		}
	}
	if len(n.Entries) == 0 {
		return false
	}
	first := n.Entries[0]
	c.found.Error("schema-keyword", first.Key.Span, "%q is not a keyword of JSON Schema", first.Key.Value).
		WithHint("the fields of an object stand under properties: {type: object, properties: {%s: ...}}", first.Key.Value)
	return true
}

func isTypeLike(n *syntax.Node) bool {
	if n.Kind == syntax.Scalar {
		return typeMeant(n.Value) != ""
	}
	return n.Kind == syntax.Map && n.Get("type") != nil
}

// identity reads $schema and $id, which say nothing that is not known.
func (c *compiler) identity(s *node, k string, v *syntax.Node) {
	switch {
	case !c.text(v, k):
	case s.parent != nil:
		c.found.Error("schema-value", v.Span, "%s can only stand at the top of a schema", k).
			WithHint("leave it out; a schema under $defs is referred to as #/$defs/NAME")
	case k == "$schema" && !c.lenient && strings.TrimSuffix(v.Value, "#") != "https://json-schema.org/draft/2020-12/schema":
		c.found.Error("schema-value", v.Span, "schemas are written in JSON Schema 2020-12, not %q", v.Value).
			WithHint("leave $schema out")
	}
}
