package value

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// Encode writes a value as compact JSON with sorted keys. The same value always
// gives the same bytes. Times become RFC 3339 text, durations and decimals their
// own text; what has no JSON form, such as NaN or a function, is an error.
func Encode(v any) ([]byte, error) {
	e := encoder{buf: make([]byte, 0, 64)}
	if err := e.value(v, 0); err != nil {
		return nil, err
	}
	return e.buf, nil
}

// An encoder appends JSON to buf.
type encoder struct {
	buf []byte
}

func (e *encoder) value(v any, depth int) error {
	switch v := v.(type) {
	case nil:
		e.buf = append(e.buf, "null"...)
	case bool:
		e.buf = strconv.AppendBool(e.buf, v)
	case int:
		e.buf = strconv.AppendInt(e.buf, int64(v), 10)
	case float64:
		return e.float(v)
	case string:
		e.buf = appendString(e.buf, v)
	case []any:
		return e.list(v, depth+1)
	case map[string]any:
		return e.object(v, depth+1)
	default:
		return e.other(v, depth)
	}
	return nil
}

func (e *encoder) other(v any, depth int) error {
	switch v := v.(type) {
	case time.Time, time.Duration, Decimal:
		text, err := Text(v)
		e.buf = appendString(e.buf, text)
		return err
	case []string:
		return e.strings(v)
	case json.RawMessage:
		v2, err := Decode(v)
		if err != nil {
			return err
		}
		return e.value(v2, depth)
	}
	n, err := Normalize(v)
	if err != nil {
		return err
	}
	return e.value(n, depth)
}

func (e *encoder) strings(list []string) error {
	if list == nil {
		e.buf = append(e.buf, "null"...)
		return nil
	}
	e.buf = append(e.buf, '[')
	for i, s := range list {
		if i > 0 {
			e.buf = append(e.buf, ',')
		}
		e.buf = appendString(e.buf, s)
	}
	e.buf = append(e.buf, ']')
	return nil
}

func (e *encoder) list(list []any, depth int) error {
	if list == nil {
		e.buf = append(e.buf, "null"...)
		return nil
	}
	if depth > MaxDepth {
		return errDepth()
	}
	e.buf = append(e.buf, '[')
	for i, v := range list {
		if i > 0 {
			e.buf = append(e.buf, ',')
		}
		if err := e.value(v, depth); err != nil {
			return inIndex(i, err)
		}
	}
	e.buf = append(e.buf, ']')
	return nil
}

func (e *encoder) object(m map[string]any, depth int) error {
	if m == nil {
		e.buf = append(e.buf, "null"...)
		return nil
	}
	if depth > MaxDepth {
		return errDepth()
	}
	var few [8]string // most objects need no more, and then nothing is allocated
	keys := few[:0]
	for k := range m { //workflowcheck:ignore the keys are sorted before use
		keys = append(keys, k)
	}
	slices.Sort(keys)
	e.buf = append(e.buf, '{')
	for i, k := range keys {
		if i > 0 {
			e.buf = append(e.buf, ',')
		}
		e.buf = append(appendString(e.buf, k), ':')
		if err := e.value(m[k], depth); err != nil {
			return inField(k, err)
		}
	}
	e.buf = append(e.buf, '}')
	return nil
}

func (e *encoder) float(f float64) error {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return errNotFinite(f)
	}
	e.buf = appendFloat(e.buf, f)
	return nil
}

// appendFloat writes the shortest form that reads back as f, with an exponent
// where encoding/json has one, and from 2^53 on: there the shortest digits are not
// those of the number itself, and without an exponent they would be read as an
// integer, which is another number or does not even fit 64 bits.
func appendFloat(buf []byte, f float64) []byte {
	abs := math.Abs(f)
	if abs == 0 || abs >= 1e-6 && abs < 1<<53 {
		return strconv.AppendFloat(buf, f, 'f', -1, 64)
	}
	buf = strconv.AppendFloat(buf, f, 'e', -1, 64)
	// e-09 is written e-9
	if n := len(buf); n >= 4 && buf[n-4] == 'e' && buf[n-3] == '-' && buf[n-2] == '0' {
		buf[n-2] = buf[n-1]
		buf = buf[:n-1]
	}
	return buf
}

const hex = "0123456789abcdef"

// appendString writes s as a JSON string. Bytes that are not UTF-8 are replaced
// by U+FFFD; the line separators U+2028 and U+2029 are escaped, for the sake of
// readers in JavaScript.
func appendString(buf []byte, s string) []byte {
	buf = append(buf, '"')
	start := 0
	for i := 0; i < len(s); {
		if c := s[i]; c < utf8.RuneSelf {
			if c >= ' ' && c != '"' && c != '\\' {
				i++
				continue
			}
			buf = append(buf, s[start:i]...)
			buf = appendEscape(buf, c)
			i++
			start = i
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			buf = append(append(buf, s[start:i]...), `\ufffd`...)
			start = i + size
		case r == '\u2028' || r == '\u2029':
			buf = append(append(buf, s[start:i]...), `\u202`...)
			buf = append(buf, hex[r&0xf])
			start = i + size
		}
		i += size
	}
	return append(append(buf, s[start:]...), '"')
}

func appendEscape(buf []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(buf, '\\', c)
	case '\b':
		return append(buf, `\b`...)
	case '\f':
		return append(buf, `\f`...)
	case '\n':
		return append(buf, `\n`...)
	case '\r':
		return append(buf, `\r`...)
	case '\t':
		return append(buf, `\t`...)
	}
	return append(buf, '\\', 'u', '0', '0', hex[c>>4], hex[c&0xf])
}

func errDepth() error {
	return fmt.Errorf("lists and objects are nested more than %d deep", MaxDepth)
}

func errNotFinite(f float64) error {
	return fmt.Errorf("the number is %v, which JSON cannot hold", f)
}
