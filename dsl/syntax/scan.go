package syntax

import (
	"bytes"
	"regexp"
	"strings"

	"github.com/partitur/partitur/dsl/diag"
)

// scan explains syntax errors. The YAML library stops at the first one, often
// far from the mistake and in words of its own; so when it has found one, this
// reader goes over the text line by line, as an author would: it knows what
// people get wrong, says so, blanks the place and goes on. It runs only on
// text that is known to be wrong, and what it does not see is left to
// unexplained.
func (p *parser) scan() {
	s := &scanner{parser: p, anchors: map[string]bool{}}
	for s.i < len(p.text) {
		s.line()
	}
}

type scanner struct {
	*parser
	i        int     // where reading goes on: the start of a line
	levels   []level // block collections that are open, outermost first
	pending  bool    // the last entry has no value yet
	explicit bool    // a key announced by ? has no colon yet
	tabs     bool    // an indentation with tabs has been reported
	tabbed   bool    // this line had one
	anchors  map[string]bool
}

// A level is an open block collection.
type level struct {
	indent int
	kind   byte // '-' for a list, ':' for a mapping
}

// line reads one line, and the lines its value goes on over.
func (s *scanner) line() {
	start := s.i
	pos := s.indentation(start)
	end := s.lineEnd(start)
	s.i = end + breakWidth(s.text[end:])
	switch {
	case pos >= end || s.text[pos] == '#':
	case s.isMarker(start):
		s.levels, s.pending, s.anchors = nil, false, map[string]bool{}
		if pos = s.skipBlank(min(start+3, end)); pos < end && s.text[pos] != '#' && hasPrefix(s.text[start:], "---") {
			s.value(place{pos: pos, parent: -1})
		}
	case pos == start && s.text[pos] == '%' && len(s.levels) == 0:
	default:
		s.entries(start, pos)
	}
}

// isMarker tells whether a line is --- or ...
func (s *scanner) isMarker(start int) bool {
	rest := s.text[start:]
	return (hasPrefix(rest, "---") || hasPrefix(rest, "...")) && (len(rest) == 3 || isSpace(rest[3]))
}

// indentation is the offset of the first character of a line. Tabs in it are
// reported once for the file and read as one space each.
func (s *scanner) indentation(start int) int {
	pos := s.skipBlank(start)
	s.tabbed = false
	tab := bytes.IndexByte(s.text[start:pos], '\t')
	if tab < 0 || pos >= len(s.text) || s.text[pos] == '#' || breakWidth(s.text[pos:]) > 0 {
		return pos
	}
	if !s.tabs {
		s.found.Error("tab-indent", s.span(start+tab, pos), "lines are indented with spaces, this one with a tab").
			WithHint("replace every tab by spaces; most editors have a setting for it")
	}
	s.tabs, s.tabbed = true, true
	s.erase(start, pos)
	return pos
}

// entries reads the list items and keys that a line begins with.
func (s *scanner) entries(start, pos int) {
	for first := true; ; first = false {
		at := place{pos: pos, parent: s.parent(), column: pos - start, first: first}
		switch {
		case s.isIndicator(pos, '-'):
			if !s.enter(at, '-') {
				return
			}
		case s.isIndicator(pos, '?'):
			if !s.enter(at, ':') {
				return
			}
			s.explicit = true
		case s.isIndicator(pos, ':') && s.explicit && s.parent() == at.column:
			s.explicit = false
		default:
			s.entry(at)
			return
		}
		if pos = s.skipBlank(pos + 1); s.atEnd(pos) {
			return
		}
		s.pending = false
	}
}

// isIndicator tells whether c stands at pos as a word of its own.
func (s *scanner) isIndicator(pos int, c byte) bool {
	return pos < len(s.text) && s.text[pos] == c && (pos+1 == len(s.text) || isSpace(s.text[pos+1]))
}

// atEnd tells whether nothing but a comment follows on the line.
func (s *scanner) atEnd(pos int) bool {
	return pos >= len(s.text) || breakWidth(s.text[pos:]) > 0 || s.text[pos] == '#' && pos > 0 && isSpace(s.text[pos-1])
}

// A place is where a value begins.
type place struct {
	pos    int
	parent int    // indentation of the collection it is in, -1 for none
	column int    // of a value that is not behind a key
	first  bool   // nothing stands before it on its line
	key    string // whose value it is
}

func (s *scanner) parent() int {
	if n := len(s.levels); n > 0 {
		return s.levels[n-1].indent
	}
	return -1
}

// entry reads a key with its value, or a value without key.
func (s *scanner) entry(at place) {
	keyEnd, colon := s.key(at.pos)
	if colon == at.pos {
		s.keyMissing(at)
		return
	}
	if colon < 0 {
		s.bareLine(at)
		return
	}
	if !s.enter(at, ':') {
		return
	}
	if strings.IndexByte("@`%", s.text[at.pos]) >= 0 {
		s.startsWith(at.pos, keyEnd)
	}
	pos := s.skipBlank(colon + 1)
	if s.atEnd(pos) {
		return
	}
	s.pending = false
	s.value(place{pos: pos, parent: at.column, key: s.src(at.pos, keyEnd)})
}

func (s *scanner) keyMissing(at place) {
	end := s.textEnd(at.pos)
	s.found.Error("key-missing", s.span(at.pos, end), "there is no key before the colon").
		WithHint("write KEY%s, or quote the text if the colon belongs to it", s.src(at.pos, end))
	s.blank(at.pos, end)
	s.finish(end, at)
}

// key finds the key that begins at pos, and its colon; -1 if there is none.
func (s *scanner) key(pos int) (end, colon int) {
	if s.text[pos] == '&' {
		pos = s.skipBlank(s.nameEnd(pos + 1))
	}
	stop := s.textEnd(pos)
	if pos < stop && (s.text[pos] == '"' || s.text[pos] == '\'') {
		end = s.quoteEnd(pos, s.text[pos])
		if colon = s.skipBlank(end); colon < stop && s.isIndicator(colon, ':') {
			return end, colon
		}
		return -1, -1
	}
	if pos < stop && (s.text[pos] == '[' || s.text[pos] == '{') {
		return -1, -1
	}
	for i := pos; i < stop; i++ {
		if s.isIndicator(i, ':') {
			return i, i
		}
	}
	return -1, -1
}

// textEnd is the end of the text on the line of pos, without a comment.
func (s *scanner) textEnd(pos int) int {
	end := s.lineEnd(pos)
	for i := pos + 1; i < end; i++ {
		if s.text[i] == '#' && isSpace(s.text[i-1]) {
			end = i
		}
	}
	for end > pos && isSpace(s.text[end-1]) {
		end--
	}
	return end
}

// enter opens the collection that an entry belongs to, closing those it ends.
// It returns false when the entry fits into none.
func (s *scanner) enter(at place, kind byte) bool {
	closed := -1 // the indentation of the outermost collection that ends here
	for len(s.levels) > 0 && s.parent() > at.column {
		closed = s.parent()
		s.levels = s.levels[:len(s.levels)-1]
	}
	n := len(s.levels)
	if n > 1 && kind == ':' && s.levels[n-1] == (level{at.column, '-'}) && s.levels[n-2] == (level{at.column, ':'}) {
		s.levels, n = s.levels[:n-1], n-1 // a list that is not indented ends at the next key
	}
	switch {
	case n > 0 && s.levels[n-1] == level{at.column, kind}:
	case n > 0 && s.parent() == at.column && kind == '-' && s.pending && closed < 0:
		s.levels = append(s.levels, level{at.column, kind})
	case n > 0 && s.parent() == at.column:
		return s.mixed(at, kind)
	case n > 0 && (closed >= 0 || at.first && !s.pending):
		return s.misplaced(at, closed)
	default:
		s.levels = append(s.levels, level{at.column, kind})
	}
	s.pending = true
	return true
}

func (s *scanner) mixed(at place, kind byte) bool {
	end := s.wordSpan(at.pos)
	if kind == ':' && s.text[at.pos] == '-' {
		s.found.Error("dash-without-space", s.span(at.pos, at.pos+1), "a space must follow the dash of a list item").
			WithHint("write - %s", s.src(at.pos+1, end)).WithFix(s.span(at.pos, at.pos+1), "- ")
	} else if kind == '-' {
		s.found.Error("mixed-block", s.span(at.pos, end), "a list item stands between the keys of a mapping").
			WithHint("indent it under the key it belongs to")
	} else {
		s.found.Error("mixed-block", s.span(at.pos, end), "a key stands between the items of a list").
			WithHint("begin it with a dash, or indent it to belong to the item above")
	}
	s.drop(at)
	return false
}

// misplaced reports an indentation that no open collection has; closed is that
// of the nearest deeper one.
func (s *scanner) misplaced(at place, closed int) bool {
	if s.tabbed { // of that a tab is to blame
		s.drop(at)
		return false
	}
	d := s.found.Error("bad-indent", s.span(at.pos, s.wordSpan(at.pos)), "this line is indented by %s, like none of the lines that it could belong to", plural(at.column, "space"))
	if closed >= 0 {
		d.WithHint("indent it by %d or by %s", s.parent(), plural(closed, "space"))
	} else {
		d.WithHint("indent it by %s", plural(s.parent(), "space"))
	}
	s.drop(at)
	return false
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return itoa(n) + " " + what + "s"
}

// wordSpan is the end of what stands at pos: a key, or the text of the line.
func (s *scanner) wordSpan(pos int) int {
	if end, colon := s.key(pos); colon >= 0 {
		return end
	}
	return s.textEnd(pos)
}

// drop erases an entry that fits nowhere, with all that is indented below it.
func (s *scanner) drop(at place) {
	end := s.swallow(s.lineEnd(at.pos), at.column)
	s.erase(at.pos, end)
}

// swallow moves on over the lines after end that are indented deeper than
// parent, and returns where the last of them ends.
func (s *scanner) swallow(end, parent int) int {
	for i := end + breakWidth(s.text[end:]); i < len(s.text); {
		pos, stop := s.skipBlank(i), s.lineEnd(i)
		if pos < stop {
			if pos-i <= parent || s.isMarker(i) {
				break
			}
			end = stop
		}
		next := stop + breakWidth(s.text[stop:])
		if next == i {
			break
		}
		i = next
	}
	s.i = end + breakWidth(s.text[end:])
	return end
}

var keyWithoutSpace = regexp.MustCompile(`^([\w.-]+):[^\s/]`)

// bareLine reads a line that has no key: a list item or a whole document, or
// else a mistake.
func (s *scanner) bareLine(at place) {
	n := len(s.levels)
	inMapping := n > 0 && at.first && (s.parent() >= at.column || !s.pending)
	if !inMapping {
		s.pending = false
		s.value(at)
		return
	}
	end := s.textEnd(at.pos)
	s.missingColon(at.pos, end)
	s.erase(at.pos, end)
}

func (s *scanner) missingColon(pos, end int) *diag.Diagnostic {
	text := s.src(pos, end)
	if m := keyWithoutSpace.FindStringSubmatch(text); m != nil {
		colon := pos + len(m[1])
		return s.found.Error("missing-colon", s.span(colon, colon+1), "a space must follow the colon of the key %q", m[1]).
			WithHint("write %s: %s", m[1], text[len(m[1])+1:]).WithFix(s.span(colon, colon+1), ": ")
	}
	return s.found.Error("missing-colon", s.span(pos, end), "this line is neither a key with a colon nor part of the value above").
		WithHint("write KEY: VALUE, or indent it to go on with the text above")
}
