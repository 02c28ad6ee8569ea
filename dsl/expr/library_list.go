package expr

import (
	"errors"
	"slices"
	"unicode/utf8"

	"github.com/partitur/partitur/dsl/types"
	"github.com/partitur/partitur/dsl/value"
)

// listFunctions are about lists. Those without a call are closures: # is the
// element, .name its field, #index its number, #acc what reduce has so far.
var listFunctions = []Function{
	{Name: "len", Signature: "len(x list|object|text) integer", Doc: "number of elements, fields or characters",
		Example: `len([1, 2, 3])`, Result: `3`, call: length},
	{Name: "filter", Signature: "filter(xs list, condition condition) list", Doc: "the elements for which the condition holds",
		Example: `filter([1, 2, 3], # > 1)`, Result: `[2,3]`},
	{Name: "map", Signature: "map(xs list, expression expression) list", Doc: "the value of the expression for each element",
		Example: `map([{n: 1}, {n: 2}], .n)`, Result: `[1,2]`},
	{Name: "all", Signature: "all(xs list, condition condition) boolean", Doc: "whether the condition holds for every element",
		Example: `all([1, 2], # > 0)`, Result: `true`},
	{Name: "any", Signature: "any(xs list, condition condition) boolean", Doc: "whether the condition holds for some element",
		Example: `any([1, 2], # > 1)`, Result: `true`},
	{Name: "none", Signature: "none(xs list, condition condition) boolean", Doc: "whether the condition holds for no element",
		Example: `none([1, 2], # > 2)`, Result: `true`},
	{Name: "one", Signature: "one(xs list, condition condition) boolean", Doc: "whether the condition holds for exactly one element",
		Example: `one([1, 2], # > 1)`, Result: `true`},
	{Name: "count", Signature: "count(xs list, condition condition?) integer", Doc: "number of elements for which the condition holds",
		Example: `count([1, 2, 3], # > 1)`, Result: `2`},
	{Name: "find", Signature: "find(xs list, condition condition) any", Doc: "the first element for which the condition holds, or nil",
		Example: `find([1, 2, 3], # > 1)`, Result: `2`},
	{Name: "findIndex", Signature: "findIndex(xs list, condition condition) integer", Doc: "the number of the first element for which the condition holds, or nil",
		Example: `findIndex([1, 2, 3], # > 1)`, Result: `1`},
	{Name: "findLast", Signature: "findLast(xs list, condition condition) any", Doc: "the last element for which the condition holds, or nil",
		Example: `findLast([1, 2, 3], # < 3)`, Result: `2`},
	{Name: "findLastIndex", Signature: "findLastIndex(xs list, condition condition) integer", Doc: "the number of the last element for which the condition holds, or nil",
		Example: `findLastIndex([1, 2, 3], # < 3)`, Result: `1`},
	{Name: "sum", Signature: "sum(xs list, expression expression?) any", Doc: "the sum of the elements, or of the expression for each",
		Example: `sum([{n: 1}, {n: 2}], .n)`, Result: `3`},
	{Name: "reduce", Signature: "reduce(xs list, expression expression, first any?) any", Doc: "goes over the list with #acc, the value so far",
		Example: `reduce([1, 2, 3], #acc * #, 1)`, Result: `6`},
	{Name: "groupBy", Signature: "groupBy(xs list, expression expression) object", Doc: "the elements in lists by the value of the expression",
		Example: `groupBy(["ab", "c", "de"], string(len(#)))`, Result: `{"1":["c"],"2":["ab","de"]}`},
	{Name: "countBy", Signature: "countBy(xs list, expression expression) object", Doc: "how many elements have which value of the expression",
		Example: `countBy(["a", "b", "a"], #)`, Result: `{"a":2,"b":1}`},
	{Name: "sortBy", Signature: "sortBy(xs list, expression expression, order text?) list", Doc: `sorts by the value of the expression, "asc" or "desc"; equal ones keep their order`,
		Example: `sortBy([{n: 2}, {n: 1}], .n)`, Result: `[{"n":1},{"n":2}]`},
	{Name: "sort", Signature: "sort(xs list, order text?) list", Doc: `sorts, "asc" or "desc"`,
		Example: `sort([3, 1, 2], "desc")`, Result: `[3,2,1]`, call: sortList, typ: firstArg},
	{Name: "first", Signature: "first(xs list) any", Doc: "the first element; nil if there is none",
		Example: `first([1, 2])`, Result: `1`, call: first, typ: elementOrNil},
	{Name: "last", Signature: "last(xs list) any", Doc: "the last element; nil if there is none",
		Example: `last([1, 2])`, Result: `2`, call: last, typ: elementOrNil},
	{Name: "take", Signature: "take(xs list, n integer) list", Doc: "the first n elements",
		Example: `take([1, 2, 3], 2)`, Result: `[1,2]`, call: take, typ: firstArg},
	{Name: "reverse", Signature: "reverse(xs list) list", Doc: "the elements from the last to the first",
		Example: `reverse([1, 2])`, Result: `[2,1]`, call: reverse, typ: firstArg},
	{Name: "uniq", Signature: "uniq(xs list) list", Doc: "the elements without repetitions",
		Example: `uniq([1, 2, 1])`, Result: `[1,2]`, call: uniq, typ: firstArg},
	{Name: "flatten", Signature: "flatten(xs list) list", Doc: "lists in the list are replaced by their elements, at every depth",
		Example: `flatten([1, [2, [3]]])`, Result: `[1,2,3]`, call: flatten},
	{Name: "concat", Signature: "concat(xs list, more list…) list", Doc: "one list of the elements of all",
		Example: `concat([1], [2, 3])`, Result: `[1,2,3]`, call: concat, typ: joined},
	{Name: "without", Signature: "without(xs list|object, names list) any", Doc: "the list without these elements; the object without these fields",
		Example: `without([1, 2, 3], [2])`, Result: `[1,3]`, call: without, typ: withoutType},
	{Name: "chunk", Signature: "chunk(xs list, n integer) list", Doc: "lists of n elements each; the last may have fewer",
		Example: `chunk([1, 2, 3], 2)`, Result: `[[1,2],[3]]`, call: chunk, typ: listOfFirst},
	{Name: "range", Signature: "range(from integer, to integer?, step integer?) list of integer", Doc: "the integers from 0, or from the first, up to but without the last",
		Example: `range(1, 4)`, Result: `[1,2,3]`, call: rangeCall},
	{Name: "join", Signature: "join(xs list, separator text?) text", Doc: "one text of the elements",
		Example: `join(["a", "b"], ", ")`, Result: `"a, b"`, call: join},
}

func firstArg(args []*types.Type) *types.Type { return args[0].NotNil() }

func elementOf(t *types.Type) *types.Type {
	if t == nil || t.Kind != types.List || t.Elem == nil {
		return types.AnyType
	}
	return t.Elem
}

func elementOrNil(args []*types.Type) *types.Type {
	return elementOf(args[0]).OrNil("the list may be empty")
}

func listOfFirst(args []*types.Type) *types.Type { return types.ListOf(args[0].NotNil()) }

func joined(args []*types.Type) *types.Type {
	elem := elementOf(args[0])
	for _, a := range args[1:] {
		elem = types.Join(elem, elementOf(a))
	}
	return types.ListOf(elem)
}

func withoutType(args []*types.Type) *types.Type {
	switch args[0].Kind {
	case types.List:
		return args[0].NotNil()
	case types.Object:
		return types.OpenObject
	}
	return types.AnyType
}

func length(r *run, args []any) (any, error) {
	switch x := args[0].(type) {
	case []any:
		return len(x), nil
	case map[string]any:
		return len(x), nil
	}
	s := args[0].(string)
	return utf8.RuneCountInString(s), r.text(len(s))
}

func sum(r *run, a any) (any, error) {
	list, ok := a.([]any)
	if !ok {
		return nil, notList(a)
	}
	var total any = 0
	for i, item := range list {
		if err := r.step(1); err != nil {
			return nil, err
		}
		if i == 0 && isTime(item) {
			total = item
			continue
		}
		if _, text := item.(string); text {
			return nil, faultf("sum is for numbers, and %s is text", shown(item)).withHint("int(#) or float(#) makes a number of text; join joins texts")
		}
		var err error
		if total, err = add(r, total, item); err != nil {
			return nil, err
		}
	}
	return total, nil
}

// groupKey is the name of the field that a value of groupBy becomes.
func groupKey(v any) (string, error) {
	switch v.(type) {
	case string, bool, int, float64, value.Decimal:
		return value.Text(v)
	case nil:
		return "", faultf("a group needs a name, and the value for an element is nil").withHint(`?? says what to use instead: write … ?? "none"`)
	}
	return "", faultf("a group needs a name, and the value for an element is %s", kindOf(v))
}

func groupBy(r *run, a, b any) (any, error) {
	list, keys := a.([]any), b.([]any)
	groups := map[string]any{}
	for i, k := range keys {
		if err := r.step(1); err != nil {
			return nil, err
		}
		name, err := groupKey(k)
		if err != nil {
			return nil, err
		}
		group, _ := groups[name].([]any)
		groups[name] = append(group, list[i])
	}
	return groups, nil
}

func countBy(r *run, a, b any) (any, error) {
	counts := map[string]any{}
	for _, k := range b.([]any) {
		if err := r.step(1); err != nil {
			return nil, err
		}
		name, err := groupKey(k)
		if err != nil {
			return nil, err
		}
		n, _ := counts[name].(int)
		counts[name] = n + 1
	}
	return counts, nil
}

// sortBy sorts a list by keys, in the order that a third argument may name.
func sortBy(r *run, args []any) (any, error) {
	var order any
	if len(args) > 2 {
		order = args[2]
	}
	return sorted(r, args[0].([]any), args[1].([]any), order)
}

func sortList(r *run, args []any) (any, error) {
	list := args[0].([]any)
	return sorted(r, list, list, optional(args, 1))
}

func sorted(r *run, list, keys []any, order any) (any, error) {
	sign := 1
	switch order {
	case nil, "asc":
	case "desc":
		sign = -1
	default:
		return nil, faultf(`the order is "asc" or "desc", not %s`, shown(order))
	}
	places := make([]int, len(list))
	for i := range places {
		places[i] = i
	}
	var failed error
	slices.SortStableFunc(places, func(i, j int) int {
		if failed != nil {
			return 0
		}
		c, err := compare("<", keys[i], keys[j])
		failed = errors.Join(err, r.step(1))
		return sign * c
	})
	if failed != nil {
		return nil, failed
	}
	out := make([]any, len(list))
	for i, p := range places {
		out[i] = list[p]
	}
	return out, nil
}

func optional(args []any, i int) any {
	if i < len(args) {
		return args[i]
	}
	return nil
}

func first(_ *run, args []any) (any, error) {
	if list := args[0].([]any); len(list) > 0 {
		return list[0], nil
	}
	return nil, nil
}

func last(_ *run, args []any) (any, error) {
	if list := args[0].([]any); len(list) > 0 {
		return list[len(list)-1], nil
	}
	return nil, nil
}

func take(_ *run, args []any) (any, error) {
	list, n := args[0].([]any), args[1].(int)
	if n < 0 {
		return nil, faultf("take: n must not be negative, and it is %d", n).withHint("the last elements are list[-%d:]", -n)
	}
	return slices.Clip(list[:min(n, len(list))]), nil
}

func reverse(r *run, args []any) (any, error) {
	list := slices.Clone(args[0].([]any))
	slices.Reverse(list)
	return list, r.step(len(list))
}

func uniq(r *run, args []any) (any, error) {
	out := []any{}
	seen := map[any]bool{}
	for _, item := range args[0].([]any) {
		k, err := identity(r, item)
		if err != nil {
			return nil, err
		}
		if !seen[k] {
			seen[k] = true
			out = append(out, item)
		}
	}
	return out, nil
}

func flatten(r *run, args []any) (any, error) {
	out := []any{}
	err := flattenInto(r, &out, args[0].([]any))
	return out, err
}

func flattenInto(r *run, out *[]any, list []any) error {
	for _, item := range list {
		if err := r.step(1); err != nil {
			return err
		}
		inner, ok := item.([]any)
		if !ok {
			*out = append(*out, item)
			continue
		}
		if err := flattenInto(r, out, inner); err != nil {
			return err
		}
	}
	return nil
}

func concat(r *run, args []any) (any, error) {
	out := []any{}
	for _, a := range args {
		if err := r.step(len(a.([]any))); err != nil {
			return nil, err
		}
		out = append(out, a.([]any)...)
	}
	return out, nil
}

func without(r *run, args []any) (any, error) {
	gone := args[1].([]any)
	list, ok := args[0].([]any)
	if !ok {
		return withoutFields(r, args[0].(map[string]any), gone)
	}
	seen := map[any]bool{}
	for _, item := range gone {
		k, err := identity(r, item)
		if err != nil {
			return nil, err
		}
		seen[k] = true
	}
	out := []any{}
	for _, item := range list {
		k, err := identity(r, item)
		if err != nil {
			return nil, err
		}
		if !seen[k] {
			out = append(out, item)
		}
	}
	return out, nil
}

func chunk(r *run, args []any) (any, error) {
	list, n := args[0].([]any), args[1].(int)
	if n < 1 {
		return nil, faultf("chunk: n must be at least 1, and it is %d", n)
	}
	out := []any{}
	for piece := range slices.Chunk(list, n) {
		out = append(out, slices.Clip(piece))
	}
	return out, r.step(len(list))
}

func rangeCall(r *run, args []any) (any, error) {
	from, to, by := 0, args[0].(int), 1
	if n, ok := optional(args, 1).(int); ok {
		from, to = to, n
	}
	if n, ok := optional(args, 2).(int); ok {
		by = n
	}
	switch {
	case by == 0:
		return nil, faultf("range: step must not be 0")
	case by > 0 && from >= to, by < 0 && from <= to:
		return []any{}, nil
	case by > 0:
		return integersFrom(r, from, to-1, by)
	}
	return integersFrom(r, from, to+1, by)
}
