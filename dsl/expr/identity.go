package expr

import (
	"strconv"
	"strings"
	"time"

	"github.com/partitur/partitur/dsl/value"
)

// What stands for a value that Go cannot compare by itself.
type (
	jsonIdentity    string
	decimalIdentity string
	timeIdentity    struct {
		second int64
		nano   int
	}
)

// identity is the same for values that are equal, and can be looked up.
func identity(r *run, v any) (any, error) {
	switch v := number(v).(type) {
	case float64:
		if n, ok := value.Whole(v); ok {
			return n, r.step(1)
		}
		return v, r.step(1)
	case string:
		return v, r.step(1 + len(v)/stepBytes)
	case time.Time:
		return timeIdentity{v.Unix(), v.Nanosecond()}, r.step(1)
	case value.Decimal:
		return decimalID(v), r.step(1)
	case []any, map[string]any:
		text, err := toJSON(r, []any{v})
		if err != nil {
			return nil, err
		}
		return jsonIdentity(text.(string)), nil
	default:
		return v, r.step(1)
	}
}

// decimalID is that of the integer that the decimal amounts to, if it does.
func decimalID(d value.Decimal) any {
	text := d.String()
	if strings.Contains(text, ".") {
		text = strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
	}
	if n, err := strconv.Atoi(text); err == nil {
		return n
	}
	return decimalIdentity(text)
}
