package jsonschema

import (
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/partitur/partitur/dsl/value"
)

// violations has, for each schema, a value in JSON, and all that is wrong with
// it, separated by line breaks.
var violations = []struct{ schema, json, want string }{
	{"{type: integer}", `4`, ""}, {"{type: integer}", `4.0`, ""}, {"{type: integer}", `1e20`, ""},
	{"{type: integer}", `4.5`, "must be an integer, not the number 4.5"},
	{"{type: integer}", `"4"`, `must be an integer, not text "4"`},
	{"{type: string}", `null`, "must be text, not null"},
	{"{type: string}", `true`, "must be text, not true"},
	{"{type: [string, 'null']}", `[]`, "must be text or null, not a list"},
	{"{type: [string, integer, 'null']}", `{}`, "must be text, an integer or null, not an object"},
	{"{type: boolean}", `0`, "must be true or false, not the number 0"},
	{"{type: object}", `[]`, "must be an object, not a list"},
	{"{type: array}", `{}`, "must be a list, not an object"},
	{"{type: string}", `[]`, "must be text, not a list"},
	{"{type: string, maxLength: 3}", `"` + strings.Repeat("ä", 50) + `"`, "must have at most 3 characters, has 50"},
	{"{type: integer}", `"` + strings.Repeat("ä", 50) + `"`, `must be an integer, not text "` + strings.Repeat("ä", 37) + `..."`},

	{"{minimum: 1}", `0`, "must be at least 1, is 0"}, {"{maximum: 1.5}", `2`, "must be at most 1.5, is 2"},
	{"{exclusiveMinimum: 0}", `0`, "must be more than 0, is 0"}, {"{exclusiveMaximum: 10}", `10.0`, "must be less than 10, is 10"},
	{"{minimum: 9007199254740993}", `9007199254740992`, "must be at least 9007199254740993, is 9007199254740992"}, {"{minimum: 9007199254740993}", `9007199254740993`, ""},
	{"{multipleOf: 0.1}", `0.3`, ""}, {"{multipleOf: 0.1}", `0.35`, "must be a multiple of 0.1, is 0.35"}, {"{minimum: 1}", `"text"`, ""},

	{"{minLength: 1}", `""`, "must not be empty"}, {"{minLength: 3}", `"äö"`, "must have at least 3 characters, has 2"}, {"{maxLength: 1}", `"äö"`, "must have at most 1 character, has 2"},
	{"{pattern: '^ORD-'}", `"A\n1"`, `must match the pattern ^ORD-, is "A\n1"`}, {`{pattern: '^[\u00e4]$'}`, `"ä"`, ""},
	{"{minItems: 1}", `[]`, "must not be empty"}, {"{maxItems: 2}", `[1,2,3]`, "must have at most 2 items, has 3"}, {"{minItems: 2}", `[1]`, "must have at least 2 items, has 1"},
	{"{uniqueItems: true}", `[1,"1",[1],1.0]`, "[3]: is the same as [0]: no item may stand twice"}, {"{uniqueItems: true}", `[1,true,"1"]`, ""},
	{"{minProperties: 2}", `{"a":1}`, "must have at least 2 fields, has 1"}, {"{maxProperties: 0}", `{"a":1}`, "must have at most 0 fields, has 1"},

	{"{enum: [EUR, USD]}", `"eur"`, `must be "EUR" or "USD", is "eur" (did you mean "EUR"?)`}, {"{enum: [EUR, USD]}", `"EURO"`, `must be "EUR" or "USD", is "EURO" (did you mean "EUR"?)`},
	{"{enum: [low, high]}", `"medium"`, `must be "low" or "high", is "medium"`}, {"{enum: [1, null, [a]]}", `2`, "must be 1, null or a list, is 2"}, {"{enum: [1]}", `1.0`, ""}, {"{enum: [[1, {a: 2}]]}", `[1,{"a":2.0}]`, ""},
	{"{enum: [a, b, c, d, e, f, g, h, i, j, k, l, m]}", `1`, `must be "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", ..., is 1`},
	{"{const: a}", `"b"`, `must be "a", is "b"`}, {"{const: 1}", `1.0`, ""}, {"{const: null}", `0`, "must be null, is 0"},

	{"{format: date-time}", `"2026-01-31"`, `must be a date and time such as 2026-01-31T09:30:00Z, is "2026-01-31"`}, {"{format: date-time}", `"2026-01-31T09:30:00.5+01:00"`, ""},
	{"{format: date}", `"31.1.2026"`, `must be a date such as 2026-01-31, is "31.1.2026"`}, {"{format: email}", `"a@"`, `must be an e-mail address, is "a@"`}, {"{format: email}", `5`, ""},
	{"{format: uuid}", `"x"`, `must be a UUID, is "x"`}, {"{format: uri}", `"/x"`, `must be an address such as https://example.com/path, is "/x"`}, {"{format: ipv4}", `"256.1.1.1"`, `must be an IPv4 address, is "256.1.1.1"`},

	{"{required: [b, a]}", `{}`, "a: is missing\nb: is missing"}, {"{required: [delivery-date]}", `{}`, "['delivery-date']: is missing"}, {"{required: [a]}", `{"a":null}`, ""},
	{"{properties: {a: {properties: {b: {type: array, items: {required: [c]}}}}}}", `{"a":{"b":[{"c":1},{}]}}`, "a.b[1].c: is missing"},
	{"{properties: {items: {items: {properties: {qty: {type: integer}}}}}}", `{"items":[{},{},{},{"qty":"4"}]}`, `items[3].qty: must be an integer, not text "4"`},
	{"{properties: {amount: {}, currency: {}}, additionalProperties: false}", `{"amuont":1,"currency":1,"zzz":1}`, "amuont: is not a known field (did you mean amount?)\nzzz: is not a known field"},
	{"{properties: {a: {}}, patternProperties: {'^x-': {type: string}}, additionalProperties: false}", `{"a":1,"x-b":1,"c":1}`, "['x-b']: must be text, not the number 1\nc: is not a known field"},
	{"{additionalProperties: {type: integer}}", `{"a":1,"b c":"x"}`, `['b c']: must be an integer, not text "x"`},
	{"{allOf: [{properties: {a: {}}}], unevaluatedProperties: false}", `{"a":1,"b":2}`, "b: is not a known field"},
	{"{propertyNames: {pattern: '^[a-z]+$'}}", `{"ok":1,"Not":2}`, `Not: the name must match the pattern ^[a-z]+$, is "Not"`},
	{"{propertyNames: {$ref: '#/$defs/n'}, $defs: {n: {maxLength: 2}}}", `{"abc":{}}`, "abc: the name must have at most 2 characters, has 3"},
	{"{dependentRequired: {card: [cvv, name]}}", `{"card":1,"name":2}`, "cvv: is missing: it is required together with card"}, {"{dependentRequired: {a/b: [c]}}", `{"a/b":1}`, "c: is missing: it is required together with a/b"},
	{"{dependentSchemas: {card: {required: [cvv]}}}", `{"card":1}`, "cvv: is missing"},

	{"{prefixItems: [{type: string}, {type: integer}], items: false}", `["a","b",3]`, "[1]: must be an integer, not text \"b\"\n[2]: is not allowed"},
	{"{contains: {const: a}}", `["b"]`, `must have at least 1 item equal to "a", has 0`}, {"{contains: {type: integer}, maxContains: 1}", `[1,2]`, "must have at most 1 item of type integer, has 2"},
	{"{contains: {required: [a]}, minContains: 2}", `[{"a":1}]`, "must have at least 2 items of the form given by contains, has 1"},

	{"{not: {const: x}}", `"x"`, `must not be "x"`}, {"{not: {enum: [x, y]}}", `"y"`, `must not be "y"`}, {"{not: {type: 'null'}}", `null`, "must not be null"}, {"{not: {pattern: a}}", `"abc"`, `must not match the pattern a, is "abc"`},
	{"{not: {required: [a]}}", `{"a":1}`, "a: must not be given here"}, {"{not: {minimum: 3}}", `5`, "has a form that is not allowed here"},
	{"{properties: {a: false}}", `{"a":1}`, "a: is not allowed"}, {"false", `1`, "is not allowed"}, {"true", `1`, ""}, {"{}", `{"a":[null]}`, ""},

	{"{allOf: [{required: [a]}, {required: [b]}]}", `{}`, "a: is missing\nb: is missing"}, {"{allOf: [{required: [a]}, {required: [a]}]}", `{}`, "a: is missing"},
	{"{if: {properties: {kind: {const: card}}}, then: {required: [cvv]}, else: {required: [iban]}}", `{"kind":"card"}`, "cvv: is missing"},
	{"{if: {properties: {kind: {const: card}}}, then: {required: [cvv]}, else: {required: [iban]}}", `{"kind":"bank"}`, "iban: is missing"},
	{"{anyOf: [{type: string}, {type: integer}]}", `[]`, "must be an integer or text, not a list"}, {"{oneOf: [{const: a}, {const: b}, {enum: [c]}]}", `"other"`, `must be "a", "b" or "c", is "other"`},
	{"{anyOf: [{type: string, minLength: 3}, {type: integer}]}", `"ab"`, "must have at least 3 characters, has 2"},
	{"{oneOf: [{properties: {kind: {const: card}}, required: [cvv]}, {properties: {kind: {const: bank}}, required: [iban]}]}", `{"kind":"bank"}`, "iban: is missing"},
	{"{anyOf: [{required: [a]}, {required: [b]}]}", `{}`, "fits none of the 2 forms it may have: a: is missing; or b: is missing"},
	{"{anyOf: [{required: [a, x]}, {required: [b]}, {required: [c]}, {required: [d]}]}", `{}`, "fits none of the 4 forms it may have: a: is missing and 1 other problem; or b: is missing; or c: is missing; or ..."},
	{"{oneOf: [{type: integer}, {minimum: 2}]}", `3`, "fits more than one of the forms of which it must be exactly one"},

	{"{$ref: '#/$defs/n', $defs: {n: {properties: {v: {type: integer}, next: {$ref: '#/$defs/n'}}}}}", `{"v":1,"next":{"next":{"v":"x"}}}`, `next.next.v: must be an integer, not text "x"`},
	{"{properties: {a: {$ref: '#/properties/b'}, b: {type: integer}}}", `{"a":"x"}`, `a: must be an integer, not text "x"`}, {"{$dynamicRef: '#n', $defs: {x: {$dynamicAnchor: n, type: string}}}", `1`, "must be text, not the number 1"},
	{"{properties: {a/b: {properties: {'0': {type: string}}}}}", `{"a/b":{"0":1}}`, "['a/b']['0']: must be text, not the number 1"}, {"{properties: {'a~b%': {type: string}}}", `{"a~b%":1}`, "['a~b%']: must be text, not the number 1"},
}

func TestViolations(t *testing.T) {
	for _, tt := range violations {
		v, err := value.Decode([]byte(tt.json))
		if err != nil {
			t.Fatal(tt.json, err)
		}
		if got := joined(mustCompile(t, tt.schema).Validate(v)); got != tt.want {
			t.Errorf("%s\nwith %s\ngives %s\nwant  %s", tt.schema, tt.json, got, tt.want)
		}
	}
}

func joined(found []Violation) string {
	lines := make([]string, len(found))
	for i, v := range found {
		lines[i] = v.String()
	}
	return strings.Join(lines, "\n")
}

func TestValidateGoValues(t *testing.T) {
	s := mustCompile(t, "{properties: {at: {format: date-time}, n: {type: integer}}}")
	if found := s.Validate(map[string]any{"at": time.Now(), "n": int32(4)}); len(found) > 0 {
		t.Error(found)
	}
	found := s.Validate(map[string]any{"n": []any{math.NaN()}})
	if want := "n[0]: the number is NaN, which JSON cannot hold"; joined(found) != want {
		t.Errorf("%v, want %s", found, want)
	}
}

func TestValidateGivesOneAnswer(t *testing.T) {
	s := mustCompile(t, "{additionalProperties: {type: integer}, required: [z, y, x], minProperties: 9, propertyNames: {maxLength: 1}}")
	v := map[string]any{"aa": "1", "b": "2", "cc": "3", "d": "4", "e": 5}
	first := joined(s.Validate(v))
	if strings.Count(first, "\n") != 9 {
		t.Errorf("not all violations:\n%s", first)
	}
	for range 100 {
		if again := joined(s.Validate(v)); again != first {
			t.Fatalf("%s\nthen\n%s", first, again)
		}
	}
}

func TestSchemaIsSafeForConcurrentUse(t *testing.T) {
	s := mustCompile(t, "{type: object, properties: {a: {type: integer, default: 1}, b: {pattern: x, format: email}}, anyOf: [{required: [c]}, {required: [d]}]}")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				if s.Type().Kind.String() != "object" || s.Raw() == nil || len(s.Validate(s.Default(map[string]any{"b": "y"}))) != 3 {
					t.Error("another answer")
				}
			}
		})
	}
	wg.Wait()
}
