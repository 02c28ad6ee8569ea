package syntax

import (
	"sync"
	"unicode/utf8"

	"github.com/partitur/partitur/dsl/source"
)

// offsets knows the source of each byte of a scalar whose text is not simply
// its value. They are computed when first asked for: most never are.
type offsets struct {
	once   sync.Once
	pieces []piece // one for each byte and one for the end; nil if there is no alignment
}

// A piece is the part of the text that a byte came from.
type piece struct{ start, end int }

func (o *offsets) span(n *Node, i, j int) source.Span {
	o.once.Do(func() { o.pieces = align(n.text.Text(), n.Value, n.style) })
	if o.pieces == nil {
		return n.Span
	}
	if i == j {
		return n.text.Sub(o.pieces[i].start, o.pieces[i].start)
	}
	return n.text.Sub(o.pieces[i].start, o.pieces[j-1].end)
}

// align walks a scalar's text, without quotes or block header, and its value
// together. A character of value is either itself in text, or an escape, or
// white space that folding made of a line break. The result is nil when the
// two do not belong together.
func align(text, value string, st style) []piece {
	a := aligner{text: text, value: value, style: st, pieces: make([]piece, 0, len(value)+1)}
	if st == block {
		a.indent(value)
	}
	for len(a.pieces) < len(value) {
		if !a.step() {
			return nil
		}
	}
	end := len(text)
	if n := len(a.pieces); n > 0 {
		end = a.pieces[n-1].end
	}
	return append(a.pieces, piece{end, end})
}

type aligner struct {
	text, value string
	style       style
	s           int // offset in text; the offset in value is len(pieces)
	pieces      []piece
}

// step accounts for one character of value, or skips text that stands for
// nothing. It returns false when it can do neither.
func (a *aligner) step() bool {
	v := len(a.pieces)
	_, n := utf8.DecodeRuneInString(a.value[v:])
	rest, next := a.text[a.s:], a.value[v+n:]
	w := breakWidth(rest)
	switch {
	case a.style == double && hasPrefix(rest, `\`):
		if b := breakWidth(rest[1:]); b > 0 { // an escaped line break stands for nothing
			a.s += 1 + b
			a.skip()
			return true
		}
		a.mark(n, escapeWidth(rest))
	case a.style == single && hasPrefix(rest, "''"):
		a.mark(n, 2)
	case w > 0 && (a.value[v] == '\n' || hasPrefix(rest, a.value[v:v+n])):
		a.mark(n, w)
		a.indent(next)
	case w == 0 && hasPrefix(rest, a.value[v:v+n]):
		for range n {
			a.mark(1, 1)
		}
	case a.value[v] == ' ' || a.value[v] == '\n': // folding
		a.mark(n, min(w, 1))
		a.s -= min(w, 1)
		if next == "" || !isSpace(next[0]) {
			a.skip()
		}
	default:
		before := a.s
		a.skip()
		return a.s > before
	}
	return true
}

// mark notes that the next n bytes of value came from the next w bytes of text.
func (a *aligner) mark(n, w int) {
	w = min(w, len(a.text)-a.s)
	for range n {
		a.pieces = append(a.pieces, piece{a.s, a.s + w})
	}
	a.s += w
}

// skip passes over white space and line breaks.
func (a *aligner) skip() {
	for a.s < len(a.text) {
		w := breakWidth(a.text[a.s:])
		if w == 0 && a.text[a.s] != ' ' && a.text[a.s] != '\t' {
			return
		}
		a.s += max(w, 1)
	}
}

// indent passes over the spaces of a line that the rest of value does not have.
func (a *aligner) indent(next string) {
	a.s += max(0, spaces(a.text[a.s:])-spaces(next))
}

func spaces(s string) (n int) {
	for n < len(s) && s[n] == ' ' {
		n++
	}
	return n
}

// escapeWidth is the length of the escape that s begins with.
func escapeWidth(s string) int {
	if len(s) < 2 {
		return len(s)
	}
	switch s[1] {
	case 'x':
		return min(len(s), 4)
	case 'u':
		return min(len(s), 6)
	case 'U':
		return min(len(s), 10)
	}
	_, n := utf8.DecodeRuneInString(s[1:])
	return 1 + n
}
