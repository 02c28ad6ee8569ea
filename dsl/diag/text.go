package diag

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/partitur/partitur/dsl/source"
)

// Text prints diagnostics for people, with the source they are about.
type Text struct {
	Color bool // with ANSI colors
}

// Write prints every diagnostic of a list.
func (t Text) Write(w io.Writer, l List) error {
	var b bytes.Buffer
	for _, d := range l {
		t.diagnostic(&b, d)
	}
	_, err := w.Write(b.Bytes())
	return err
}

// The colors, as ANSI codes.
const (
	bold   = "1"
	dim    = "2"
	red    = "1;31"
	green  = "32"
	yellow = "1;33"
	blue   = "1;34"
	cyan   = "36"
)

func (t Text) paint(color, text string) string {
	if !t.Color || text == "" {
		return text
	}
	return "\x1b[" + color + "m" + text + "\x1b[0m"
}

func (s Severity) color() string {
	switch s {
	case Warning:
		return yellow
	case Info:
		return blue
	}
	return red
}

func (t Text) diagnostic(b *bytes.Buffer, d Diagnostic) {
	fmt.Fprintf(b, "%s%s %s %s\n", t.place(d.Span), t.paint(d.Severity.color(), d.Severity.String()+":"),
		t.paint(bold, printable(d.Message)), t.paint(dim, "["+d.Code+"]"))
	t.excerpt(b, d.Span, d.Severity.color())
	for _, n := range d.Related {
		fmt.Fprintf(b, "  %s %s%s\n", t.paint(cyan, "note:"), t.place(n.Span), printable(n.Message))
		t.excerpt(b, n.Span, cyan)
	}
	if d.Hint != "" {
		fmt.Fprintf(b, "  %s %s\n", t.paint(green, "hint:"), printable(d.Hint))
	}
	if d.Fix != nil && (d.Fix.Text == "" || !strings.Contains(d.Hint, d.Fix.Text)) {
		t.fix(b, *d.Fix)
	}
}

// place is file:line:column with a colon and a space, or nothing for a span
// that points nowhere.
func (t Text) place(s source.Span) string {
	if s.IsZero() {
		return ""
	}
	return t.paint(bold, printable(s.String())+":") + " "
}

// excerpt prints the first line of a span, with the span underlined.
func (t Text) excerpt(b *bytes.Buffer, s source.Span, color string) {
	if s.IsZero() {
		return
	}
	number, _ := s.File.Pos(s.Start)
	start := s.File.Offset(number, 1)
	line := s.File.Line(number)
	from := min(s.Start-start, len(line))
	text, before, under := window(line, from, min(max(s.End-start, from), len(line)))
	fmt.Fprintf(b, "%s %s\n", t.paint(dim, fmt.Sprintf("%5d |", number)), text)
	fmt.Fprintf(b, "%s %s%s\n", t.paint(dim, "      |"), strings.Repeat(" ", before), t.paint(color, "^"+strings.Repeat("~", max(under-1, 0))))
}

// fix prints the line as it is after an edit.
func (t Text) fix(b *bytes.Buffer, e Edit) {
	if e.Span.IsZero() {
		return
	}
	first, _ := e.Span.File.Pos(e.Span.Start)
	last, _ := e.Span.File.Pos(e.Span.End)
	start := e.Span.File.Offset(first, 1)
	end := e.Span.File.Offset(last, 1) + len(e.Span.File.Line(last))
	mended := string(e.Span.File.Text[start:e.Span.Start]) + e.Text + string(e.Span.File.Text[e.Span.End:max(end, e.Span.End)])
	fmt.Fprintf(b, "  %s\n", t.paint(green, "write:"))
	for i, line := range strings.Split(strings.TrimRight(mended, "\r\n"), "\n") {
		from, to := 0, 0
		if i == 0 {
			from = e.Span.Start - start
			to = min(from+len(e.Text), len(line))
		}
		text, _, _ := window([]byte(strings.TrimSuffix(line, "\r")), from, to)
		fmt.Fprintf(b, "%s %s\n", t.paint(dim, fmt.Sprintf("%5d |", first+i)), t.paint(green, text))
	}
}

// printable keeps text from writing more than one line, or to the terminal's
// controls.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			return ' '
		case isControl(r):
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

// isControl also holds for the marks that change the direction of text: they
// could make a line look like another.
func isControl(r rune) bool {
	return unicode.IsControl(r) || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 || r == 0x2028 || r == 0x2029
}
