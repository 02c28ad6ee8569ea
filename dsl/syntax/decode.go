package syntax

import (
	"bytes"
	"errors"
	"io"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

var errPanic = errors.New("yaml: internal error")

// decode reads documents up to the first syntax error.
func decode(text []byte) (docs []*yaml.Node, err error) {
	return decodeFrom(bytes.NewReader(text))
}

func decodeFrom(r io.Reader) (docs []*yaml.Node, err error) {
	defer func() {
		if recover() != nil { // the library has panicked on odd input before
			err = errPanic
		}
	}()
	dec := yaml.NewDecoder(r)
	for {
		doc := new(yaml.Node)
		if err := dec.Decode(doc); err == io.EOF {
			return docs, nil
		} else if err != nil {
			return docs, err
		}
		docs = append(docs, doc)
	}
}

// lineStarts lists where lines begin by YAML's rules: other than for a
// source.File, a carriage return alone ends a line too.
func lineStarts(text []byte) []int {
	starts := make([]int, 1, 1+bytes.Count(text, []byte("\n")))
	for i := 0; i < len(text); i++ {
		if w := breakWidth(text[i:]); w > 0 {
			i += w - 1
			starts = append(starts, i+1)
		}
	}
	return starts
}

// breakWidth is the number of bytes of the line break that b begins with.
func breakWidth[T ~string | ~[]byte](b T) int {
	switch {
	case len(b) == 0:
		return 0
	case b[0] == '\n':
		return 1
	case b[0] == '\r':
		if len(b) > 1 && b[1] == '\n' {
			return 2
		}
		return 1
	}
	return 0
}

// A cursor remembers the last place looked up: nodes come in the order of
// their text, so a long line is walked once and not once for each node.
type cursor struct{ line, col, off int }

// at converts YAML's line and column, counted in runes, to an offset.
func (p *parser) at(line, col int) int {
	if line < 1 || line > len(p.starts) {
		return len(p.text)
	}
	c := cursor{line, 1, p.starts[line-1]}
	if p.cursor.line == line && p.cursor.col <= col {
		c = p.cursor
	}
	for c.col < col && c.off < len(p.text) {
		_, n := utf8.DecodeRune(p.text[c.off:])
		c.off += n
		c.col++
	}
	p.cursor = c
	return c.off
}
