package syntax

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf8"
)

// unexplained reports a syntax error that the scanner saw no reason for, once
// for each file: what follows it may be its echo. Its line is erased, so that
// the rest can be read.
func (p *parser) unexplained(err error) {
	start, end := p.failure(err)
	if !p.unclear {
		message, hint := plainWords(err.Error())
		d := p.found.Error("yaml-syntax", p.span(start, end), "%s", message)
		if hint != "" {
			d.WithHint("%s", hint)
		}
	}
	p.unclear = true
	p.erase(start, end)
}

// failure finds the text on the line at which the library gives up. The lines
// it names itself may be far above, so it is fed line by line, and what it has
// asked for when it fails tells how far it came. It looks a line or two ahead:
// while the text fails in the same way without its last line, that line is
// not the one.
func (p *parser) failure(err error) (start, end int) {
	r := &lineReader{text: p.text}
	_, _ = decodeFrom(r)
	start, end = p.lastLine(r.read)
	for range 3 {
		before, stop := p.lastLine(start)
		if _, e := decode(p.text[:stop]); before == stop || e == nil || e.Error() != err.Error() {
			break
		}
		start, end = before, stop
	}
	if start == end { // nothing is left before the place: take what follows
		start = p.skipSpace(r.read)
		end = p.lineEnd(start)
	}
	return start, end
}

// lastLine is the text of the last line before end that has any.
func (p *parser) lastLine(end int) (start, stop int) {
	stop = len(bytes.TrimRight(p.text[:end], " \t\r\n"))
	return min(p.skipBlank(bytes.LastIndexAny(p.text[:stop], "\r\n")+1), stop), stop
}

// A lineReader hands out text one line at a time.
type lineReader struct {
	text []byte
	read int
}

func (r *lineReader) Read(b []byte) (int, error) {
	if r.read == len(r.text) {
		return 0, io.EOF
	}
	line := r.text[r.read:]
	if i := bytes.IndexByte(line, '\n'); i >= 0 {
		line = line[:i+1]
	}
	n := copy(b, line)
	r.read += n
	return n, nil
}

// plainWords says what the library's message means.
func plainWords(message string) (text, hint string) {
	for _, m := range []struct{ part, text, hint string }{
		{"mapping values are not allowed", "a key cannot stand here", "check the indentation, or quote text that has a colon in it"},
		{"could not find expected ':'", "this line is neither a key with a colon nor part of the value above", "write KEY: VALUE, or check the indentation"},
		{"did not find expected key", "a key was expected here", "check the indentation of this line and the quotes of the value above"},
		{"did not find expected '-'", "a list item was expected here", "begin it with a dash, in the column of the other items"},
		{"block sequence entries", "a list item cannot stand here", "check the indentation"},
		{"',' or ']'", "this list in square brackets is not complete", "separate the items with commas and end it with ]"},
		{"',' or '}'", "this mapping in braces is not complete", "separate the entries with commas and end it with }"},
		{"cannot start any token", "text that begins like this must be quoted", ""},
		{"unexpected end of stream", "a quote is not closed", ""},
		{"document indicator", "a quote is not closed before the document ends", ""},
		{"block scalar", "the text below | or > is not indented", ""},
		{"tab character", "a tab stands where spaces are expected", "replace it by spaces"},
		{"escape", "this escape is not known in text in double quotes", "write patterns in single quotes"},
		{"directive", "a line that begins with % is a YAML directive, and those are not used here", "remove the line, or quote the text"},
		{"exceeded max depth", "this is nested too deep", ""},
		{"anchor", "this anchor is not defined above", ""},
	} {
		if strings.Contains(message, m.part) {
			return m.text, m.hint
		}
	}
	return "this line cannot be read as YAML", "check the indentation, and quote text with special characters"
}

// clean reports what is not text, and replaces it so that reading can go on.
// A file with much of it is no text at all, and is not read.
func (p *parser) clean() bool {
	const limit = 10
	runs := 0
	for i := 0; i < len(p.text); {
		end, valid := p.badRun(i)
		if end == i {
			_, n := utf8.DecodeRune(p.text[i:])
			i += n
			continue
		}
		if runs++; runs > limit {
			return false
		}
		p.notText(i, end, valid)
		for ; i < end; i++ {
			p.text[i] = '?'
		}
	}
	return true
}

func (p *parser) notText(start, end int, valid bool) {
	if valid {
		r, _ := utf8.DecodeRune(p.text[start:])
		p.found.Error("control-character", p.span(start, end), "the character U+%04X cannot stand in a text file", r).
			WithHint(`remove it, or write it as an escape in double quotes: "\u%04x"`, r)
		return
	}
	p.found.Error("not-utf8", p.span(start, end), "these bytes are not UTF-8 text").WithHint("save the file as UTF-8")
}

// badRun is the end of the characters from i on that YAML does not allow, and
// whether they are valid UTF-8.
func (p *parser) badRun(i int) (end int, valid bool) {
	for end = i; end < len(p.text); {
		if c := p.text[end]; c >= ' ' && c < 0x7F || c == '\n' {
			break
		}
		r, n := utf8.DecodeRune(p.text[end:])
		wrong := r == utf8.RuneError && n == 1
		if !wrong && allowed(r) || end > i && wrong == valid {
			break
		}
		valid = !wrong
		end += n
	}
	return end, valid
}

// allowed is the set of characters of YAML, without those that only some of
// its readers take for line breaks. A byte order mark is allowed at the start
// of the file only, where it has been removed.
func allowed(r rune) bool {
	switch {
	case r == '\t' || r == '\n' || r == '\r':
		return true
	case r < ' ' || r >= 0x7F && r < 0xA0 || r == 0xFEFF || r == 0x2028 || r == 0x2029:
		return false
	}
	return r != 0xFFFE && r != 0xFFFF
}
