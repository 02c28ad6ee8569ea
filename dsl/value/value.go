// Package value holds the values of a run: JSON values as Go has them (nil,
// bool, int, float64, string, []any, map[string]any), in which integers are
// exact from one end of a run to the other, and the three kinds that live only
// inside expressions: times, durations and decimals.
package value

import (
	"math"
	"slices"
	"time"
)

// MaxDepth is how deep lists and objects may be nested.
const MaxDepth = 1000

// Equal tells whether two values are the same JSON value. Numbers are compared
// by what they amount to, so that 3 equals 3.0; decimals, times and durations
// are equal only to their like.
func Equal(a, b any) bool {
	switch a := a.(type) {
	case nil:
		return b == nil
	case int, float64:
		return numbersEqual(a, b)
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, Equal)
	case map[string]any:
		b, ok := b.(map[string]any)
		return ok && objectsEqual(a, b)
	}
	return scalarsEqual(a, b)
}

func scalarsEqual(a, b any) bool {
	switch a := a.(type) {
	case bool:
		b, ok := b.(bool)
		return ok && a == b
	case string:
		b, ok := b.(string)
		return ok && a == b
	case time.Time:
		b, ok := b.(time.Time)
		return ok && a.Equal(b)
	case time.Duration:
		b, ok := b.(time.Duration)
		return ok && a == b
	case Decimal:
		b, ok := b.(Decimal)
		return ok && a.Compare(b) == 0
	}
	return false
}

func objectsEqual(a, b map[string]any) bool {
	if len(a) != len(b) {
		return false
	}
	for k, v := range a { //workflowcheck:ignore the answer does not depend on the order
		if w, ok := b[k]; !ok || !Equal(v, w) {
			return false
		}
	}
	return true
}

func numbersEqual(a, b any) bool {
	switch a := a.(type) {
	case int:
		switch b := b.(type) {
		case int:
			return a == b
		case float64:
			return intEqualsFloat(a, b)
		}
	case float64:
		switch b := b.(type) {
		case int:
			return intEqualsFloat(b, a)
		case float64:
			return a == b
		}
	}
	return false
}

func intEqualsFloat(i int, f float64) bool {
	n, ok := Whole(f)
	return ok && n == i
}

// Whole converts a float that stands for a 64-bit integer to that integer.
func Whole(f float64) (int, bool) {
	// 1<<63 is a float64, math.MaxInt64 is not: hence the half-open range.
	if f != math.Trunc(f) || f < -1<<63 || f >= 1<<63 {
		return 0, false
	}
	return int(f), true
}

// Clone copies a value, so that changes to the copy do not reach the original.
func Clone(v any) any {
	switch v := v.(type) {
	case []any:
		if v == nil {
			return v
		}
		c := make([]any, len(v))
		for i := range v {
			c[i] = Clone(v[i])
		}
		return c
	case map[string]any:
		if v == nil {
			return v
		}
		c := make(map[string]any, len(v))
		for k, item := range v { //workflowcheck:ignore the copy does not depend on the order
			c[k] = Clone(item)
		}
		return c
	}
	return v
}
