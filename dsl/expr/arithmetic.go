package expr

import (
	"math"
	"math/bits"
	"time"

	"github.com/partitur/partitur/dsl/value"
)

// add adds numbers, decimals and durations, moves times, and joins texts.
func add(r *run, a, b any) (any, error) {
	switch x := a.(type) {
	case string:
		if y, ok := b.(string); ok {
			return x + y, r.text(len(x) + len(y))
		}
	case time.Time:
		if y, ok := b.(time.Duration); ok {
			return moved(x, y)
		}
	case time.Duration:
		switch y := b.(type) {
		case time.Duration:
			return durationSum(x, y)
		case time.Time:
			return moved(y, x)
		}
	}
	return arithmetic("+", a, b)
}

// sub subtracts; the difference of two times is a duration.
func sub(_ *run, a, b any) (any, error) {
	switch x := a.(type) {
	case time.Time:
		switch y := b.(type) {
		case time.Duration:
			if y == math.MinInt64 {
				return nil, faultf("the duration is too long")
			}
			return moved(x, -y)
		case time.Time:
			return between(x, y)
		}
	case time.Duration:
		if y, ok := b.(time.Duration); ok && y != math.MinInt64 {
			return durationSum(x, -y)
		}
	}
	return arithmetic("-", a, b)
}

func mul(_ *run, a, b any) (any, error) {
	if _, ok := b.(time.Duration); ok {
		a, b = b, a
	}
	if x, ok := a.(time.Duration); ok {
		return scaled(x, b)
	}
	return arithmetic("*", a, b)
}

// div divides. Integers that divide without rest give an integer.
func div(_ *run, a, b any) (any, error) {
	if x, ok := a.(time.Duration); ok {
		return durationQuotient(x, b)
	}
	return arithmetic("/", a, b)
}

// arithmetic calculates with numbers and decimals.
func arithmetic(op string, a, b any) (any, error) {
	a, b = number(a), number(b)
	switch x := a.(type) {
	case int:
		if y, ok := b.(int); ok {
			return integers(op, x, y)
		}
	case value.Decimal:
		return decimals(op, a, b)
	}
	if _, ok := b.(value.Decimal); ok {
		return decimals(op, a, b)
	}
	x, ok1 := float(a)
	y, ok2 := float(b)
	if !ok1 || !ok2 {
		return nil, cannot(op, a, b)
	}
	return floats(op, x, y)
}

// number turns numbers of other Go types into the two of JSON.
func number(v any) any {
	switch v.(type) {
	case int, float64, value.Decimal, string, bool, nil, []any, map[string]any, time.Time, time.Duration:
		return v
	}
	if n, err := value.Normalize(v); err == nil {
		return n
	}
	return v
}

func float(v any) (float64, bool) {
	switch v := v.(type) {
	case int:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

func integers(op string, x, y int) (any, error) {
	var z int
	ok := true
	switch op {
	case "+":
		z = x + y
		ok = (z > x) == (y > 0)
	case "-":
		z = x - y
		ok = (z < x) == (y > 0)
	case "*":
		z, ok = product(x, y)
	case "/":
		return quotient(x, y)
	case "%":
		if y == 0 {
			return nil, faultf("the remainder of a division by zero")
		}
		if y == -1 {
			return 0, nil
		}
		return x % y, nil
	}
	if !ok {
		return nil, faultf("%d %s %d is too big for an integer, which has 64 bits", x, op, y).
			withHint("decimal(…) has no such limit")
	}
	return z, nil
}

func product(x, y int) (int, bool) {
	hi, lo := bits.Mul64(magnitude(x), magnitude(y))
	negative := (x < 0) != (y < 0)
	if hi != 0 || lo > 1<<63 || lo == 1<<63 && !negative {
		return 0, false
	}
	if negative {
		return int(-lo), true
	}
	return int(lo), true
}

func magnitude(x int) uint64 {
	if x < 0 {
		return -uint64(x)
	}
	return uint64(x)
}

func quotient(x, y int) (any, error) {
	switch {
	case y == 0:
		return nil, faultf("division by zero")
	case y == -1:
		return integers("-", 0, x)
	case x%y == 0:
		return x / y, nil
	}
	return float64(x) / float64(y), nil
}

func floats(op string, x, y float64) (any, error) {
	var z float64
	switch op {
	case "+":
		z = x + y
	case "-":
		z = x - y
	case "*":
		z = x * y
	case "/":
		if y == 0 {
			return nil, faultf("division by zero")
		}
		z = x / y
	case "%":
		return nil, faultf("%% is for integers: %s and %s are not both integers", shown(x), shown(y)).withHint("int(…) cuts the fraction off")
	}
	return finite(z)
}

func finite(z float64) (any, error) {
	if z-z != 0 {
		return nil, faultf("the result is too big for a number")
	}
	return z, nil
}

// pow is exact for integers.
func pow(r *run, a, b any) (any, error) {
	a, b = number(a), number(b)
	x, ok1 := a.(int)
	y, ok2 := b.(int)
	if ok1 && ok2 && y >= 0 {
		return intPower(x, y)
	}
	fx, ok1 := float(a)
	fy, ok2 := float(b)
	if !ok1 || !ok2 {
		return nil, cannot("**", a, b)
	}
	return finite(math.Pow(fx, fy))
}

func intPower(x, n int) (any, error) {
	if x == 1 || x == 0 && n > 0 {
		return x, nil
	}
	if x == -1 {
		return 1 - 2*(n%2), nil
	}
	z, ok := 1, true
	for range n { // at most 64 rounds, as |x| is at least 2, or x is 0 and n is
		if z, ok = product(z, x); !ok {
			return nil, faultf("%d ** %d is too big for an integer, which has 64 bits", x, n)
		}
	}
	return z, nil
}

func neg(_ *run, a any) (any, error) {
	switch x := number(a).(type) {
	case int:
		return integers("-", 0, x)
	case float64:
		return -x, nil
	case value.Decimal:
		return x.Neg(), nil
	case time.Duration:
		if x != math.MinInt64 {
			return -x, nil
		}
	}
	return nil, faultf("%s cannot be negated: it is %s", shown(a), kindOf(a))
}

func decimals(op string, a, b any) (any, error) {
	x, err := decimalOperand(op, a, b, a)
	if err != nil {
		return nil, err
	}
	y, err := decimalOperand(op, a, b, b)
	if err != nil {
		return nil, err
	}
	switch op {
	case "+":
		return bounded(x.Add(y), nil)
	case "-":
		return bounded(x.Sub(y), nil)
	case "*":
		return bounded(x.Mul(y))
	case "/":
		return nil, faultf("a quotient of decimals has no number of places of its own").withHint("write divide(a, b, 2) for two places")
	}
	return nil, cannot(op, a, b)
}

func decimalOperand(op string, a, b, v any) (value.Decimal, error) {
	switch v := v.(type) {
	case value.Decimal:
		return v, nil
	case int:
		return value.DecimalOfInt(v), nil
	case float64:
		return value.Decimal{}, faultf("decimals never mix with floats such as %s", shown(v)).withHint(`write it as decimal("%s")`, shown(v))
	}
	return value.Decimal{}, cannot(op, a, b)
}

// cannot says that an operator is not for these operands, and what is.
func cannot(op string, a, b any) *fault {
	for _, v := range []any{a, b} {
		if v == nil {
			return faultf("nil cannot stand beside %s", op).withHint("?? says what to use instead: write (… ?? 0)")
		}
	}
	f := faultf("%s is not for %s and %s: %s %s %s", op, kindOf(a), kindOf(b), shown(a), op, shown(b))
	if hint := operatorHint(op, a, b); hint != "" {
		f.withHint("%s", hint)
	}
	return f
}

func operatorHint(op string, a, b any) string {
	_, list := a.([]any)
	_, object := a.(map[string]any)
	_, text1 := a.(string)
	_, text2 := b.(string)
	switch {
	case op == "+" && list:
		return "lists are joined by concat(a, b)"
	case op == "+" && object:
		return "objects are joined by merge(a, b)"
	case op == "-" && list:
		return "without(list, others) takes elements out"
	case op == "+" && (text1 || text2):
		return "+ joins texts only: string(…) makes text of a value, or write ${ } in a text"
	case isTime(a) && text2, isTime(b) && text1:
		return `a text becomes a time by date("…") and a duration by duration("2d")`
	case text1 || text2:
		return "int(…) or float(…) makes a number of text"
	}
	return ""
}

func isTime(v any) bool {
	switch v.(type) {
	case time.Time, time.Duration:
		return true
	}
	return false
}
