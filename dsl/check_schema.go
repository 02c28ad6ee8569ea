package dsl

import (
	"slices"
	"strconv"
	"strings"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/jsonschema"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/types"
)

// A schemaRule says how it is reported that a value breaks its schema.
type schemaRule struct {
	code, message string
	defaults      bool // they are filled in before
}

var (
	argumentRule = schemaRule{"wrong-arguments", "the argument breaks its schema", true}
	inputRule    = schemaRule{"wrong-input", "the workflow does not take this input", true}
	outputRule   = schemaRule{"output-schema", "the result breaks output_schema", false}
)

// obeys checks a value that stands where a schema applies.
func (c *checker) obeys(slot fields.Slot, schema *jsonschema.Schema, sc scope, rule schemaRule) {
	if slot.Value.IsConst() {
		before := len(*c.diags)
		rule.literal(slot.Value, schema, c.diags)
		c.bare(slot.Value, sc, before)
		return
	}
	slot.Want = written(schema)
	c.check(slot, sc)
	for _, slip := range slot.Value.Slips(schema.Type()) {
		if !slip.Needed {
			slip.Report(c.diags)
		}
	}
}

// literal reports each part of a constant that breaks the schema, once.
func (r schemaRule) literal(v *expr.Value, schema *jsonschema.Schema, diags *diag.List) {
	explained := map[string]bool{}
	for _, slip := range v.Slips(schema.Type()) {
		slip.Report(diags)
		explained[slip.Path] = true
		explained[strings.TrimSuffix(slip.Path, slip.Meant)+slip.Key] = true
	}
	data := v.Const
	if r.defaults {
		data = schema.Default(data)
	}
	var reported []source.Span
	for _, wrong := range schema.Validate(data) {
		at := within(v, wrong.Path).Span
		if explained[wrong.Path] || slices.Contains(reported, at) {
			continue
		}
		reported = append(reported, at)
		diags.Error(r.code, at, "%s: %s", r.message, wrong)
	}
}

// within finds the part of a value that a path such as items[3].sku leads to,
// as far as it goes.
func within(v *expr.Value, path string) *expr.Value {
	for path != "" {
		next, rest := v, ""
		if path[0] == '[' {
			next, rest = element(v, path)
		} else {
			name := path
			if i := strings.IndexAny(path, ".["); i >= 0 {
				name, rest = path[:i], strings.TrimPrefix(path[i:], ".")
			}
			next = v.Get(name)
		}
		if next == nil {
			return v
		}
		v, path = next, rest
	}
	return v
}

// element is the element of a list that a path such as [3].sku begins with.
func element(v *expr.Value, path string) (item *expr.Value, rest string) {
	number, rest, _ := strings.Cut(path[1:], "]")
	for i, item := range v.List {
		if number == strconv.Itoa(i) {
			return item, strings.TrimPrefix(rest, ".")
		}
	}
	return nil, ""
}

// written is the type of what may be written where a schema applies. Its
// objects may have further fields: a schema with `properties` refuses no others,
// though reading one is taken for a typo. And what has a default may be missing.
func written(schema *jsonschema.Schema) *types.Type { return writtenAs(schema.Type(), schema.Raw()) }

func writtenAs(t *types.Type, raw any) *types.Type {
	if t == nil {
		return nil
	}
	keys, _ := raw.(map[string]any)
	properties, _ := keys["properties"].(map[string]any)
	required, _ := keys["required"].([]any)
	w := *t
	w.Elem = writtenAs(t.Elem, keys["items"])
	w.Open = true
	w.Fields = make([]types.Field, len(t.Fields))
	for i, f := range t.Fields {
		inner := writtenAs(f.Type, properties[f.Name])
		if !slices.Contains(required, any(f.Name)) && inner.Maybe == "" {
			inner = inner.OrNil("it is optional")
		}
		w.Fields[i] = field(f.Name, inner)
	}
	return &w
}
