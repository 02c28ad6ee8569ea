package expr

import (
	"cmp"
	"math"
	"regexp"
	"strings"
	"time"

	"github.com/partitur/partitur/dsl/value"
)

// equal is ==. Values of different kinds are never equal, but integers, floats
// and decimals are equal if they amount to the same.
func equal(r *run, a, b any) (bool, error) {
	switch x := a.(type) {
	case string:
		y, ok := b.(string)
		return ok && x == y, r.text(len(x))
	case []any:
		return equalLists(r, x, b)
	case map[string]any:
		return equalObjects(r, x, b)
	}
	a, b = number(a), number(b)
	if x, y, ok := decimalPair(a, b); ok {
		return x.Compare(y) == 0, nil
	}
	return value.Equal(a, b), nil
}

func equalLists(r *run, x []any, b any) (bool, error) {
	y, ok := b.([]any)
	if !ok || len(x) != len(y) {
		return false, nil
	}
	for i := range x {
		if err := r.step(1); err != nil {
			return false, err
		}
		if same, err := equal(r, x[i], y[i]); !same {
			return false, err
		}
	}
	return true, nil
}

func equalObjects(r *run, x map[string]any, b any) (bool, error) {
	y, ok := b.(map[string]any)
	if !ok || len(x) != len(y) {
		return false, nil
	}
	for _, k := range sortedKeys(x) {
		if err := r.step(1); err != nil {
			return false, err
		}
		w, has := y[k]
		if !has {
			return false, nil
		}
		if same, err := equal(r, x[k], w); !same {
			return false, err
		}
	}
	return true, nil
}

// decimalPair converts a decimal and an integer, or two decimals.
func decimalPair(a, b any) (x, y value.Decimal, ok bool) {
	_, one := a.(value.Decimal)
	_, two := b.(value.Decimal)
	if !one && !two {
		return x, y, false
	}
	x, ok1 := exact(a)
	y, ok2 := exact(b)
	return x, y, ok1 && ok2
}

func exact(v any) (value.Decimal, bool) {
	switch v := v.(type) {
	case value.Decimal:
		return v, true
	case int:
		return value.DecimalOfInt(v), true
	}
	return value.Decimal{}, false
}

// compare orders two values of one kind: -1, 0 or +1.
func compare(op string, a, b any) (int, error) {
	a, b = number(a), number(b)
	switch x := a.(type) {
	case int, float64:
		if n, ok := compareNumbers(a, b); ok {
			return n, nil
		}
	case string:
		if y, ok := b.(string); ok {
			return strings.Compare(x, y), nil
		}
	case time.Time:
		if y, ok := b.(time.Time); ok {
			return x.Compare(y), nil
		}
	case time.Duration:
		if y, ok := b.(time.Duration); ok {
			return cmp.Compare(x, y), nil
		}
	}
	if x, y, ok := decimalPair(a, b); ok {
		return x.Compare(y), nil
	}
	return 0, cannotCompare(op, a, b)
}

// compareNumbers compares exactly, also an integer that no float can hold.
func compareNumbers(a, b any) (int, bool) {
	x, xInt := a.(int)
	y, yInt := b.(int)
	if xInt && yInt {
		return cmp.Compare(x, y), true
	}
	fx, ok1 := float(a)
	fy, ok2 := float(b)
	switch {
	case !ok1 || !ok2:
		return 0, false
	case xInt:
		return compareIntFloat(x, fy), true
	case yInt:
		return -compareIntFloat(y, fx), true
	}
	return cmp.Compare(fx, fy), true
}

func compareIntFloat(x int, f float64) int {
	if f >= 1<<63 {
		return -1
	}
	if f < -1<<63 {
		return 1
	}
	whole := math.Floor(f)
	if c := cmp.Compare(x, int(whole)); c != 0 {
		return c
	}
	if f > whole {
		return -1
	}
	return 0
}

func cannotCompare(op string, a, b any) *fault {
	if a == nil || b == nil {
		return faultf("nil is neither more nor less than anything").withHint("?? says what to use instead: write (… ?? 0) %s …", op)
	}
	f := faultf("%s and %s cannot be compared by %s: %s %s %s", kindOf(a), kindOf(b), op, shown(a), op, shown(b))
	if hint := operatorHint(op, a, b); hint != "" {
		f.withHint("%s", hint)
	}
	return f
}

// contained is a in b: an element of a list, or a field of an object.
func contained(r *run, a, b any) (any, error) {
	switch b := b.(type) {
	case []any:
		for _, item := range b {
			if err := r.step(1); err != nil {
				return nil, err
			}
			if same, err := equal(r, a, item); same || err != nil {
				return same, err
			}
		}
		return false, nil
	case map[string]any:
		if k, ok := a.(string); ok {
			_, has := b[k]
			return has, nil
		}
		return nil, faultf("the fields of an object have names, and %s is not text", shown(a))
	case string:
		return nil, faultf("in looks for an element of a list or a field of an object, and %s is text", shown(b)).
			withHint("write text contains part")
	case nil:
		return nil, faultf("nil has no elements").withHint("?? says what to use instead: write x in (… ?? [])")
	}
	return nil, faultf("in looks for an element of a list or a field of an object, not in %s", shown(b))
}

// textual makes an instruction of an operator between two texts.
func textual(op string, f func(a, b string) bool) func(r *run, a, b any) (any, error) {
	return func(r *run, a, b any) (any, error) {
		x, ok1 := a.(string)
		y, ok2 := b.(string)
		if ok1 && ok2 {
			return f(x, y), r.text(len(x) + len(y))
		}
		if _, ok := a.([]any); ok && op == "contains" {
			return nil, faultf("contains looks for a part of a text, and this is a list").withHint("write element in list")
		}
		if ok1 {
			a = b
		}
		if a == nil {
			return nil, faultf("%s is for texts, and this is nil", op).withHint(`?? says what to use instead: write (… ?? "")`)
		}
		return nil, faultf("%s is for texts, and %s is %s", op, shown(a), kindOf(a))
	}
}

// maxPattern bounds the text of a regular expression.
const maxPattern = 1000

func compilePattern(pattern string) (*regexp.Regexp, error) {
	if len(pattern) > maxPattern {
		return nil, faultf("the pattern is longer than %d characters", maxPattern)
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil, faultf("%s is not a regular expression: %s", shown(pattern), patternError(err)).
			withHint("RE2 syntax: no look-ahead and no back-references")
	}
	return re, nil
}

func patternError(err error) string {
	s := strings.TrimPrefix(err.Error(), "error parsing regexp: ")
	return strings.ReplaceAll(s, "`", "")
}

// pattern is a regular expression, compiled or not yet, and accounts for
// matching it with a text.
func pattern(r *run, p any, text string) (*regexp.Regexp, error) {
	re, ok := p.(*regexp.Regexp)
	if !ok {
		s, isText := p.(string)
		if !isText {
			return nil, faultf("a pattern is text, and %s is %s", shown(p), kindOf(p))
		}
		if err := r.text(len(s) * 64); err != nil {
			return nil, err
		}
		var err error
		if re, err = compilePattern(s); err != nil {
			return nil, err
		}
	}
	return re, r.step(len(text) / 4 * (1 + len(re.String())/16)) // a machine without backtracking
}

func matches(r *run, a, p any) (any, error) {
	s, ok := a.(string)
	if !ok {
		return textual("matches", nil)(r, a, "")
	}
	re, err := pattern(r, p, s)
	if err != nil {
		return nil, err
	}
	return re.MatchString(s), nil
}
