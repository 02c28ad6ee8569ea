package expr

import (
	"math"
	"strconv"
	"strings"

	"github.com/partitur/partitur/dsl/types"
	"github.com/partitur/partitur/dsl/value"
)

// numberFunctions are about numbers and decimals.
var numberFunctions = []Function{
	{Name: "int", Signature: "int(x number|text|decimal) integer", Doc: "an integer: a fraction is cut off, text must be an integer",
		Example: `int("42")`, Result: `42`, call: toInt},
	{Name: "float", Signature: "float(x number|text|decimal) number", Doc: "a number from text or a decimal",
		Example: `float("1.5")`, Result: `1.5`, call: toFloat},
	{Name: "abs", Signature: "abs(x number|decimal|duration) number", Doc: "without its sign", Example: `abs(-3)`, Result: `3`, call: abs, typ: firstArg},
	{Name: "ceil", Signature: "ceil(x number) integer", Doc: "the next integer up", Example: `ceil(1.2)`, Result: `2`, call: rounded(math.Ceil)},
	{Name: "floor", Signature: "floor(x number) integer", Doc: "the next integer down", Example: `floor(1.8)`, Result: `1`, call: rounded(math.Floor)},
	{Name: "round", Signature: "round(x number|decimal, places integer?, mode text?) number", Doc: "to the nearest integer, or with so many places; the middle goes away from zero. mode, for decimals: half_up half_even up down ceiling floor",
		Example: `round(2.345, 2)`, Result: `2.35`, call: round, typ: roundType},
	{Name: "min", Signature: "min(x any, more any…) any", Doc: "the least of the arguments, or of the elements of one list",
		Example: `min(3, 1, 2)`, Result: `1`, call: extreme("min", -1), typ: extremeType},
	{Name: "max", Signature: "max(x any, more any…) any", Doc: "the greatest of the arguments, or of the elements of one list",
		Example: `max([3, 1, 2])`, Result: `3`, call: extreme("max", 1), typ: extremeType},
	{Name: "mean", Signature: "mean(xs list) number", Doc: "the average", Example: `mean([1, 2, 6])`, Result: `3`, call: mean},
	{Name: "median", Signature: "median(xs list) number", Doc: "the middle one, or the mean of the two in the middle",
		Example: `median([1, 9, 2])`, Result: `2`, call: median},
	{Name: "decimal", Signature: "decimal(x text|integer|decimal) decimal", Doc: "an exact decimal number, for money; it keeps its places and is text in JSON",
		Example: `decimal("12.30") * 3`, Result: `"36.90"`, call: toDecimal},
	{Name: "divide", Signature: "divide(a decimal|integer, b decimal|integer, places integer, mode text?) decimal", Doc: "a quotient of decimals with so many places, rounded half_up or as mode says",
		Example: `divide(decimal("10.00"), 3, 2)`, Result: `"3.33"`, call: divide},
	{Name: "type", Signature: "type(x any) text", Doc: "nil, boolean, integer, number, text, list, object, time, duration or decimal",
		Example: `type([1])`, Result: `"list"`, call: typeName},
}

func roundType(args []*types.Type) *types.Type {
	switch {
	case args[0].Kind == types.Decimal:
		return types.DecimalType
	case len(args) == 1:
		return types.IntType
	}
	return types.NumberType
}

func extremeType(args []*types.Type) *types.Type {
	if len(args) == 1 {
		return elementOf(args[0])
	}
	t := args[0]
	for _, a := range args[1:] {
		t = types.Join(t, a)
	}
	return t
}

func typeName(_ *run, args []any) (any, error) {
	name := kindOf(number(args[0]))
	return strings.TrimPrefix(strings.TrimPrefix(name, "a "), "an "), nil
}

func toInt(_ *run, args []any) (any, error) {
	switch x := args[0].(type) {
	case int:
		return x, nil
	case float64:
		return wholeNumber(math.Trunc(x))
	case value.Decimal:
		whole, _, _ := strings.Cut(x.String(), ".")
		return integerText(whole, x)
	}
	return integerText(args[0].(string), args[0])
}

func integerText(s string, from any) (any, error) {
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	if err != nil {
		return nil, faultf("%s is not an integer of 64 bits", shown(from))
	}
	return int(n), nil
}

func wholeNumber(f float64) (any, error) {
	if n, ok := value.Whole(f); ok {
		return n, nil
	}
	return nil, faultf("%s is too big for an integer, which has 64 bits", shown(f))
}

func toFloat(_ *run, args []any) (any, error) {
	if f, ok := float(args[0]); ok {
		return f, nil
	}
	s, ok := args[0].(string)
	if !ok {
		s = args[0].(value.Decimal).String()
	}
	f, err := strconv.ParseFloat(strings.TrimSpace(s), 64)
	if err != nil || f-f != 0 {
		return nil, faultf("%s is not a number", shown(args[0]))
	}
	return f, nil
}

func abs(r *run, args []any) (any, error) {
	if negative, err := compare("<", args[0], zeroLike(args[0])); err != nil || negative >= 0 {
		return args[0], err
	}
	return neg(r, args[0])
}

func zeroLike(v any) any {
	if isTime(v) {
		return zeroDuration
	}
	return 0
}

func rounded(f func(float64) float64) func(r *run, args []any) (any, error) {
	return func(_ *run, args []any) (any, error) {
		if x, ok := args[0].(float64); ok {
			return wholeNumber(f(x))
		}
		return args[0], nil
	}
}

func round(_ *run, args []any) (any, error) {
	places, given := optional(args, 1).(int)
	if places < 0 || places > 100 {
		return nil, faultf("round: places must be from 0 to 100, and it is %d", places)
	}
	mode, err := roundingMode(optional(args, 2))
	if err != nil {
		return nil, err
	}
	switch x := args[0].(type) {
	case value.Decimal:
		return bounded(x.Round(int32(places), mode))
	case float64:
		return roundFloat(x, places, given, mode)
	}
	return args[0], nil
}

// roundFloat rounds the number as it is written, so that 2.345 becomes 2.35
// although the float is a little less.
func roundFloat(x float64, places int, given bool, mode value.Rounding) (any, error) {
	text, err := value.FormatFloat(x)
	if err != nil {
		return nil, faultf("%s", err)
	}
	d, err := value.ParseDecimal(text)
	if err != nil {
		return x, nil // so big or so small that there is nothing to round
	}
	if d, err = d.Round(int32(places), mode); err != nil {
		return nil, faultf("%s", err)
	}
	if !given {
		return integerText(d.String(), x)
	}
	return toFloat(nil, []any{d})
}

func roundingMode(v any) (value.Rounding, error) {
	name, ok := v.(string)
	if !ok {
		return value.HalfUp, nil
	}
	mode, err := value.ParseRounding(name)
	if err != nil {
		return 0, faultf("%s", err)
	}
	return mode, nil
}

// extreme is min or max.
func extreme(name string, sign int) func(r *run, args []any) (any, error) {
	return func(r *run, args []any) (any, error) {
		if list, ok := args[0].([]any); ok && len(args) == 1 {
			args = list
		}
		if len(args) == 0 {
			return nil, faultf("%s of an empty list", name).withHint("first(sort(list)) is nil then")
		}
		best := args[0]
		for _, a := range args {
			c, err := compare("<", a, best)
			if err != nil {
				return nil, err
			}
			if err := r.step(1); err != nil {
				return nil, err
			}
			if c == sign {
				best = a
			}
		}
		return best, nil
	}
}

func mean(r *run, args []any) (any, error) {
	list := args[0].([]any)
	if len(list) == 0 {
		return nil, faultf("mean of an empty list")
	}
	total, err := sum(r, list)
	if err != nil {
		return nil, err
	}
	return div(r, total, len(list))
}

func median(r *run, args []any) (any, error) {
	list := args[0].([]any)
	if len(list) == 0 {
		return nil, faultf("median of an empty list")
	}
	ordered, err := sorted(r, list, list, nil)
	if err != nil {
		return nil, err
	}
	s := ordered.([]any)
	if len(s)%2 == 1 {
		return s[len(s)/2], nil
	}
	return mean(r, []any{s[len(s)/2-1 : len(s)/2+1]})
}

func toDecimal(_ *run, args []any) (any, error) { return bounded(value.ToDecimal(args[0])) }

func divide(_ *run, args []any) (any, error) {
	a, _ := exact(args[0])
	b, _ := exact(args[1])
	places := args[2].(int)
	if places < 0 || places > 100 {
		return nil, faultf("divide: places must be from 0 to 100, and it is %d", places)
	}
	mode, err := roundingMode(optional(args, 3))
	if err != nil {
		return nil, err
	}
	return bounded(a.Div(b, int32(places), mode))
}
