package value

import (
	"errors"
	"strconv"
	"time"
)

// Text is what ${ } yields inside a longer text: strings as they are, numbers
// without exponent, times as RFC 3339, lists and objects as compact JSON. A
// value that is nil has no text.
func Text(v any) (string, error) {
	switch v := v.(type) {
	case nil:
		return "", errors.New(`the value is nil and cannot stand in a text: ?? "" says what to write instead`)
	case string:
		return v, nil
	case bool:
		return strconv.FormatBool(v), nil
	case int:
		return strconv.Itoa(v), nil
	case float64:
		return FormatFloat(v)
	case time.Time:
		return FormatTime(v)
	case time.Duration:
		return FormatDuration(v), nil
	case Decimal:
		return v.String(), nil
	case []any, map[string]any:
		b, err := Encode(v)
		return string(b), err
	}
	n, err := Normalize(v)
	if err != nil {
		return "", err
	}
	return Text(n)
}

// FormatFloat writes the shortest number without exponent that reads back as f.
func FormatFloat(f float64) (string, error) {
	if f-f != 0 { // NaN or an infinity
		return "", errNotFinite(f)
	}
	return strconv.FormatFloat(f, 'f', -1, 64), nil
}

// FormatTime writes a time as RFC 3339, with as much of the second as it has.
func FormatTime(t time.Time) (string, error) {
	if y := t.Year(); y < 0 || y > 9999 {
		return "", errors.New("the year " + strconv.Itoa(y) + " cannot be written as RFC 3339, which ends with 9999")
	}
	return t.Format(time.RFC3339Nano), nil
}
