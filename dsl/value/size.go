package value

import (
	"math"
	"slices"
	"strconv"
	"unicode/utf8"
)

// Size is how many bytes Encode writes for a value; 0 if it cannot write it.
func Size(v any) int {
	n, ok := size(v, 0)
	if !ok {
		return 0
	}
	return n
}

func size(v any, depth int) (n int, ok bool) {
	switch v := v.(type) {
	case nil:
		return len("null"), true
	case bool:
		if v {
			return len("true"), true
		}
		return len("false"), true
	case int:
		var buf [20]byte
		return len(strconv.AppendInt(buf[:0], int64(v), 10)), true
	case float64:
		var buf [32]byte
		return len(appendFloat(buf[:0], v)), !math.IsNaN(v) && !math.IsInf(v, 0)
	case string:
		return sizeString(v), true
	case []any:
		return sizeList(v, depth+1)
	case map[string]any:
		return sizeObject(v, depth+1)
	}
	b, err := Encode(v)
	return len(b), err == nil
}

func sizeList(list []any, depth int) (int, bool) {
	if list == nil {
		return len("null"), true
	}
	n := 2 + max(len(list)-1, 0)
	for _, v := range list {
		s, ok := size(v, depth)
		if !ok {
			return 0, false
		}
		n += s
	}
	return n, depth <= MaxDepth
}

func sizeObject(m map[string]any, depth int) (int, bool) {
	if m == nil {
		return len("null"), true
	}
	n := 2 + max(len(m)-1, 0)
	for k, v := range m { //workflowcheck:ignore a sum does not depend on the order
		s, ok := size(v, depth)
		if !ok {
			return 0, false
		}
		n += sizeString(k) + 1 + s
	}
	return n, depth <= MaxDepth
}

func sizeString(s string) int {
	n := 2 + len(s)
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			n += escapeGrowth(c)
			i++
			continue
		}
		r, width := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && width == 1 || r == '\u2028' || r == '\u2029' {
			n += len(`\ufffd`) - width
		}
		i += width
	}
	return n
}

// escapeGrowth is by how many bytes an ASCII character grows in a JSON string.
func escapeGrowth(c byte) int {
	switch c {
	case '"', '\\', '\b', '\f', '\n', '\r', '\t':
		return 1
	}
	if c < ' ' {
		return len(`\u0000`) - 1
	}
	return 0
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m { //workflowcheck:ignore the keys are sorted before use
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
