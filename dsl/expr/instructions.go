package expr

import (
	"slices"
	"strings"
)

type nary = func(args ...any) (any, error)

// instructions are the functions that compiled expressions call: those of the
// operators, whose names no author can write, and those of the library.
func instructions() map[string]nary {
	all := map[string]nary{}
	for name, f := range unaryOperators {
		all[name] = func(args ...any) (any, error) {
			r := args[0].(*run)
			if err := r.step(1); err != nil {
				return nil, err
			}
			return f(r, args[1])
		}
	}
	for name, f := range binaryOperators {
		all[name] = func(args ...any) (any, error) {
			r := args[0].(*run)
			if err := r.step(1); err != nil {
				return nil, err
			}
			return f(r, args[1], args[2])
		}
	}
	all["$slice"] = func(args ...any) (any, error) { return slice(args[0].(*run), args[1], args[2], args[3]) }
	all["$sortBy"] = func(args ...any) (any, error) { return sortBy(args[0].(*run), args[1:]) }
	for i := range library {
		f := &library[i]
		if f.call != nil {
			all[f.Name] = f.instruction
		}
	}
	return all
}

var unaryOperators = map[string]func(r *run, a any) (any, error){
	"$path":  func(r *run, a any) (any, error) { return a.(*path).get(r.vars) },
	"$bool":  boolean,
	"$not":   not,
	"$neg":   neg,
	"$plus":  plus,
	"$isnil": func(_ *run, a any) (any, error) { return a == nil, nil },
	"$round": func(_ *run, a any) (any, error) { return a, nil },
	"$list":  beginLoop,
	"$key":   objectKey,
	"$sum":   sum,
	"$last":  func(r *run, a any) (any, error) { return last(r, []any{a}) },
	"$fail":  func(_ *run, a any) (any, error) { return nil, faultf("%s", a) },
}

var binaryOperators = map[string]func(r *run, a, b any) (any, error){
	"$add": add, "$sub": sub, "$mul": mul, "$div": div, "$pow": pow,
	"$mod":       func(_ *run, a, b any) (any, error) { return arithmetic("%", a, b) },
	"$eq":        func(r *run, a, b any) (any, error) { return equal(r, a, b) },
	"$ne":        notEqual,
	"$lt":        ordering("<", func(c int) bool { return c < 0 }),
	"$le":        ordering("<=", func(c int) bool { return c <= 0 }),
	"$gt":        ordering(">", func(c int) bool { return c > 0 }),
	"$ge":        ordering(">=", func(c int) bool { return c >= 0 }),
	"$in":        contained,
	"$range":     rangeList,
	"$matches":   matches,
	"$contains":  textual("contains", strings.Contains),
	"$starts":    textual("startsWith", strings.HasPrefix),
	"$ends":      textual("endsWith", strings.HasSuffix),
	"$field":     func(_ *run, a, b any) (any, error) { return fieldOf(a, b.(string)) },
	"$index":     func(_ *run, a, b any) (any, error) { return index(a, b, false) },
	"$indexsoft": func(_ *run, a, b any) (any, error) { return index(a, b, true) },
	"$groupBy":   groupBy,
	"$countBy":   countBy,
}

func boolean(_ *run, a any) (any, error) {
	if _, ok := a.(bool); ok {
		return a, nil
	}
	return nil, notBool(a)
}

func not(_ *run, a any) (any, error) {
	if b, ok := a.(bool); ok {
		return !b, nil
	}
	return nil, notBool(a)
}

func plus(_ *run, a any) (any, error) {
	if _, ok := float(number(a)); ok {
		return a, nil
	}
	return nil, faultf("+ before a value is for numbers, and %s is %s", shown(a), kindOf(a))
}

func notEqual(r *run, a, b any) (any, error) {
	same, err := equal(r, a, b)
	return !same, err
}

func ordering(op string, holds func(c int) bool) func(r *run, a, b any) (any, error) {
	return func(r *run, a, b any) (any, error) {
		c, err := compare(op, a, b)
		if err != nil {
			return nil, err
		}
		return holds(c), nil
	}
}

// beginLoop makes sure that a loop has a list to go over.
func beginLoop(r *run, a any) (any, error) {
	r.loops++
	if list, ok := a.([]any); ok {
		return list, r.step(1)
	}
	return nil, notList(a)
}

func notList(a any) *fault {
	switch a.(type) {
	case nil:
		return faultf("this is nil where a list must be").withHint("?? says what to use instead: write … ?? []")
	case map[string]any:
		return faultf("this is an object where a list must be").withHint("values(object) is the list of its values, toPairs(object) that of its fields")
	}
	return faultf("%s is %s, where a list must be", shown(a), kindOf(a))
}

func objectKey(_ *run, a any) (any, error) {
	if _, ok := a.(string); ok {
		return a, nil
	}
	return nil, faultf("the name of a field is text, and %s is %s", shown(a), kindOf(a)).withHint("string(…) makes text of it")
}

// rangeList is a..b, both ends included.
func rangeList(r *run, a, b any) (any, error) {
	i, ok1 := whole(number(a))
	j, ok2 := whole(number(b))
	if !ok1 || !ok2 {
		return nil, faultf(".. is for integers: %s .. %s", shown(a), shown(b))
	}
	return integersFrom(r, i, j, 1)
}

// integersFrom lists the integers from i to j in steps, j included.
func integersFrom(r *run, i, j, by int) (any, error) {
	list := []any{}
	for n := i; by > 0 && n <= j || by < 0 && n >= j; n += by {
		if err := r.step(1); err != nil {
			return nil, faultf("the list would have too many elements")
		}
		list = append(list, n)
		if by > 0 && n > j-by || by < 0 && n < j-by {
			break
		}
	}
	return slices.Clip(list), nil
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m { // sorted below
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
