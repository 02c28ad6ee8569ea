package value

import (
	"errors"
	"strconv"
)

// A PathError is an error about a part of a value.
type PathError struct {
	Path string // such as items[3].sku
	Err  error
}

func (e *PathError) Error() string { return e.Path + ": " + e.Err.Error() }

// Unwrap returns the error without the path.
func (e *PathError) Unwrap() error { return e.Err }

func inField(name string, err error) error {
	return within(JoinField("", name), err)
}

func inIndex(i int, err error) error {
	return within(JoinIndex("", i), err)
}

func within(outer string, err error) error {
	var p *PathError
	if !errors.As(err, &p) {
		return &PathError{outer, err}
	}
	if len(p.Path) > 200 {
		return err // of a path that long, the inner end says enough
	}
	dot := "."
	if p.Path[0] == '[' {
		dot = ""
	}
	return &PathError{outer + dot + p.Path, p.Err}
}

// JoinField is the path of a field of what stands at path, as expressions
// write it: order.id, order['delivery-date'].
func JoinField(path, name string) string {
	if !isWord(name) {
		return path + "['" + quoteInner(name) + "']"
	}
	if path == "" {
		return name
	}
	return path + "." + name
}

// JoinIndex is the path of an item of the list at path: items[3].
func JoinIndex(path string, i int) string {
	return path + "[" + strconv.Itoa(i) + "]"
}

func quoteInner(name string) string {
	q := strconv.Quote(abridge(name))
	return q[1 : len(q)-1]
}

func isWord(s string) bool {
	for i := range len(s) {
		c := s[i] | 0x20
		if !(c >= 'a' && c <= 'z' || s[i] == '_' || i > 0 && isDigit(s[i])) {
			return false
		}
	}
	return s != ""
}
