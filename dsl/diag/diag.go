// Package diag models what is wrong with a source text. Diagnostics are values:
// every stage collects them in a List, and only a printer shows them.
package diag

import (
	"fmt"
	"slices"
	"strings"

	"github.com/partitur/partitur/dsl/source"
)

// A Severity says how much a diagnostic weighs. The zero value is invalid.
type Severity int

// The severities. Only errors keep a definition from running.
const (
	Error Severity = iota + 1
	Warning
	Info
)

func (s Severity) String() string {
	return [...]string{"invalid", "error", "warning", "info"}[s]
}

// A Diagnostic is one finding about a span of source.
type Diagnostic struct {
	Code     string // stable name, such as "unknown-key"; docs/codes has a page for each
	Severity Severity
	Span     source.Span
	Message  string // what is wrong: one sentence, lower case, no full stop
	Hint     string // what to do about it, if known
	Related  []Note
	Fix      *Edit
}

// A Note points at another place that explains a diagnostic.
type Note struct {
	Span    source.Span
	Message string
}

// An Edit replaces the text of a span.
type Edit struct {
	Span source.Span
	Text string
}

// Error makes a diagnostic usable as a Go error.
func (d Diagnostic) Error() string {
	return fmt.Sprintf("%s: %s [%s]", d.Span, d.Message, d.Code)
}

// WithHint sets the hint.
func (d *Diagnostic) WithHint(format string, args ...any) *Diagnostic {
	d.Hint = fmt.Sprintf(format, args...)
	return d
}

// WithNote adds a related place.
func (d *Diagnostic) WithNote(at source.Span, format string, args ...any) *Diagnostic {
	d.Related = append(d.Related, Note{at, fmt.Sprintf(format, args...)})
	return d
}

// WithFix sets the replacement that mends the mistake.
func (d *Diagnostic) WithFix(at source.Span, text string) *Diagnostic {
	d.Fix = &Edit{at, text}
	return d
}

// Suggest sets the hint to the name nearest to what was written, or to the
// list of names when none is near.
func (d *Diagnostic) Suggest(written string, names []string) *Diagnostic {
	if near := Nearest(written, names); near != "" {
		return d.WithHint("did you mean %s?", near)
	}
	if len(names) > 0 && len(names) <= 20 {
		sorted := slices.Compact(slices.Sorted(slices.Values(names)))
		return d.WithHint("it can be %s", strings.Join(sorted, ", "))
	}
	return d
}

// A List collects diagnostics in the order they are found.
type List []Diagnostic

// Error appends an error and returns it, so that the caller may add to it at
// once; the pointer is good until the next call.
func (l *List) Error(code string, at source.Span, format string, args ...any) *Diagnostic {
	return l.add(Diagnostic{Code: code, Severity: Error, Span: at, Message: fmt.Sprintf(format, args...)})
}

// Warn appends a warning.
func (l *List) Warn(code string, at source.Span, format string, args ...any) *Diagnostic {
	return l.add(Diagnostic{Code: code, Severity: Warning, Span: at, Message: fmt.Sprintf(format, args...)})
}

func (l *List) add(d Diagnostic) *Diagnostic {
	*l = append(*l, d)
	return &(*l)[len(*l)-1]
}

// Errors counts the diagnostics of severity Error.
func (l List) Errors() (n int) {
	for _, d := range l {
		if d.Severity == Error {
			n++
		}
	}
	return n
}

// Within tells whether there is an error within a span.
func (l List) Within(at source.Span) bool {
	return slices.ContainsFunc(l, func(d Diagnostic) bool {
		return d.Severity == Error && d.Span.File == at.File && d.Span.Start >= at.Start && d.Span.Start <= at.End
	})
}

// Sort orders the list by file name and position, keeping the order of
// findings at one place, and removes exact repetitions.
func (l *List) Sort() {
	slices.SortStableFunc(*l, func(a, b Diagnostic) int {
		if c := strings.Compare(name(a.Span), name(b.Span)); c != 0 {
			return c
		}
		return a.Span.Start - b.Span.Start
	})
	*l = slices.CompactFunc(*l, func(a, b Diagnostic) bool {
		return a.Span == b.Span && a.Code == b.Code && a.Message == b.Message
	})
}

func name(s source.Span) string {
	if s.File == nil {
		return ""
	}
	return s.File.Name
}
