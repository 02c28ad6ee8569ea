package testreport

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/partitur/partitur/internal/casetest"
	"github.com/partitur/partitur/internal/cli/ansi"
)

// maxTrace is how many moments of a failed case are shown, the last ones.
const maxTrace = 30

// A Text says how a report is written for people.
type Text struct {
	Colors  ansi.Palette
	Width   int  // columns of the terminal; 0 is 100
	Reached bool // list what no case reached
}

// Write writes the cases that failed and were not played, and how many passed.
func (t Text) Write(w io.Writer, r *Report) error {
	p := &printer{w: w, colors: t.Colors, width: cmp.Or(t.Width, 100)}
	for _, c := range r.Cases {
		switch c.Status {
		case Failed:
			p.failure(c)
		case NotPlayed:
			p.line("%s %s: %s: %s", p.colors.Paint(ansi.Yellow, "----"), c.At, c.title(), c.NotPlayed)
		default:
			if c.NotPlayed != "" {
				p.line("%s %s: %s: %s", p.colors.Paint(ansi.Yellow, "half"), c.At, c.title(), c.NotPlayed)
			}
		}
	}
	if r.Coverage != nil {
		p.coverage(r.Coverage, t.Reached)
	}
	p.line("%s in %.2fs (%.0f cases/s)", p.counts(r), r.Seconds, r.CasesPerSecond)
	return p.err
}

func (c Case) title() string { return c.Workflow + ": " + c.Name }

type printer struct {
	w      io.Writer
	colors ansi.Palette
	width  int
	err    error
}

func (p *printer) line(format string, args ...any) {
	if _, err := fmt.Fprintf(p.w, strings.TrimRight(format, " ")+"\n", args...); p.err == nil {
		p.err = err
	}
}

func (p *printer) counts(r *Report) string {
	text := fmt.Sprintf("%d passed, %d failed", r.Passed, r.Failed)
	if r.NotPlayed > 0 {
		text += fmt.Sprintf(", %d not played", r.NotPlayed)
	}
	if r.Failed > 0 {
		return p.colors.Paint(ansi.Red, text)
	}
	return p.colors.Paint(ansi.Green, text)
}

// failure shows a case that failed: what is not as expected, the line of the
// workflow, and what happened up to the end.
func (p *printer) failure(c Case) {
	p.line("%s %s: %s", p.colors.Paint(ansi.Red, "FAIL"), c.At, ansi.Clean(c.title()))
	for _, problem := range c.Problems {
		p.line("  %s: %s", problem.At, ansi.Clean(problem.Text))
		if problem.Source != nil {
			p.line("    in %s: %s", problem.Source.At, p.colors.Paint(ansi.Dim, strings.TrimSpace(problem.Source.Text)))
		}
		p.compare(problem.Expected, problem.Actual)
	}
	p.trace(c.Trace)
}

// compare shows what was expected and what came beside each other, with a mark
// where they differ.
func (p *printer) compare(expected, actual []string) {
	if len(expected)+len(actual) == 0 {
		return
	}
	wide, half := len("expected"), (p.width-10)/2
	for _, line := range expected {
		wide = max(wide, min(ansi.Width(line), half))
	}
	p.line("      %s   %s", ansi.Pad("expected", wide), "actual")
	for _, pair := range align(expected, actual) {
		mark := " "
		if pair.differs {
			mark = p.colors.Paint(ansi.Red, "≠")
		}
		for i, rows := 0, [2][]string{wrap(pair.left, wide), wrap(pair.right, p.width-wide-10)}; i < max(len(rows[0]), len(rows[1])); i++ {
			p.line("    %s %s", mark, strings.TrimRight(ansi.Pad(row(rows[0], i), wide)+" | "+row(rows[1], i), " "))
		}
	}
}

func row(rows []string, i int) string {
	if i < len(rows) {
		return rows[i]
	}
	return ""
}

// wrap cuts a line into pieces of a width, at spaces where it can.
func wrap(line string, width int) (pieces []string) {
	runes := []rune(ansi.Clean(line))
	for width = max(width, 10); len(runes) > width; {
		n := width
		for i := width; i > width/2; i-- {
			if runes[i] == ' ' {
				n = i
				break
			}
		}
		pieces, runes = append(pieces, string(runes[:n])), runes[n:]
		if runes[0] == ' ' {
			runes = runes[1:]
		}
	}
	return append(pieces, string(runes))
}

// A pair is a line that was expected, and the one that stands there.
type pair struct {
	left, right string
	differs     bool
}

// align puts equal lines beside each other, as far as their order allows.
func align(left, right []string) (pairs []pair) {
	common := make([][]int, len(left)+1) // length of the longest common rest
	for i := range common {
		common[i] = make([]int, len(right)+1)
	}
	for i := len(left) - 1; i >= 0; i-- {
		for j := len(right) - 1; j >= 0; j-- {
			if common[i][j] = max(common[i+1][j], common[i][j+1]); left[i] == right[j] {
				common[i][j] = common[i+1][j+1] + 1
			}
		}
	}
	i, j := 0, 0
	for i < len(left) || j < len(right) {
		switch {
		case i < len(left) && j < len(right) && left[i] == right[j]:
			pairs = append(pairs, pair{left[i], right[j], false})
			i, j = i+1, j+1
		case i < len(left) && j < len(right) && common[i+1][j+1] == common[i][j]:
			pairs = append(pairs, pair{left[i], right[j], true})
			i, j = i+1, j+1
		case j == len(right) || i < len(left) && common[i+1][j] >= common[i][j+1]:
			pairs = append(pairs, pair{left[i], "", true})
			i++
		default:
			pairs = append(pairs, pair{"", right[j], true})
			j++
		}
	}
	return pairs
}

// trace shows what happened, up to the end.
func (p *printer) trace(trace []string) {
	if len(trace) == 0 {
		return
	}
	p.line("  what happened:")
	if n := len(trace) - maxTrace; n > 0 {
		p.line("    … %d more before", n)
		trace = trace[n:]
	}
	for _, m := range trace {
		for i, piece := range wrap(m, p.width-6) {
			p.line("    %s%s", strings.Repeat("  ", min(i, 1)), piece)
		}
	}
}

// coverage shows how much was reached, and what was not.
func (p *printer) coverage(c *Coverage, list bool) {
	var parts []string
	for _, k := range c.Kinds {
		if k.Total == 0 {
			continue
		}
		parts = append(parts, fmt.Sprintf("%s %.1f%% (%d of %d)", k.Name, k.Percent, k.Reached, k.Total))
	}
	if list {
		for _, f := range c.Files {
			for _, m := range f.Missed {
				p.line("not reached: %s: %s", m.At, ansi.Clean(m.Name))
			}
		}
	}
	p.line("coverage: %s", strings.Join(parts, ", "))
}

// Below tells which kinds of points fall short of a least percentage.
func (c *Coverage) Below(least map[string]float64) (short []string) {
	for _, kind := range slices.DeleteFunc(slices.Clone(casetest.Kinds), func(k string) bool { _, asked := least[k]; return !asked }) {
		if got := c.Percent(kind); got < least[kind] {
			short = append(short, fmt.Sprintf("%s %.1f%%, at least %g%%", kind, got, least[kind]))
		}
	}
	return short
}
