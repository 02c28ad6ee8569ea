package syntax

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

func itoa(n int) string { return strconv.Itoa(n) }

// value reads a value in block style: up to the end of its last line.
func (s *scanner) value(at place) {
	switch c := s.text[at.pos]; {
	case c == '"' || c == '\'':
		s.quotedValue(at, c)
	case c == '[' || c == '{':
		s.flowValue(at)
	case c == '|' || c == '>':
		s.blockText(at)
	case c == '!':
		s.tag(at)
	case c == '&':
		s.anchor(at)
	case c == '*':
		s.aliasValue(at)
	case strings.IndexByte("@`%],}", c) >= 0 || s.isIndicator(at.pos, '?'):
		end := s.textEnd(at.pos)
		s.startsWith(at.pos, end)
		s.finish(end, at)
	case s.isIndicator(at.pos, '-'):
		s.listOnKeyLine(at)
	default:
		s.plainText(at)
	}
}

// finish goes on behind a broken value, whose further lines mean nothing.
func (s *scanner) finish(end int, at place) {
	if last := s.swallow(s.lineEnd(end), at.parent); last > s.lineEnd(end) {
		s.erase(end, last)
	}
}

// goesOn reports a value that begins with a quote or a bracket, which ends,
// and more text after it: `if: 'manager' in state.approvals`.
func (s *scanner) goesOn(at place, valueEnd int) {
	end := max(s.textEnd(valueEnd), valueEnd)
	text := s.src(at.pos, end)
	what := "bracket"
	if text[0] == '"' || text[0] == '\'' {
		what = "quote"
	}
	rest := text[valueEnd-at.pos:]
	d := s.found.Error("text-after-value", s.span(at.pos, end), "the value ends at its closing %s, but more text follows: %s", what, strings.TrimSpace(rest))
	switch {
	case what == "bracket" && strings.Trim(rest, "]} ") == "":
		more := s.span(valueEnd, end)
		d.WithHint("remove it, or add the bracket that it should close").WithFix(more, "")
	case !singleLine(text):
	case text[0] == '\'' && strings.HasSuffix(rest, "'") && rest[0] != ' ':
		inner := strings.ReplaceAll(text[1:len(text)-1], "'", "''")
		d.WithHint("inside single quotes a quote is doubled: '%s'", inner).WithFix(s.span(at.pos, end), "'"+inner+"'")
	default:
		d.WithHint("quote the whole: %s", quote(text)).WithFix(s.span(at.pos, end), quote(text))
	}
	s.blank(at.pos, end)
	s.finish(end, at)
}

func (s *scanner) quotedValue(at place, quote byte) {
	end, ok := s.quoted(at)
	if !ok {
		s.found.Error("unclosed-quote", s.span(at.pos, at.pos+1), "the quote %c is not closed", quote).
			WithHint("end the text with %c", quote)
		stop := s.textEnd(at.pos)
		s.blank(at.pos, stop)
		s.i = s.afterLine(stop)
		return
	}
	s.i = s.afterLine(end)
	if !s.atEnd(s.skipBlank(end)) {
		s.goesOn(at, end)
		return
	}
	if quote == '"' {
		s.escapes(at.pos, end)
	}
}

func (s *scanner) afterLine(i int) int {
	i = s.lineEnd(i)
	return i + breakWidth(s.text[i:])
}

// quoted finds the end of a quoted text. A text that goes on into lines that
// are not indented is taken for one whose quote was forgotten.
func (s *scanner) quoted(at place) (int, bool) {
	end := s.quoteEnd(at.pos, s.text[at.pos])
	if end-at.pos < 2 || s.text[end-1] != s.text[at.pos] {
		return end, false
	}
	first := s.lineEnd(at.pos)
	if first >= end {
		return end, true
	}
	for i := s.afterLine(first); i < end; {
		pos := s.skipBlank(i)
		if pos < end-1 && pos-i <= at.parent && breakWidth(s.text[pos:]) == 0 {
			return end, false
		}
		next := s.afterLine(i)
		if next == i {
			break
		}
		i = next
	}
	return end, s.atEnd(s.skipBlank(end))
}

// escapes checks the escapes of a text in double quotes. Patterns such as
// "^\d" are the usual reason for unknown ones.
func (s *scanner) escapes(start, end int) {
	for i := start + 1; i < end-1; i++ {
		if s.text[i] != '\\' {
			continue
		}
		w := escapeWidth(s.src(i, min(i+12, end-1)))
		escape := s.src(i, i+w)
		if isEscape(escape) || breakWidth(s.text[i+1:]) > 0 {
			i += w - 1
			continue
		}
		d := s.found.Error("bad-escape", s.span(i, i+w), "%s is not an escape that text in double quotes can hold", escape)
		raw := s.src(start+1, end-1)
		if fixed := "'" + strings.ReplaceAll(raw, "'", "''") + "'"; singleLine(raw) {
			d.WithHint("write patterns in single quotes, where a backslash is itself: %s", fixed)
			if !otherEscape.MatchString(raw) {
				d.WithFix(s.span(start, end), fixed)
			}
		}
		s.blank(start, end)
		return
	}
}

// otherEscape finds escapes that single quotes would change.
var otherEscape = regexp.MustCompile(`\\[0abtnvfre"\\/NLP_xuU ]`)

var validEscape = regexp.MustCompile(`^\\(?:[0abt\tnvfre "'\\N_LP]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})$`)

func isEscape(s string) bool {
	if !validEscape.MatchString(s) {
		return false
	}
	if len(s) < 6 {
		return true
	}
	code, err := strconv.ParseUint(s[2:], 16, 32)
	return err == nil && code <= 0x10FFFF && (code < 0xD800 || code > 0xDFFF)
}

var blockHeader = regexp.MustCompile(`^[|>](?:[+-]?[1-9]?|[1-9][+-])$`)

// blockText passes over the lines of a text that | or > announces.
func (s *scanner) blockText(at place) {
	end := s.textEnd(at.pos)
	header := s.src(at.pos, end)
	if !blockHeader.MatchString(header) {
		d := s.found.Error("block-header", s.span(at.pos, end), "%c announces a text on the lines below, so nothing may follow it here", header[0]).
			WithHint("begin the text on the next line, or quote it: %s", quote(header))
		if strings.HasPrefix(strings.TrimLeft(header[1:], "+-= "), "$") || header[0] == '>' {
			d.WithFix(s.span(at.pos, end), quote(header))
		}
		s.blank(at.pos, end)
		s.swallow(s.lineEnd(end), at.parent)
		return
	}
	last := s.swallow(s.lineEnd(end), at.parent)
	if header[len(header)-1] < '1' || header[len(header)-1] > '9' {
		s.ragged(at.pos, s.afterLine(end), last)
	}
}

// ragged reports a line of a text that is indented less than its first line,
// which says where the text begins in all of them.
func (s *scanner) ragged(pos, start, last int) {
	want := -1
	for i := start; i < last; i = s.afterLine(i) {
		text := s.skipBlank(i)
		if breakWidth(s.text[text:]) > 0 {
			continue
		}
		if want < 0 {
			want = text - i
		}
		if text-i < want {
			s.found.Error("bad-indent", s.span(text, s.textEnd(text)), "this line of the text is indented by %s, its first line by %d", plural(text-i, "space"), want).
				WithHint("indent all lines at least as far as the first")
			s.blank(pos, last)
			return
		}
	}
}

// startsWith reports text whose first character YAML keeps for itself.
func (s *scanner) startsWith(pos, end int) {
	text := s.src(pos, end)
	d := s.found.Error("reserved-start", s.span(pos, end), "text that begins with %c must be quoted", text[0])
	if singleLine(text) {
		d.WithHint("write %s", quote(text)).WithFix(s.span(pos, end), quote(text))
	}
	s.blank(pos, end)
}

func (s *scanner) tag(at place) {
	end := s.wordEnd(at.pos)
	next := s.skipBlank(end)
	if s.atEnd(next) && s.wordEnd(at.pos) == s.textEnd(at.pos) && s.tagOfBlock(at, end) {
		return
	}
	if s.isStructure(next) {
		s.tagError(at, end, next)
		s.erase(at.pos, end)
		at.pos = next
		s.value(at)
		return
	}
	stop := s.textEnd(at.pos)
	s.tagError(at, end, stop)
	s.blank(at.pos, stop)
	s.finish(stop, at)
}

// isStructure tells whether what follows a tag is more than text.
func (s *scanner) isStructure(pos int) bool {
	if s.atEnd(pos) {
		return false
	}
	switch s.text[pos] {
	case '[', '{':
		return true
	case '|', '>':
		return blockHeader.MatchString(s.src(pos, s.textEnd(pos)))
	case '&':
		return s.nameEnd(pos+1) > pos+1
	}
	return false
}

// tagOfBlock handles a tag alone on its line with a collection below it.
func (s *scanner) tagOfBlock(at place, end int) bool {
	i := s.afterLine(end)
	pos := s.skipSpace(i)
	if pos >= len(s.text) || s.columnOf(pos) <= at.parent {
		return false
	}
	s.tagError(at, end, end)
	s.erase(at.pos, end)
	s.pending = true
	return true
}

// columnOf counts the bytes before pos on its line.
func (s *scanner) columnOf(pos int) int {
	line, found := slices.BinarySearch(s.starts, pos)
	if !found {
		line--
	}
	return pos - s.starts[line]
}

func (s *scanner) tagError(at place, end, stop int) {
	reportTag(&s.found, s.span(at.pos, end), s.span(at.pos, stop), at.key)
}

func (s *scanner) anchor(at place) {
	end := s.nameEnd(at.pos + 1)
	if end == at.pos+1 || end < len(s.text) && !isSpace(s.text[end]) {
		stop := s.textEnd(at.pos)
		s.startsWith(at.pos, stop)
		s.finish(stop, at)
		return
	}
	s.anchors[s.src(at.pos+1, end)] = true
	if at.pos = s.skipBlank(end); s.atEnd(at.pos) {
		s.pending = true
		return
	}
	s.value(at)
}

// cron matches the beginning of a cron expression that is not quoted.
var cron = regexp.MustCompile(`^\*(?:/\d+)?(?:\s+[\d*/,A-Za-z-]+){4,6}\s*$`)

func (s *scanner) aliasValue(at place) {
	stop := s.textEnd(at.pos)
	if s.aliasText(at.pos, stop) {
		s.finish(stop, at)
	}
}

// aliasText reads an alias that should fill pos to end, and returns whether it
// was broken.
func (s *scanner) aliasText(pos, end int) bool {
	nameEnd := s.nameEnd(pos + 1)
	text, name := s.src(pos, end), s.src(pos+1, nameEnd)
	span := s.span(pos, end)
	switch {
	case cron.MatchString(text):
		s.found.Error("unquoted-cron", span, "a cron expression that begins with * must be quoted").
			WithHint("write %s", quote(text)).WithFix(span, quote(text))
		s.blank(pos, end)
	case nameEnd != end || name == "":
		s.startsWith(pos, end)
	case !s.anchors[name]:
		s.unknownAnchor(span, name)
		s.blank(pos, end)
	default:
		return false
	}
	return true
}

func (s *scanner) listOnKeyLine(at place) {
	end := s.textEnd(at.pos)
	s.found.Error("list-on-key-line", s.span(at.pos, end), "a list cannot begin on the line of its key").
		WithHint("put each item on a line of its own below the key, or write the list in square brackets")
	s.blank(at.pos, end)
	s.finish(end, at)
}
