package jsonschema

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
	"github.com/partitur/partitur/dsl/types"
	"github.com/partitur/partitur/dsl/value"
)

// TestRandomSchemas compares verdicts with those of the library's own compiler,
// and what Type promises with the values that obey the schema.
func TestRandomSchemas(t *testing.T) {
	r := random{rand.New(rand.NewPCG(1, 2))}
	compiled, obeyed := 0, 0
	for range 600 {
		raw := r.schema(3)
		raw.(map[string]any)["$defs"] = map[string]any{"d": r.leaf(), "e": map[string]any{"type": "object", "properties": map[string]any{"a": map[string]any{"$ref": "#"}}}}
		text, err := value.Encode(raw)
		if err != nil {
			t.Fatal(err)
		}
		var diags diag.List
		s := Compile(syntax.Parse(source.NewFile("schema", text), &diags)[0], &diags)
		if s == nil {
			continue
		}
		compiled++
		lib := libraryCompile(t, raw)
		for range 10 {
			v := r.value(3)
			checkVerdict(t, s, lib, v)
			if v = s.Default(v); len(s.Validate(v)) == 0 {
				obeyed++
				checkTyped(t, s.Type(), v)
			}
			if t.Failed() {
				t.Fatalf("schema %s, value %v", text, v)
			}
		}
	}
	if compiled < 200 || obeyed < 600 {
		t.Errorf("only %d schemas compiled, only %d values obeyed them", compiled, obeyed)
	}
}

// checkTyped reports a value that is not of its type.
func checkTyped(t testing.TB, typ *types.Type, v any) {
	t.Helper()
	if v == nil {
		if typ.Maybe == "" && typ.Kind != types.Any && typ.Kind != types.Nil {
			t.Errorf("nil is of type %s", typ)
		}
		return
	}
	switch v := v.(type) {
	case []any:
		if typ.Kind == types.List {
			for _, item := range v {
				checkTyped(t, typ.Elem, item)
			}
		}
	case map[string]any:
		if typ.Kind == types.Object {
			checkFields(t, typ, v)
		}
	}
	if !hasKind(typ.Kind, v) {
		t.Errorf("%#v is of type %s", v, typ)
	}
}

func checkFields(t testing.TB, typ *types.Type, v map[string]any) {
	t.Helper()
	for _, f := range typ.Fields {
		if in, ok := v[f.Name]; ok {
			checkTyped(t, f.Type, in)
		} else if f.Type.Maybe == "" {
			t.Errorf("%s is missing in %v", f.Name, v)
		}
	}
}

func hasKind(k types.Kind, v any) bool {
	switch v := v.(type) {
	case string:
		return k == types.String || k == types.Any
	case bool:
		return k == types.Bool || k == types.Any
	case int:
		return k == types.Int || k == types.Number || k == types.Any
	case float64:
		_, whole := value.Whole(v)
		return k == types.Number || k == types.Any || k == types.Int && (whole || v >= 1<<63)
	case []any:
		return k == types.List || k == types.Any
	}
	return k == types.Object || k == types.Any
}

// random makes schemas and values from few names, so that they meet.
type random struct{ *rand.Rand }

func pick[T any](r random, of ...T) T { return of[r.IntN(len(of))] }

func (r random) leaf() any {
	return pick[any](r, map[string]any{"type": pick(r, typeNames...)}, map[string]any{"type": []any{pick(r, "string", "integer"), pick(r, "null", "array", "object")}},
		map[string]any{"enum": []any{r.value(0), r.value(1)}}, map[string]any{"const": r.value(1)}, map[string]any{"minimum": r.IntN(3)}, map[string]any{"pattern": "a"},
		map[string]any{"type": "integer", "default": r.IntN(3)}, map[string]any{"type": "integer", "maximum": 1}, map[string]any{"multipleOf": 0.5}, map[string]any{"maxLength": 1}, map[string]any{"format": "date"}, true, false)
}

func (r random) schema(depth int) any {
	s := map[string]any{}
	for range 1 + r.IntN(3) {
		r.keyword(s, depth)
	}
	// Type takes a schema with properties for that of an object, and one with
	// items for that of a list, as an author does: here they say so
	if _, ok := s["type"]; !ok {
		for _, k := range []string{"items", "prefixItems", "additionalProperties", "patternProperties", "properties"} {
			if s[k] != nil {
				s["type"] = map[bool]string{true: "array", false: "object"}[k == "items" || k == "prefixItems"]
			}
		}
	}
	return s
}

func (r random) sub(depth int) any {
	if depth == 0 || r.IntN(3) == 0 {
		return r.leaf()
	}
	return r.schema(depth - 1)
}

func (r random) keyword(s map[string]any, depth int) {
	sub := func() any { return r.sub(depth - 1) }
	name := func() string { return pick(r, "a", "b", "c") }
	switch k := pick(r, "properties", "properties", "required", "type", "items", "prefixItems", "allOf", "anyOf", "oneOf", "not", "if", "then", "else", "additionalProperties", "patternProperties",
		"dependentSchemas", "dependentRequired", "unevaluatedProperties", "unevaluatedItems", "contains", "minContains", "uniqueItems", "$ref", "propertyNames", "default"); k {
	case "properties", "dependentSchemas":
		s[k] = map[string]any{name(): sub(), name(): sub()}
	case "patternProperties":
		s[k] = map[string]any{pick(r, "a", "^b", "[bc]"): sub()}
	case "required":
		s[k] = []any{name()}
	case "dependentRequired":
		s[k] = map[string]any{name(): []any{name()}}
	case "type":
		s[k] = pick(r, "object", "array", "object", "string")
	case "prefixItems", "allOf", "anyOf", "oneOf":
		s[k] = []any{sub(), sub()}
	case "minContains":
		s[k] = r.IntN(3)
	case "uniqueItems":
		s[k] = true
	case "$ref":
		s[k] = pick(r, "#/$defs/d", "#/$defs/e")
	case "default":
		s[k] = r.value(1)
	default:
		s[k] = sub()
	}
}

func (r random) value(depth int) any {
	if depth == 0 || r.IntN(3) == 0 {
		return pick[any](r, nil, true, 0, 1, 2, 1.0, 0.5, 2.5, "", "a", "b", "2026-01-01")
	}
	if r.IntN(3) == 0 {
		list := make([]any, r.IntN(4))
		for i := range list {
			list[i] = r.value(depth - 1)
		}
		return list
	}
	m := map[string]any{}
	for range r.IntN(4) {
		m[fmt.Sprintf("%c", 'a'+r.IntN(4))] = r.value(depth - 1)
	}
	return m
}
