package live

import (
	"fmt"
	"io"
	"strings"

	"github.com/partitur/partitur/internal/cli/ansi"
)

// lines appends a line for each change.
type lines struct {
	options Options
	w       io.Writer
	title   string
	seen    map[string]mark // by path
}

// A mark is what of a step makes a new line when it changes.
type mark struct {
	state   string
	attempt int
}

func (l *lines) update(s Snapshot) {
	if title := ansi.Clean(s.Title); title != l.title {
		l.title = title
		fmt.Fprintln(l.w, title)
	}
	for _, step := range s.Steps {
		m := mark{step.State, max(step.Attempt, 1)}
		if m == l.seen[step.Path] || step.State == Pending {
			continue
		}
		l.seen[step.Path] = m
		fmt.Fprintln(l.w, l.line(step))
	}
}

func (l *lines) line(s StepView) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %s", l.options.Now().Format("15:04:05"), ansi.Pad(s.State, 9), s.name())
	if s.Kind != "" && s.Kind != s.name() {
		fmt.Fprintf(&b, " (%s)", s.Kind)
	}
	if s.Attempt > 1 {
		fmt.Fprintf(&b, " attempt %d", s.Attempt)
	}
	if !s.active() {
		if took := s.elapsed(l.options.Now()); took != "" {
			b.WriteString(" " + took)
		}
	}
	if s.Note != "" {
		b.WriteString(": " + ansi.Clean(s.Note))
	}
	return b.String()
}

func (l *lines) tick(Snapshot) {}

func (l *lines) print(line string, _ Snapshot) { fmt.Fprintln(l.w, line) }

func (l *lines) close(s Snapshot) {
	if s.Footer != "" {
		fmt.Fprintln(l.w, ansi.Clean(s.Footer))
	}
}
