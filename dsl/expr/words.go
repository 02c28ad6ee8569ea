package expr

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/partitur/partitur/dsl/value"
)

// kindOf names the kind of a value with its article.
func kindOf(v any) string {
	switch v.(type) {
	case nil:
		return "nil"
	case bool:
		return "a boolean"
	case int:
		return "an integer"
	case float64:
		return "a number"
	case string:
		return "text"
	case []any:
		return "a list"
	case map[string]any:
		return "an object"
	case time.Time:
		return "a time"
	case time.Duration:
		return "a duration"
	case value.Decimal:
		return "a decimal"
	}
	return "a value of an unknown kind"
}

// maxShown bounds how much of a value a message shows.
const maxShown = 40

// shown is a value as messages show it: its JSON, cut short.
func shown(v any) string {
	switch v := v.(type) {
	case nil:
		return "nil"
	case string:
		return strconv.Quote(shorten(v))
	case time.Time, time.Duration, value.Decimal:
		s, err := value.Text(v)
		if err != nil {
			return kindOf(v)
		}
		return s
	case []any:
		return "a list of " + plural(len(v), "element")
	case map[string]any:
		return "an object with " + plural(len(v), "field")
	}
	b, err := value.Encode(v)
	if err != nil {
		return kindOf(v)
	}
	return shorten(string(b))
}

func shorten(s string) string {
	if utf8.RuneCountInString(s) <= maxShown {
		return s
	}
	return string([]rune(s)[:maxShown-1]) + "…"
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

// listed writes names as a sentence does.
func listed(names []string) string {
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " and " + names[last]
}

func notBool(v any) *fault {
	if v == nil {
		return faultf("this is nil where a boolean must be").withHint("?? says what nil means: write … ?? false, or compare with == nil")
	}
	f := faultf("%s is %s, where a boolean must be", shown(v), kindOf(v))
	switch v.(type) {
	case string:
		return f.withHint(`nothing counts as true by itself: write … != ""`)
	case int, float64:
		return f.withHint("nothing counts as true by itself: write … != 0")
	case []any, map[string]any:
		return f.withHint("nothing counts as true by itself: write len(…) > 0")
	}
	return f.withHint("nothing counts as true by itself: compare it, such as … != nil")
}
