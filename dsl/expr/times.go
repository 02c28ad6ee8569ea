package expr

import (
	"math"
	"time"

	"github.com/partitur/partitur/dsl/value"
)

var (
	timeFields     = []string{"year", "month", "day", "weekday", "hour", "minute", "second", "unix"}
	durationFields = []string{"days", "hours", "minutes", "seconds", "milliseconds"}
)

// timeField reads a part of a time. Weeks begin on Monday, which is 1.
func timeField(t time.Time, name string) (int, bool) {
	switch name {
	case "year":
		return t.Year(), true
	case "month":
		return int(t.Month()), true
	case "day":
		return t.Day(), true
	case "weekday":
		return (int(t.Weekday())+6)%7 + 1, true
	case "hour":
		return t.Hour(), true
	case "minute":
		return t.Minute(), true
	case "second":
		return t.Second(), true
	case "unix":
		return int(t.Unix()), true
	}
	return 0, false
}

// durationField is the whole duration in a unit.
func durationField(d time.Duration, name string) (any, bool) {
	unit, ok := map[string]time.Duration{
		"days": 24 * time.Hour, "hours": time.Hour, "minutes": time.Minute, "seconds": time.Second, "milliseconds": time.Millisecond,
	}[name]
	if !ok {
		return nil, false
	}
	if d%unit == 0 {
		return int(d / unit), true
	}
	return float64(d) / float64(unit), true
}

func moved(t time.Time, d time.Duration) (any, error) {
	return timeResult(t.Add(d))
}

// timeResult refuses times that have no RFC 3339 text.
func timeResult(t time.Time) (any, error) {
	if _, err := value.FormatTime(t); err != nil {
		return nil, faultf("%s", err)
	}
	return t, nil
}

func between(x, y time.Time) (any, error) {
	d := x.Sub(y)
	if !y.Add(d).Equal(x) {
		return nil, faultf("%s and %s are too far apart for a duration, which is at most 292 years", shown(x), shown(y))
	}
	return d, nil
}

func durationSum(x, y time.Duration) (any, error) {
	z, err := integers("+", int(x), int(y))
	return durationResult(z, err)
}

func durationResult(z any, err error) (any, error) {
	if n, ok := z.(int); ok && err == nil {
		return time.Duration(n), nil
	}
	return nil, faultf("the duration is too long: it is at most 292 years")
}

// scaled is a duration times a number.
func scaled(d time.Duration, by any) (any, error) {
	switch y := number(by).(type) {
	case int:
		z, err := integers("*", int(d), y)
		return durationResult(z, err)
	case float64:
		return floatDuration(float64(d) * y)
	}
	return nil, cannot("*", d, by)
}

func floatDuration(f float64) (any, error) {
	f = math.Round(f)
	if n, ok := value.Whole(f); ok {
		return time.Duration(n), nil
	}
	return durationResult(nil, nil)
}

// durationQuotient is a duration for a number, and a number for a duration.
func durationQuotient(d time.Duration, by any) (any, error) {
	switch y := number(by).(type) {
	case time.Duration:
		return quotient(int(d), int(y))
	case int, float64:
		f, _ := float(y)
		if f == 0 {
			return nil, faultf("division by zero")
		}
		return floatDuration(float64(d) / f)
	}
	return nil, cannot("/", d, by)
}

func bounded(d value.Decimal, err error) (any, error) {
	if err != nil {
		return nil, faultf("%s", err)
	}
	return d, nil
}
