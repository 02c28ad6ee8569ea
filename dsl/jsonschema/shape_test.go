package jsonschema

import (
	"fmt"
	"strings"
	"testing"

	"github.com/partitur/partitur/dsl/types"
)

// written is a type in a few letters: {a: text, b?: integer, ...} with ? for
// what may be nil and ... for an open object.
func written(t *types.Type) string {
	text := t.Kind.String()
	switch t.Kind {
	case types.List:
		text = "[" + written(t.Elem) + "]"
	case types.Object:
		var fields []string
		for _, f := range t.Fields {
			fields = append(fields, f.Name+": "+written(f.Type))
		}
		if t.Open {
			fields = append(fields, "...")
		}
		text = "{" + strings.Join(fields, ", ") + "}"
	}
	if t.Maybe != "" {
		text += "?"
	}
	return text
}

func TestType(t *testing.T) {
	tests := []struct{ schema, want string }{
		{"true", "any"}, {"{}", "any"}, {"{type: string}", "text"}, {"{type: integer}", "integer"}, {"{type: number}", "number"}, {"{type: [integer, number]}", "number"}, {"{type: boolean}", "boolean"}, {"{type: 'null'}", "nil"},
		{"{type: [string, 'null']}", "text?"}, {"{type: [string, integer]}", "any"}, {"{type: [string, integer, 'null']}", "any?"},
		{"{enum: [a, b]}", "text"}, {"{enum: [1, 2]}", "integer"}, {"{enum: [1, 2.5]}", "number"}, {"{enum: [a, 1]}", "any"}, {"{enum: [a, null]}", "text?"}, {"{const: true}", "boolean"},
		{"{type: array}", "[any]"}, {"{items: {type: string}}", "[text]"}, {"{type: array, prefixItems: [{type: string}, {type: integer}]}", "[any]"}, {"{prefixItems: [{type: integer}, {type: integer}], items: false}", "[integer]"}, {"{prefixItems: [{type: integer}], items: {type: number}}", "[number]"},
		{"{type: object}", "{...}"}, {"{type: object, required: [a]}", "{...}"}, {"{properties: {a: {type: string}}}", "{a: text?}"}, {"{properties: {a: {type: string}}, required: [a]}", "{a: text}"}, {"{properties: {a: {type: string, default: x}}}", "{a: text}"},
		{"{properties: {a: {type: string}}, additionalProperties: true}", "{a: text?, ...}"}, {"{properties: {a: {type: string}}, additionalProperties: false}", "{a: text?}"}, {"{patternProperties: {x: {}}}", "{...}"}, {"{additionalProperties: {type: string}}", "{...}"}, {"{type: object, additionalProperties: false}", "{}"},
		{"{properties: {a: {type: [string, 'null']}}, required: [a]}", "{a: text?}"}, {"{properties: {a: {properties: {b: {type: integer}}, required: [b]}}, required: [a]}", "{a: {b: integer}}"},
		{"{$ref: '#/$defs/x', $defs: {x: {type: string}}}", "text"}, {"{properties: {a: {$ref: '#/$defs/x'}}, $defs: {x: {type: string, default: y}}}", "{a: text}"},
		{"{allOf: [{properties: {a: {type: string}}}, {properties: {b: {type: integer}}, required: [a, b]}]}", "{a: text, b: integer}"}, {"{properties: {a: {}}, required: [a], allOf: [{properties: {a: {type: string}}}]}", "{a: text}"}, {"{type: number, allOf: [{type: integer}]}", "integer"},
		{"{properties: {a: {}}, allOf: [{required: [a]}, {additionalProperties: true}]}", "{a: any, ...}"}, {"{type: [string, 'null'], allOf: [{minLength: 1}]}", "text?"}, {"{type: [string, 'null'], allOf: [{type: string}]}", "text"},
		{"{anyOf: [{type: string}, {type: string, minLength: 2}]}", "text"}, {"{oneOf: [{type: string}, {type: 'null'}]}", "text?"}, {"{oneOf: [{type: integer}, {type: number}]}", "number"}, {"{oneOf: [{type: string}, {type: integer}]}", "any"},
		{"{oneOf: [{type: array, items: {type: string}}, {type: array, items: {type: string}}]}", "[text]"}, {"{oneOf: [{properties: {kind: {const: a}, n: {type: integer}}, required: [kind, n]}, {properties: {kind: {const: b}, s: {type: string}}, required: [kind, s]}]}", "{kind: text, n: any?, s: any?}"},
		{"{oneOf: [{properties: {n: {type: integer}}, required: [n], additionalProperties: false}, {properties: {s: {type: string}}, additionalProperties: false}]}", "{n: integer?, s: text?}"},
		{"{oneOf: [{properties: {a: {type: integer, default: 1}}}, {properties: {a: {type: integer, default: 2}}}]}", "{a: integer?}"}, {"{oneOf: [{type: 'null'}, {properties: {a: {type: string}}, required: [a]}]}", "{a: text}?"},
		{"{properties: {a: {type: string}}, anyOf: [{required: [a]}, {required: [b]}]}", "{a: text?}"}, {"{properties: {k: {type: string}}, required: [k], if: {properties: {k: {const: x}}}, then: {properties: {n: {type: integer}}, required: [n]}}", "{k: text, n: any?}"},
		{"{properties: {next: {$ref: '#'}, v: {type: integer}}, required: [v]}", "{next: {next: any?, v: integer}?, v: integer}"}, {"{properties: {kids: {type: array, items: {$ref: '#'}}}}", "{kids: [{kids: [any]?}]?}"},
	}
	for _, tt := range tests {
		if got := written(mustCompile(t, tt.schema).Type()); got != tt.want {
			t.Errorf("%s\nis %s\nwant %s", tt.schema, got, tt.want)
		}
	}
}

func TestTypeBecause(t *testing.T) {
	s := mustCompile(t, "{properties: {customer: {properties: {e-mail: {type: string}}}, n: {type: ['null', integer]}}, required: [n]}")
	typ := s.TypeBecause(func(path string) string { return "input." + path + " is optional" })
	customer, _ := typ.Field("customer")
	mail, _ := customer.Field("e-mail")
	n, _ := typ.Field("n")
	got := fmt.Sprint(customer.Maybe, "; ", mail.Maybe, "; ", n.Maybe)
	if want := "input.customer is optional; input.customer['e-mail'] is optional; n can be null by its schema"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	if mail, _ := s.Type().Field("customer"); mail.Maybe != "customer is optional in its schema" {
		t.Error(mail.Maybe)
	}
}

func TestTypeOfHostileSchemaIsBounded(t *testing.T) {
	var defs []string
	for i := range 30 {
		defs = append(defs, fmt.Sprintf("n%d: {properties: {a: {$ref: '#/$defs/n%d'}, b: {$ref: '#/$defs/n%d'}, c: {$ref: '#/$defs/n0'}}}", i, (i+1)%30, (i+1)%30))
	}
	s := mustCompile(t, "{$ref: '#/$defs/n0', $defs: {"+strings.Join(defs, ", ")+"}}")
	if s.Type().Kind != types.Object {
		t.Error(s.Type())
	}
}
