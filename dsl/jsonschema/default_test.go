package jsonschema

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/partitur/partitur/dsl/value"
)

func TestDefault(t *testing.T) {
	tests := []struct{ schema, json, want string }{
		{"{properties: {a: {default: 1}, b: {}}}", `{}`, `{"a":1}`}, {"{properties: {a: {default: 1}}}", `{"a":null}`, `{"a":null}`}, {"{properties: {a: {default: null}}}", `{}`, `{"a":null}`},
		{"{properties: {a: {properties: {b: {default: x}}}}}", `{"a":{}}`, `{"a":{"b":"x"}}`}, {"{properties: {a: {properties: {b: {default: x}}}}}", `{}`, `{}`},
		{"{properties: {a: {default: {}, properties: {b: {default: x}}}}}", `{}`, `{"a":{"b":"x"}}`}, {"{properties: {a: {default: {c: 1}, properties: {b: {default: [2]}}}}}", `{}`, `{"a":{"b":[2],"c":1}}`},
		{"{items: {properties: {n: {default: 1}}}}", `[{},{"n":2},3]`, `[{"n":1},{"n":2},3]`}, {"{prefixItems: [{properties: {a: {default: 1}}}], items: {properties: {b: {default: 2}}}}", `[{},{}]`, `[{"a":1},{"b":2}]`},
		{"{additionalProperties: {properties: {n: {default: 1}}}, properties: {own: {}}}", `{"x":{},"own":{}}`, `{"own":{},"x":{"n":1}}`}, {"{patternProperties: {^x: {properties: {n: {default: 1}}}}, additionalProperties: {properties: {m: {default: 2}}}}", `{"x":{},"y":{}}`, `{"x":{"n":1},"y":{"m":2}}`},
		{"{$ref: '#/$defs/o', $defs: {o: {properties: {a: {$ref: '#/$defs/n'}}}, n: {type: integer, default: 7}}}", `{}`, `{"a":7}`}, {"{allOf: [{properties: {a: {default: 1}}}, {properties: {b: {default: 2}}}]}", `{}`, `{"a":1,"b":2}`},
		{"{properties: {kids: {items: {$ref: '#'}}, n: {default: 0}}}", `{"kids":[{"kids":[{}]}]}`, `{"kids":[{"kids":[{"n":0}],"n":0}],"n":0}`},
		{"{properties: {a: {default: {a: null}, $ref: '#'}}}", `{}`, `{"a":{"a":null}}`},
		{"{anyOf: [{properties: {a: {default: 1}}}]}", `{}`, `{}`}, {"{if: true, then: {properties: {a: {default: 1}}}}", `{}`, `{}`},
		{"{default: {a: 1}}", `null`, `null`}, {"{properties: {a: {default: 1}}}", `[]`, `[]`}, {"{properties: {a: {default: 1}}}", `"x"`, `"x"`}, {"true", `{}`, `{}`},
	}
	for _, tt := range tests {
		v, err := value.Decode([]byte(tt.json))
		if err != nil {
			t.Fatal(err)
		}
		before := value.Clone(v)
		got, err := value.Encode(mustCompile(t, tt.schema).Default(v))
		if err != nil || string(got) != tt.want {
			t.Errorf("%s\nof %s gives %s, %v; want %s", tt.schema, tt.json, got, err, tt.want)
		}
		if !value.Equal(v, before) {
			t.Errorf("the value %s became %v", tt.json, v)
		}
	}
}

func TestDefaultMakesWholeNumbersIntegers(t *testing.T) {
	s := mustCompile(t, "{properties: {i: {type: integer}, n: {type: number}, l: {items: {$ref: '#/properties/i'}}, m: {type: [integer, number]}}}")
	got := s.Default(map[string]any{"i": 3.0, "n": 3.0, "l": []any{1.0, 2, 2.5}, "m": 1.0})
	want := map[string]any{"i": 3, "n": 3.0, "l": []any{1, 2, 2.5}, "m": 1.0}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%#v", got)
	}
	if got := mustCompile(t, "{type: integer}").Default(1e20); got != 1e20 {
		t.Errorf("1e20 became %v", got)
	}
}

func TestDefaultsThatMultiplyAreBounded(t *testing.T) {
	defs := []string{"d20: {}"}
	for i := range 20 {
		defs = append(defs, fmt.Sprintf("d%d: {default: {}, properties: {a: {$ref: '#/$defs/d%d'}, b: {$ref: '#/$defs/d%d'}}}", i, i+1, i+1))
	}
	got := mustCompile(t, "{$ref: '#/$defs/d0', $defs: {"+strings.Join(defs, ", ")+"}}").Default(map[string]any{})
	if n := value.Size(got); n < maxInserted || n > 10*maxInserted {
		t.Errorf("the value has %d bytes", n)
	}
}

func TestDefaultsAreNotShared(t *testing.T) {
	s := mustCompile(t, "{properties: {list: {default: [{a: 1}]}, in: {properties: {n: {default: 1}}}}}")
	orig := map[string]any{"in": map[string]any{}}
	first := s.Default(orig).(map[string]any)
	first["list"].([]any)[0].(map[string]any)["a"] = 2
	second := s.Default(orig).(map[string]any)
	if want := map[string]any{"list": []any{map[string]any{"a": 1}}, "in": map[string]any{"n": 1}}; !reflect.DeepEqual(second, want) {
		t.Errorf("the second time: %v", second)
	}
	if !reflect.DeepEqual(orig, map[string]any{"in": map[string]any{}}) {
		t.Errorf("the original became %v", orig)
	}
}
