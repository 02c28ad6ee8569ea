package expr

import (
	"maps"

	"github.com/partitur/partitur/dsl/types"
)

// objectFunctions are about objects, whose fields are always taken in the
// order of their names.
var objectFunctions = []Function{
	{Name: "keys", Signature: "keys(x object) list of text", Doc: "the names of the fields, sorted",
		Example: `keys({b: 1, a: 2})`, Result: `["a","b"]`, call: keys},
	{Name: "values", Signature: "values(x object) list", Doc: "the values of the fields, in the order of their names",
		Example: `values({b: 1, a: 2})`, Result: `[2,1]`, call: values, typ: valuesType},
	{Name: "toPairs", Signature: "toPairs(x object) list of list", Doc: "[name, value] of each field, in the order of their names",
		Example: `toPairs({b: 1, a: 2})`, Result: `[["a",2],["b",1]]`, call: toPairs},
	{Name: "fromPairs", Signature: "fromPairs(pairs list) object", Doc: "an object from [name, value] pairs; of two with one name the later counts",
		Example: `fromPairs([["a", 1], ["b", 2]])`, Result: `{"a":1,"b":2}`, call: fromPairs},
	{Name: "merge", Signature: "merge(x object, more object…) object", Doc: "one object with the fields of all; where several have a field, the last counts",
		Example: `merge({a: 1, b: 1}, {b: 2})`, Result: `{"a":1,"b":2}`, call: merge, typ: mergedType},
}

func valuesType(args []*types.Type) *types.Type {
	t := args[0]
	if t.Kind != types.Object || t.Open || len(t.Fields) == 0 {
		return types.AnyList
	}
	elem := t.Fields[0].Type
	for _, f := range t.Fields[1:] {
		elem = types.Join(elem, f.Type)
	}
	return types.ListOf(elem)
}

// mergedType knows the fields of the last object, and those of others that no
// later one can replace.
func mergedType(args []*types.Type) *types.Type {
	var fields []types.Field
	known := map[string]bool{}
	open := false
	for i := len(args) - 1; i >= 0; i-- {
		t := args[i]
		if t == nil || t.Kind != types.Object {
			return types.OpenObject
		}
		for _, f := range t.Fields {
			if known[f.Name] {
				continue
			}
			known[f.Name] = true
			if open {
				f.Type = types.AnyType
			}
			fields = append(fields, f)
		}
		open = open || t.Open
	}
	out := types.ObjectOf(fields...)
	out.Open = open
	return out
}

func keys(r *run, args []any) (any, error) {
	names := sortedKeys(args[0].(map[string]any))
	out := make([]any, len(names))
	for i, k := range names {
		out[i] = k
	}
	return out, r.step(len(out))
}

func values(r *run, args []any) (any, error) {
	m := args[0].(map[string]any)
	out := make([]any, 0, len(m))
	for _, k := range sortedKeys(m) {
		out = append(out, m[k])
	}
	return out, r.step(len(out))
}

func toPairs(r *run, args []any) (any, error) {
	m := args[0].(map[string]any)
	out := make([]any, 0, len(m))
	for _, k := range sortedKeys(m) {
		out = append(out, []any{k, m[k]})
	}
	return out, r.step(2 * len(out))
}

func fromPairs(r *run, args []any) (any, error) {
	pairs := args[0].([]any)
	out := make(map[string]any, len(pairs))
	for i, p := range pairs {
		pair, ok := p.([]any)
		if !ok || len(pair) != 2 {
			return nil, faultf("fromPairs: element [%d] must be a list [name, value], and it is %s", i, shown(p))
		}
		name, ok := pair[0].(string)
		if !ok {
			return nil, faultf("fromPairs: the name in element [%d] must be text, and it is %s", i, shown(pair[0]))
		}
		out[name] = pair[1]
	}
	return out, r.step(len(pairs))
}

func merge(r *run, args []any) (any, error) {
	out := map[string]any{}
	for _, a := range args {
		m := a.(map[string]any)
		if err := r.step(len(m)); err != nil {
			return nil, err
		}
		maps.Copy(out, m)
	}
	return out, nil
}

func withoutFields(r *run, m map[string]any, names []any) (any, error) {
	out := maps.Clone(m)
	for _, n := range names {
		name, ok := n.(string)
		if !ok {
			return nil, faultf("without: the fields of an object have names, and %s is not text", shown(n))
		}
		delete(out, name)
	}
	return out, r.step(len(m) + len(names))
}
