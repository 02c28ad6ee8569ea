package syntax

import (
	"bytes"
	"regexp"
	"strings"
)

// flowValue reads a value in brackets or braces, in block style.
func (s *scanner) flowValue(at place) {
	f := &flow{scanner: s, parent: at.parent}
	end, ok := f.collection(at.pos)
	if !ok {
		s.i = s.afterLine(max(end, at.pos))
		return
	}
	s.i = s.afterLine(end)
	if !s.atEnd(s.skipBlank(end)) {
		s.goesOn(at, end)
	}
}

// flow reads collections in flow style.
type flow struct {
	*scanner
	parent int // indentation of the block collection around it
	open   []int
	cut    int // a comment that may have swallowed a closing bracket, if > 0
}

// collection reads from the opening bracket at pos to behind the closing one.
// When there is none, it reports that and blanks what it took for the value;
// the offset returned is then where that ends.
func (f *flow) collection(pos int) (int, bool) {
	if hasPrefix(f.text[pos:], "{{") {
		if end, ok := f.jinja(pos); ok {
			return end, true
		}
	}
	if len(f.open) == maxDepth {
		f.found.Error("too-deep", f.span(pos, pos+1), "this is nested more than %d levels deep", maxDepth)
		f.erase(f.open[0], len(f.text))
		return len(f.text), false
	}
	f.open = append(f.open, pos)
	defer func() { f.open = f.open[:len(f.open)-1] }()
	closer := f.text[pos] + 2
	last := mark{pos, pos + 1, ','}
	for {
		i := f.space(last.end)
		if f.ended(i) {
			return f.unclosed(pos, i), false
		}
		switch c := f.text[i]; {
		case c == closer:
			return i + 1, true
		case c == ']' || c == '}':
			return f.mismatch(pos, i), false
		case c == ',':
			if last.kind == ',' {
				f.emptyItem(i)
			}
			last = mark{i, i + 1, ','}
		case c == ':' || f.isIndicator(i, '?'):
			last = mark{i, i + 1, ':'}
		default:
			kind := f.kind(i)
			end, ok := f.item(i)
			if !ok {
				return end, false
			}
			f.checkComma(last, i, end)
			last = mark{i, end, kind}
		}
	}
}

// A mark is what was read last in a collection: a comma, a colon or an anchor,
// text without quotes or another value.
type mark struct {
	start, end int
	kind       byte // ',', ':', 't' or 'v'
}

func (f *flow) kind(i int) byte {
	switch f.text[i] {
	case '"', '\'', '[', '{':
		return 'v'
	case '&':
		return ':'
	}
	return 't'
}

// checkComma reports a value that follows another one without a comma between
// them. Text may go on over several lines.
func (f *flow) checkComma(last mark, i, end int) {
	next := f.skipSpace(end)
	isKey := next < len(f.text) && f.text[next] == ':'
	if last.kind == ',' || last.kind == ':' || last.kind == 't' && f.kind(i) == 't' && !isKey {
		return
	}
	if !isKey && f.text[f.open[len(f.open)-1]] == '{' {
		f.quoteNeeded(last.start, end)
		return
	}
	f.found.Error("missing-comma", f.span(i, end), "there is no comma between this and what stands before it").
		WithHint("write a comma after %s", f.src(last.start, last.end)).WithFix(f.span(last.end, last.end), ",")
	if !isBreak(f.text[i-1]) {
		f.text[i-1] = ','
	}
}

// space passes over white space and comments, and remembers a comment that
// stands where text was unfinished.
func (f *flow) space(i int) int {
	for {
		i = f.skipBlank(i)
		if i < len(f.text) && f.text[i] == '#' {
			if f.cut == 0 && strings.ContainsAny(f.src(i, f.lineEnd(i)), ")]}") {
				f.cut = i
			}
			i = f.lineEnd(i)
		}
		w := 0
		if i < len(f.text) {
			w = breakWidth(f.text[i:])
		}
		if w == 0 {
			return i
		}
		i += w
	}
}

// ended tells whether the text at i can no longer belong to the collection:
// the end of the file, or a line of a block collection around it.
func (f *flow) ended(i int) bool {
	if i >= len(f.text) {
		return true
	}
	column := f.columnOf(i)
	if column > f.parent || f.skipBlank(i-column) != i || f.text[i] == ']' || f.text[i] == '}' || f.text[i] == ',' {
		return f.isMarker(i) && column == 0
	}
	_, colon := f.key(i)
	return colon >= 0 || f.isIndicator(i, '-')
}

func (f *flow) unclosed(pos, i int) int {
	end := i
	for end > pos+1 && isSpace(f.text[end-1]) {
		end--
	}
	if start := f.open[0]; f.cut > 0 {
		stop := f.textEnd(f.lineStart(f.cut))
		reportCut(&f.found, f.span(f.lineStart(f.cut)+f.indentOf(f.cut), stop), f.span(f.cut, f.lineEnd(f.cut)))
		f.blank(start, f.lineEnd(f.cut))
		return f.lineEnd(f.cut)
	}
	f.found.Error("unclosed-bracket", f.span(pos, pos+1), "the bracket %c is not closed", f.text[pos]).
		WithHint("add %c where the %s ends", f.text[pos]+2, map[byte]string{'[': "list", '{': "mapping"}[f.text[pos]])
	f.blank(f.open[0], end)
	return end
}

func (f *flow) lineStart(i int) int { return i - f.columnOf(i) }

func (f *flow) indentOf(i int) int { start := f.lineStart(i); return f.skipBlank(start) - start }

func (f *flow) mismatch(pos, i int) int {
	f.found.Error("unclosed-bracket", f.span(i, i+1), "%c closes a bracket that is not open: %c is", f.text[i], f.text[pos]).
		WithHint("write %c here", f.text[pos]+2).WithNote(f.span(pos, pos+1), "the open bracket")
	end := f.textEnd(i)
	f.blank(f.open[0], end)
	return end
}

func (f *flow) emptyItem(i int) {
	f.found.Error("stray-comma", f.span(i, i+1), "there is nothing before this comma").
		WithHint("remove it").WithFix(f.span(i, i+1), "")
	f.erase(i, i+1)
}

// item reads a key or a value, and checks that nothing follows it that belongs
// neither to it nor to the collection.
func (f *flow) item(i int) (int, bool) {
	switch c := f.text[i]; {
	case c == '"' || c == '\'':
		return f.quotedItem(i, c)
	case c == '[' || c == '{':
		inner, ok := f.collection(i)
		if !ok || f.follows(inner) || f.startsValue(inner) {
			return inner, ok
		}
		return f.quoteNeeded(i, f.valueEnd(inner)), true
	case c == '!':
		stop := f.valueEnd(i)
		reportTag(&f.found, f.span(i, min(f.wordEnd(i), stop)), f.span(i, stop), "")
		f.blank(i, stop)
		return stop, true
	case c == '&':
		if end := f.nameEnd(i + 1); end > i+1 {
			f.anchors[f.src(i+1, end)] = true
			return end, true
		}
	case c == '*':
		end := f.valueEnd(i)
		f.aliasText(i, end)
		return end, true
	}
	return f.plain(i), true
}

func (f *flow) quotedItem(i int, quote byte) (int, bool) {
	end := f.quoteEnd(i, quote)
	if end-i < 2 || f.text[end-1] != quote {
		f.found.Error("unclosed-quote", f.span(i, i+1), "the quote %c is not closed", quote).WithHint("end the text with %c", quote)
		stop := f.textEnd(i)
		f.blank(f.open[0], stop)
		return stop, false
	}
	if !f.follows(end) && !f.startsValue(end) {
		return f.quoteNeeded(i, f.valueEnd(i)), true
	}
	if quote == '"' {
		f.escapes(i, end)
	}
	return end, true
}

// follows tells whether what stands at i may follow a complete value.
func (f *flow) follows(i int) bool {
	i = f.skipSpace(i)
	return f.ended(i) || strings.IndexByte(",:]}", f.text[i]) >= 0
}

// startsValue tells whether another value begins at i, so that a comma is
// missing rather than quotes.
func (f *flow) startsValue(i int) bool {
	next := f.skipSpace(i)
	return next > i && (strings.IndexByte("\"'[{", f.text[next]) >= 0 || f.skipBlank(i) != next)
}

func (f *flow) quoteNeeded(start, end int) int {
	text := f.src(start, end)
	d := f.found.Error("unquoted-in-flow", f.span(start, end), "inside brackets and braces this text must be quoted")
	if singleLine(text) {
		d.WithHint("write %s", quote(text)).WithFix(f.span(start, end), quote(text))
	}
	f.blank(start, end)
	return end
}

// valueEnd is where the author of a text in a flow collection means it to end:
// at the next comma or closing bracket that is not part of an expression.
func (f *flow) valueEnd(i int) int {
	const far = 4 << 10 // nobody types a longer text on one line
	text := f.src(i, min(i+far, len(f.text)))
	if stop := strings.IndexAny(text, "\r\n"); stop >= 0 {
		text = text[:stop]
	}
	if hash := strings.Index(text, " #"); hash >= 0 {
		text = text[:hash]
	}
	text = strings.TrimRight(text, " \t")
	l := &lexer{text: text, bare: true}
	for l.i < len(text) {
		if len(l.open) == 0 && strings.IndexByte(",]}", text[l.i]) >= 0 {
			return i + len(strings.TrimRight(text[:l.i], " \t"))
		}
		if c := text[l.i]; (c == '\'' || c == '"') && l.i > 0 && isWord(text[l.i-1]) {
			l.i++ // an apostrophe
			continue
		}
		l.next()
	}
	return i + len(text)
}

func isWord(c byte) bool { return isNameChar(c) || c >= 0x80 }

// plain reads text without quotes: up to what ends it for YAML. When that is a
// bracket, a question mark or a second colon, the text had to be quoted.
func (f *flow) plain(i int) int {
	if strings.IndexByte("@`%|>", f.text[i]) >= 0 {
		end := f.valueEnd(i)
		f.startsWith(i, end)
		return end
	}
	for end := i; end < len(f.text); end++ {
		c := f.text[end]
		switch {
		case c == ',' || c == ']' || c == '}':
			return end
		case c == '{' || c == '[' || c == '?' && end > i:
			return f.quoteNeeded(i, max(f.valueEnd(i), end+1))
		case f.isIndicator(end, ':') || c == ':' && end+1 < len(f.text) && strings.IndexByte(",]}", f.text[end+1]) >= 0:
			if f.isValue(i) {
				return f.colon(i, f.valueEnd(i))
			}
			return end
		case breakWidth(f.text[end:]) > 0:
			return end
		case c == '#' && end > i && isSpace(f.text[end-1]):
			return end
		}
	}
	return len(f.text)
}

// isValue tells whether text at i stands behind the colon of its key.
func (f *flow) isValue(i int) bool {
	before := bytes.TrimRight(f.text[:i], " \t\r\n")
	return bytes.HasSuffix(before, []byte(":"))
}

func (f *flow) colon(start, end int) int {
	text := f.src(start, end)
	d := f.found.Error("colon-in-text", f.span(start, end), "text with a colon and a space in it must be quoted")
	if singleLine(text) {
		d.WithHint("write %s, or put a comma between two entries", quote(text))
	}
	f.blank(start, end)
	return end
}

var jinjaAlone = regexp.MustCompile(`^\{\{[^{}\n]*\}\}`)

// jinja reports `{{ x }}` with more text after it, or inside brackets.
func (f *flow) jinja(pos int) (int, bool) {
	m := jinjaAlone.Find(f.text[pos:])
	if m == nil {
		return 0, false
	}
	end := f.textEnd(pos)
	if len(f.open) > 0 {
		end = f.valueEnd(pos)
	}
	end = max(end, pos+len(m))
	span := f.span(pos, end)
	fixed := quote(jinjaMarks.ReplaceAllString(span.Text(), "$${ $1 }"))
	f.found.Error("foreign-expression", span, "%s is a mapping in a mapping to YAML: expressions are written ${ }", m).
		WithHint("write %s", fixed).WithFix(span, fixed)
	f.blank(pos, end)
	return end, true
}

var jinjaMarks = regexp.MustCompile(`\{\{-?\s*([^{}]*?)\s*-?\}\}`)
