package value

import (
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"
)

const aDuration = "write a number and a unit, such as 30s, 5m or 1h30m"

type unit struct {
	name string
	size time.Duration
}

// units of durations, greatest first.
var units = [...]unit{
	{"w", 7 * 24 * time.Hour},
	{"d", 24 * time.Hour},
	{"h", time.Hour},
	{"m", time.Minute},
	{"s", time.Second},
	{"ms", time.Millisecond},
}

// longUnits are ways to write a unit that are understood, but refused in favour
// of the one way.
var longUnits = map[string]string{
	"ns": "", "us": "", "µs": "", "μs": "", "month": "", "months": "", "mo": "", "y": "", "year": "", "years": "",
	"week": "w", "weeks": "w", "wk": "w", "wks": "w",
	"day": "d", "days": "d",
	"hour": "h", "hours": "h", "hr": "h", "hrs": "h",
	"minute": "m", "minutes": "m", "min": "m", "mins": "m",
	"second": "s", "seconds": "s", "sec": "s", "secs": "s",
	"millisecond": "ms", "milliseconds": "ms", "msec": "ms", "millis": "ms",
}

// ParseDuration reads a duration such as 500ms, 30s, 5m, 2h, 7d, 2w or 1h30m.
// Units go from the greater to the lesser, each at most once, without spaces.
// The last number may have decimals (1.5h). A day is 24 hours.
func ParseDuration(s string) (time.Duration, error) {
	if err := plausible(s); err != nil {
		return 0, err
	}
	total, last := new(big.Rat), -1
	for rest := s; rest != ""; {
		var number, name string
		number, name, rest = cutPart(rest)
		at, err := findUnit(s, number, name)
		if err != nil {
			return 0, err
		}
		if at <= last {
			return 0, notDuration(s, "units go from the greater to the lesser, each once, such as 1h30m")
		}
		if !isDecimal(number) {
			return 0, notDuration(s, aDuration)
		}
		if rest != "" && strings.Contains(number, ".") {
			return 0, notDuration(s, "only the last number may have decimals, such as 1.5h")
		}
		last = at
		n, _ := new(big.Rat).SetString(number)
		total.Add(total, n.Mul(n, new(big.Rat).SetInt64(int64(units[at].size))))
	}
	return nanoseconds(s, total)
}

// plausible refuses what is no sequence of numbers and units at all.
func plausible(s string) error {
	switch {
	case s == "":
		return errors.New("the duration is empty: " + aDuration)
	case len(s) > 64:
		return notDuration(s, aDuration)
	case s[0] == '-':
		return notDuration(s, "it cannot be negative")
	case allDigits(s) || isDecimal(s):
		return notDuration(s, fmt.Sprintf("the unit is missing, write %ss for seconds or %sm for minutes", s, s))
	case s[0] == 'P':
		return notDuration(s, "ISO 8601 is not used here, write 30s, 5m, 2h or 1d")
	case !isDigit(s[0]):
		return notDuration(s, aDuration)
	case strings.ContainsAny(s, " \t"):
		return spaced(s)
	}
	return nil
}

// spaced refuses a duration with spaces, with what it is without them.
func spaced(s string) error {
	joined := strings.Join(strings.Fields(s), "")
	var short strings.Builder
	for rest := joined; rest != ""; {
		var number, name string
		number, name, rest = cutPart(rest)
		if full, ok := longUnits[name]; ok {
			name = full
		}
		short.WriteString(number + name)
	}
	if d, err := ParseDuration(short.String()); err == nil && d > 0 {
		return notDuration(s, "write "+short.String())
	}
	return notDuration(s, "it has spaces: "+aDuration)
}

// cutPart cuts a number and a unit off the front.
func cutPart(s string) (number, unit, rest string) {
	i := 0
	for i < len(s) && (isDigit(s[i]) || s[i] == '.') {
		i++
	}
	j := i
	for j < len(s) && !isDigit(s[j]) && s[j] != '.' {
		j++
	}
	return s[:i], s[i:j], s[j:]
}

func findUnit(s, number, name string) (int, error) {
	for i, u := range units {
		if u.name == name {
			return i, nil
		}
	}
	if name == "" {
		return 0, notDuration(s, fmt.Sprintf("the unit of %s is missing", number))
	}
	for _, try := range []string{name, strings.ToLower(name)} {
		short, ok := longUnits[try]
		if u, isUnit := unitNamed(try); isUnit {
			short, ok = u, true
		}
		if ok && short != "" {
			return 0, notDuration(s, fmt.Sprintf("write %s%s", number, short))
		}
	}
	return 0, notDuration(s, fmt.Sprintf("%q is not a unit, they are ms, s, m, h, d and w", name))
}

func unitNamed(name string) (string, bool) {
	for _, u := range units {
		if u.name == name {
			return name, true
		}
	}
	return "", false
}

func nanoseconds(s string, total *big.Rat) (time.Duration, error) {
	if !total.IsInt() {
		return 0, notDuration(s, "it is finer than a nanosecond")
	}
	if !total.Num().IsInt64() {
		return 0, notDuration(s, "it is longer than 292 years")
	}
	return time.Duration(total.Num().Int64()), nil
}

func notDuration(s, why string) error {
	return fmt.Errorf("%q is not a duration: %s", abridge(s), why)
}

// FormatDuration writes a duration as ParseDuration reads it, in days, hours,
// minutes and seconds: 7d, 1h30m, 1.5s, 500ms. A negative one, which can only
// come from calculation, has a minus in front.
func FormatDuration(d time.Duration) string {
	if d == 0 {
		return "0s"
	}
	var out []byte
	rest := uint64(d)
	if d < 0 {
		out, rest = append(out, '-'), -rest
	}
	for _, u := range units[1:4] {
		if n := rest / uint64(u.size); n > 0 {
			out = append(strconv.AppendUint(out, n, 10), u.name...)
			rest %= uint64(u.size)
		}
	}
	switch second, milli := uint64(time.Second), uint64(time.Millisecond); {
	case rest == 0:
	case rest < second:
		out = append(appendFraction(out, rest, milli), "ms"...)
	default:
		out = append(appendFraction(out, rest, second), 's')
	}
	return string(out)
}

// appendFraction writes n / unit, which is a power of ten, exactly.
func appendFraction(out []byte, n, unit uint64) []byte {
	out = strconv.AppendUint(out, n/unit, 10)
	frac := n % unit
	if frac == 0 {
		return out
	}
	digits := strconv.FormatUint(unit+frac, 10)[1:]
	return append(append(out, '.'), strings.TrimRight(digits, "0")...)
}
