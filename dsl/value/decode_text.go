package value

import (
	"unicode/utf16"
	"unicode/utf8"
)

// text reads a JSON string.
func (d *decoder) text() (string, error) {
	d.pos++
	start := d.pos
	plain := true // ASCII without escapes: taken as it is
	for d.pos < len(d.data) {
		switch c := d.data[d.pos]; {
		case c == '"':
			s := d.data[start:d.pos]
			d.pos++
			if plain || utf8.Valid(s) {
				return string(s), nil
			}
			return string(appendValid(nil, s)), nil
		case c == '\\':
			return d.escapedText(start)
		case c < ' ':
			return "", d.errorf("a line break or control character inside a text must be escaped")
		case c >= utf8.RuneSelf:
			plain = false
		}
		d.pos++
	}
	return "", d.errorf("")
}

// escapedText reads on from the first escape of a string that begins at start.
func (d *decoder) escapedText(start int) (string, error) {
	out := appendValid(nil, d.data[start:d.pos])
	for d.pos < len(d.data) {
		from := d.pos
		for d.pos < len(d.data) && d.data[d.pos] >= ' ' && d.data[d.pos] != '"' && d.data[d.pos] != '\\' {
			d.pos++
		}
		out = appendValid(out, d.data[from:d.pos])
		switch {
		case d.take('"'):
			return string(out), nil
		case d.take('\\'):
			var err error
			if out, err = d.escape(out); err != nil {
				return "", err
			}
		case d.pos < len(d.data):
			return "", d.errorf("a line break or control character inside a text must be escaped")
		}
	}
	return "", d.errorf("")
}

func (d *decoder) escape(out []byte) ([]byte, error) {
	if d.pos >= len(d.data) {
		return nil, d.errorf("")
	}
	c := d.data[d.pos]
	d.pos++
	switch c {
	case '"', '\\', '/':
		return append(out, c), nil
	case 'b':
		return append(out, '\b'), nil
	case 'f':
		return append(out, '\f'), nil
	case 'n':
		return append(out, '\n'), nil
	case 'r':
		return append(out, '\r'), nil
	case 't':
		return append(out, '\t'), nil
	case 'u':
		return d.unicode(out)
	}
	d.pos--
	return nil, d.errorf("\\ cannot stand before %s", d.next())
}

// unicode reads what follows \u. Halves of surrogate pairs that stand alone
// become U+FFFD.
func (d *decoder) unicode(out []byte) ([]byte, error) {
	r, ok := d.hex4(d.pos)
	if !ok {
		return nil, d.errorf("\\u needs four hexadecimal digits")
	}
	d.pos += 4
	if utf16.IsSurrogate(r) {
		low, ok := d.secondHalf()
		pair := utf16.DecodeRune(r, low)
		if r = pair; ok && pair != utf8.RuneError {
			d.pos += 6
		}
	}
	return utf8.AppendRune(out, r), nil
}

func (d *decoder) secondHalf() (rune, bool) {
	if d.pos+6 > len(d.data) || d.data[d.pos] != '\\' || d.data[d.pos+1] != 'u' {
		return 0, false
	}
	return d.hex4(d.pos + 2)
}

func (d *decoder) hex4(at int) (r rune, ok bool) {
	if at+4 > len(d.data) {
		return 0, false
	}
	for _, c := range d.data[at : at+4] {
		switch {
		case isDigit(c):
			c -= '0'
		case 'a' <= c && c <= 'f':
			c -= 'a' - 10
		case 'A' <= c && c <= 'F':
			c -= 'A' - 10
		default:
			return 0, false
		}
		r = r<<4 | rune(c)
	}
	return r, true
}

// appendValid appends s, with U+FFFD for each byte that is not UTF-8.
func appendValid(out, s []byte) []byte {
	if utf8.Valid(s) {
		return append(out, s...)
	}
	for _, r := range string(s) {
		out = utf8.AppendRune(out, r)
	}
	return out
}
