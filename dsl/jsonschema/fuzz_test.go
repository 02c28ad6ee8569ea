package jsonschema

import (
	"regexp"
	"strings"
	"testing"

	js "github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
	"github.com/partitur/partitur/dsl/value"
)

// FuzzCompile compiles what may be a schema, and does with it all that can be
// done. What compiles here, the compiler of the library must accept too, and
// both must give the same verdict of every value.
func FuzzCompile(f *testing.F) {
	for _, s := range []string{
		"true", "{type: [string, 'null'], minLength: 1}", "{properties: {a: {type: integer, default: 1}}, required: [a], additionalProperties: false}",
		"{$ref: '#/$defs/a', $defs: {a: {items: {$ref: '#/$defs/a'}}}}", "{anyOf: [{const: 1}, {enum: [a, b]}], not: {type: array}}", "{pattern: '^\\u00e4(a|b)+$', format: email}",
		"{prefixItems: [{type: string}], items: false, contains: {const: x}, maxContains: 1, uniqueItems: true}", "{if: {required: [a]}, then: {dependentRequired: {a: [b]}}, unevaluatedProperties: false, patternProperties: {^x: true}}",
		"{multipleOf: 0.1, minimum: -1, exclusiveMaximum: 1e3}", "{allOf: [{$anchor: a, type: object}], $dynamicRef: '#a', propertyNames: {maxLength: 1}}", "{required: true}", "{oneOf: []}", "{properties: {a: {$ref: '#'}}}",
	} {
		f.Add(s, `{"a":{"b":[1,"x",null]},"x1":1.5}`)
		f.Add(s, `["x",1,1.0,"a@b.c"]`)
	}
	f.Fuzz(func(t *testing.T, text, data string) {
		var diags diag.List
		docs := syntax.Parse(source.NewFile("schema.yaml", []byte(text)), &diags)
		if len(docs) == 0 || len(diags) > 0 {
			return
		}
		s := Compile(docs[0], &diags)
		if (s == nil) != (diags.Errors() > 0) {
			t.Fatalf("schema %v, %v", s, diags)
		}
		if s == nil {
			return
		}
		lib := libraryCompile(t, s.Raw())
		s.Type()
		v, err := value.Decode([]byte(data))
		if err != nil {
			v = data
		}
		for _, v := range []any{v, s.Default(v), s.Raw()} {
			checkVerdict(t, s, lib, v)
		}
	})
}

func checkVerdict(t testing.TB, s *Schema, lib *js.Schema, v any) {
	t.Helper()
	found := s.Validate(v)
	if want := lib.Validate(v); (len(found) == 0) != (want == nil) {
		text, _ := value.Encode(s.Raw())
		t.Fatalf("%s\nwith %v: %v, the library says %v", text, v, found, want)
	}
	for _, f := range found {
		if f.Message == "" || strings.Contains(f.String(), "jsonschema") {
			t.Fatalf("%q", f)
		}
	}
}

var ecmaEscape = regexp.MustCompile(`\\\\u([0-9a-fA-F]{4})`)

// libraryCompile compiles with the library alone. Its formats and its $id are
// those that we have.
func libraryCompile(t testing.TB, raw any) *js.Schema {
	if m, ok := raw.(map[string]any); ok {
		raw = value.Clone(m)
		delete(raw.(map[string]any), "$id")
	}
	text, err := value.Encode(raw)
	if err != nil {
		t.Fatal(err)
	}
	// the library does not translate the escapes of ECMA
	text = ecmaEscape.ReplaceAll(text, []byte(`\\x{$1}`))
	c := js.NewCompiler()
	c.AssertFormat = true
	if err := c.AddResource("mem:///schema", strings.NewReader(string(text))); err != nil {
		t.Fatal(err)
	}
	lib, err := c.Compile("mem:///schema")
	if err != nil {
		t.Fatalf("the library refuses %s: %#v", text, err)
	}
	return lib
}
