package value

import (
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"
)

// Decode reads one JSON value. Numbers written without a fraction and without an
// exponent are integers and stay exact; one that does not fit 64 bits is an
// error. All other numbers are floats. Of a key that is written twice, the last
// counts.
func Decode(data []byte) (any, error) {
	d := decoder{data: data}
	d.space()
	v, err := d.value(0)
	if err != nil {
		return nil, err
	}
	if d.space(); d.pos < len(data) {
		return nil, d.errorf("there is more text after the value")
	}
	return v, nil
}

type decoder struct {
	data []byte
	pos  int
}

func (d *decoder) errorf(format string, args ...any) error {
	if d.pos >= len(d.data) {
		return errors.New("not valid JSON: the text ends too early")
	}
	return fmt.Errorf("not valid JSON at byte %d: %s", d.pos, fmt.Sprintf(format, args...))
}

func (d *decoder) space() {
	for d.pos < len(d.data) {
		switch d.data[d.pos] {
		case ' ', '\n', '\t', '\r':
			d.pos++
		default:
			return
		}
	}
}

// take skips c if it comes next.
func (d *decoder) take(c byte) bool {
	if d.pos < len(d.data) && d.data[d.pos] == c {
		d.pos++
		return true
	}
	return false
}

func (d *decoder) value(depth int) (any, error) {
	if d.pos >= len(d.data) {
		return nil, d.errorf("")
	}
	switch c := d.data[d.pos]; {
	case c == '"':
		return d.text()
	case c == '{':
		return d.object(depth + 1)
	case c == '[':
		return d.list(depth + 1)
	case c == '-' || isDigit(c):
		return d.number()
	case c == 't':
		return true, d.word("true")
	case c == 'f':
		return false, d.word("false")
	case c == 'n':
		return nil, d.word("null")
	}
	return nil, d.errorf("a value cannot begin with %s", d.next())
}

// next quotes the character at the place reached.
func (d *decoder) next() string {
	r, _ := utf8.DecodeRune(d.data[d.pos:])
	return strconv.Quote(string(r))
}

func (d *decoder) word(w string) error {
	for i := range len(w) {
		if !d.take(w[i]) {
			return d.errorf("expected %s", w)
		}
	}
	return nil
}

func (d *decoder) list(depth int) (any, error) {
	if depth > MaxDepth {
		return nil, errDepth()
	}
	d.pos++
	list := []any{}
	if d.space(); d.take(']') {
		return list, nil
	}
	for {
		d.space()
		v, err := d.value(depth)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
		d.space()
		switch {
		case d.take(','):
		case d.take(']'):
			return list, nil
		default:
			return nil, d.errorf("expected a comma or ] after an item of a list")
		}
	}
}

func (d *decoder) object(depth int) (any, error) {
	if depth > MaxDepth {
		return nil, errDepth()
	}
	d.pos++
	m := map[string]any{}
	if d.space(); d.take('}') {
		return m, nil
	}
	for {
		if err := d.field(m, depth); err != nil {
			return nil, err
		}
		d.space()
		switch {
		case d.take(','):
		case d.take('}'):
			return m, nil
		default:
			return nil, d.errorf("expected a comma or } after a field")
		}
	}
}

func (d *decoder) field(m map[string]any, depth int) error {
	d.space()
	if d.pos >= len(d.data) || d.data[d.pos] != '"' {
		return d.errorf("expected the name of a field, in double quotes")
	}
	name, err := d.text()
	if err != nil {
		return err
	}
	d.space()
	if !d.take(':') {
		return d.errorf("expected a colon after the name of a field")
	}
	d.space()
	m[name], err = d.value(depth)
	return err
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func (d *decoder) digits() bool {
	start := d.pos
	for d.pos < len(d.data) && isDigit(d.data[d.pos]) {
		d.pos++
	}
	return d.pos > start
}

func (d *decoder) number() (any, error) {
	start := d.pos
	whole, err := d.scanNumber()
	if err != nil {
		return nil, err
	}
	return parseNumber(string(d.data[start:d.pos]), whole)
}

// scanNumber moves over a number and tells whether it is written as an integer.
func (d *decoder) scanNumber() (whole bool, err error) {
	whole = true
	d.take('-')
	if d.take('0') {
		if d.pos < len(d.data) && isDigit(d.data[d.pos]) {
			return false, d.errorf("a number cannot begin with 0 and another digit")
		}
	} else if !d.digits() {
		return false, d.errorf("expected a digit")
	}
	if d.take('.') {
		whole = false
		if !d.digits() {
			return false, d.errorf("expected a digit after the decimal point")
		}
	}
	if d.take('e') || d.take('E') {
		whole = false
		if !d.take('+') {
			d.take('-')
		}
		if !d.digits() {
			return false, d.errorf("expected a digit in the exponent")
		}
	}
	return whole, nil
}

func parseNumber(text string, whole bool) (any, error) {
	if !whole {
		f, err := strconv.ParseFloat(text, 64)
		if err != nil {
			return nil, fmt.Errorf("the number %s is too large", abridge(text))
		}
		return f, nil
	}
	i, err := strconv.Atoi(text)
	if err != nil {
		return nil, fmt.Errorf("the integer %s does not fit 64 bits: send it as text", abridge(text))
	}
	return i, nil
}

// abridge keeps messages about very long texts short.
func abridge(s string) string {
	if len(s) <= 40 {
		return s
	}
	cut := 37
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + "..."
}
