package schema

import "strings"

// valuesRef is how declarations refer to a JSON Schema that an author writes.
const valuesRef = "#/$defs/json_schema"

// values adds to a schema what an author's JSON Schemas look like, if it has a
// place for one. Editors need it here: the address of the standard's own schema
// leads to the internet, and what cannot be fetched leaves them without any help.
func values(schema map[string]any) {
	if !strings.Contains(string(encode(schema)), valuesRef) {
		return
	}
	defs, ok := schema["$defs"].(map[string]any)
	if !ok {
		defs = map[string]any{}
		schema["$defs"] = defs
	}
	defs["json_schema"] = valueSchema()
}

// valueSchema describes JSON Schema 2020-12. It names the keywords that authors
// need most, and lets pass the rest: the checker compiles the whole.
func valueSchema() map[string]any {
	self := map[string]any{"$ref": valuesRef}
	with := func(doc string, s map[string]any) map[string]any { s["description"] = doc; return s }
	of := func(kind, doc string) map[string]any { return with(doc, map[string]any{"type": kind}) }
	named := func(doc string) map[string]any {
		return with(doc, map[string]any{"type": "object", "additionalProperties": self})
	}
	list := func(doc string) map[string]any { return with(doc, map[string]any{"type": "array", "items": self}) }
	one := func(doc string) map[string]any { return with(doc, map[string]any{"allOf": []any{self}}) }
	names := []any{"array", "boolean", "integer", "null", "number", "object", "string"}
	return map[string]any{
		"type": []any{"object", "boolean"},
		"properties": map[string]any{
			"type": with("the type of the value, or a list of types", map[string]any{"anyOf": []any{
				map[string]any{"enum": names}, map[string]any{"type": "array", "items": map[string]any{"enum": names}},
			}}),
			"title":                of("string", "a short name"),
			"description":          of("string", "what the value means"),
			"default":              with("what is taken when the value is missing", map[string]any{}),
			"enum":                 of("array", "the only values there are"),
			"const":                with("the only value there is", map[string]any{}),
			"properties":           named("the fields of an object, each with its schema"),
			"required":             with("the fields that must be there", map[string]any{"type": "array", "items": map[string]any{"type": "string"}}),
			"additionalProperties": one("the schema of fields that are not listed; false admits none"),
			"patternProperties":    named("schemas of fields whose names match a pattern"),
			"propertyNames":        one("the schema of the names of fields"),
			"minProperties":        of("integer", "the fewest fields"),
			"maxProperties":        of("integer", "the most fields"),
			"items":                one("the schema of the elements of a list"),
			"prefixItems":          list("schemas of the first elements of a list, one by one"),
			"contains":             one("the schema of at least one element"),
			"minItems":             of("integer", "the fewest elements"),
			"maxItems":             of("integer", "the most elements"),
			"uniqueItems":          of("boolean", "whether no two elements are the same"),
			"minimum":              of("number", "the smallest number"),
			"maximum":              of("number", "the largest number"),
			"exclusiveMinimum":     of("number", "the number must be larger"),
			"exclusiveMaximum":     of("number", "the number must be smaller"),
			"multipleOf":           of("number", "the number must be a multiple"),
			"minLength":            of("integer", "the shortest text, in characters"),
			"maxLength":            of("integer", "the longest text, in characters"),
			"pattern":              of("string", "a regular expression that the text must match"),
			"format":               of("string", "the form of the text, such as date-time, date, email, uri or uuid"),
			"allOf":                list("all of these schemas must fit"),
			"anyOf":                list("at least one of these schemas must fit"),
			"oneOf":                list("exactly one of these schemas must fit"),
			"not":                  one("this schema must not fit"),
			"if":                   one("where this schema fits, then: must, else else:"),
			"then":                 one("what must fit where if: does"),
			"else":                 one("what must fit where if: does not"),
			"$ref":                 of("string", "a schema elsewhere in this document, such as #/$defs/address"),
			"$defs":                named("schemas to refer to by name"),
			"examples":             of("array", "values that show what is meant"),
		},
	}
}
