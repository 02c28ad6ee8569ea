package live

import (
	"fmt"
	"strings"
	"time"

	"github.com/partitur/partitur/internal/cli/ansi"
)

// table redraws in place.
type table struct {
	options Options
	screen  screen
	frame   int
}

func (t *table) update(s Snapshot) {
	now := t.size()
	t.screen.draw(t.rows(s, now.columns, now.rows-1), now)
}

func (t *table) tick(s Snapshot) {
	t.frame++
	t.update(s)
}

func (t *table) print(line string, s Snapshot) {
	var b strings.Builder
	t.screen.erase(&b, t.size().columns)
	fmt.Fprintf(t.screen.w, "%s%s\n", b.String(), line)
	t.update(s)
}

func (t *table) close(s Snapshot) {
	now := t.size()
	t.screen.draw(t.rows(s, now.columns, 0), now)
	t.screen.release()
	t.screen.drawn = nil
}

func (t *table) size() size {
	columns, rows := t.options.Size()
	if columns <= 0 || rows <= 0 {
		return size{80, 24}
	}
	return size{columns, rows}
}

// rows lays a snapshot out, in at most limit lines if limit is not 0.
func (t *table) rows(s Snapshot, columns, limit int) []row {
	var out []row
	if s.Title != "" {
		out = append(out, t.whole(ansi.Bold, s.Title, columns))
	}
	room := len(s.Steps)
	if limit > 0 {
		room = min(room, max(limit-len(out)-min(len(s.Footer), 1), 1))
	}
	l := newLayout(s.Steps, columns)
	from, to := window(s.Steps, room)
	if from > 0 {
		out = append(out, t.whole(ansi.Dim, fmt.Sprintf("  %d earlier", from), columns))
	}
	for _, step := range s.Steps[from:to] {
		out = append(out, t.step(step, l))
	}
	if to < len(s.Steps) {
		out = append(out, t.whole(ansi.Dim, fmt.Sprintf("  %d more", len(s.Steps)-to), columns))
	}
	if s.Footer != "" {
		out = append(out, t.whole(ansi.Plain, s.Footer, columns))
	}
	return out
}

// window chooses the steps to show in room lines: those around the first that
// has not ended. The lines that tell of the others take their room too.
func window(steps []StepView, room int) (from, to int) {
	if len(steps) <= room {
		return 0, len(steps)
	}
	first := len(steps)
	for i, s := range steps {
		if s.active() || s.State == Pending {
			first = i
			break
		}
	}
	n := max(room-2, 1)
	from = min(max(first-1, 0), len(steps)-n)
	if from == 1 {
		from = 0
	}
	return from, from + n
}

func (t *table) whole(c ansi.Color, text string, columns int) row {
	text = ansi.Fit(cleanKeepingIndent(text), columns)
	return row{text, t.palette().Paint(c, text)}
}

func cleanKeepingIndent(s string) string {
	trimmed := strings.TrimLeft(s, " ")
	return s[:len(s)-len(trimmed)] + ansi.Clean(trimmed)
}

func (t *table) palette() ansi.Palette { return ansi.Palette{On: t.options.Color} }

// A layout is the widths of the columns; a column that is 0 wide is left out.
type layout struct{ name, kind, time, note int }

const (
	iconWidth = 2
	timeWidth = 6
	gap       = 2
)

func newLayout(steps []StepView, columns int) layout {
	var l layout
	for _, s := range steps {
		l.name = max(l.name, 2*s.Depth+ansi.Width(s.name()))
		l.kind = max(l.kind, ansi.Width(s.Kind))
	}
	l.kind = min(l.kind, 12)
	l.name = min(l.name, max(columns*2/5, 10), columns-iconWidth)
	left := columns - iconWidth - l.name
	if left >= timeWidth+gap {
		l.time = timeWidth
		left -= timeWidth + gap
	}
	if l.kind > 0 && left >= l.kind+gap+20 {
		left -= l.kind + gap
	} else {
		l.kind = 0
	}
	l.note = max(left-gap, 0)
	return l
}

// step lays one step out.
func (t *table) step(s StepView, l layout) row {
	p := t.palette()
	icon, color := t.icon(s)
	name := ansi.Pad(ansi.Fit(strings.Repeat("  ", s.Depth)+s.name(), l.name), l.name)
	nameColor := ansi.Plain
	if s.State == Pending || s.State == Skipped {
		nameColor = ansi.Dim
	}
	text := icon + " " + name
	painted := p.Paint(color, icon) + " " + p.Paint(nameColor, name)
	add := func(c ansi.Color, cell string) {
		text += "  " + cell
		painted += "  " + p.Paint(c, cell)
	}
	if l.kind > 0 {
		add(ansi.Dim, ansi.Pad(ansi.Fit(s.Kind, l.kind), l.kind))
	}
	if l.time > 0 {
		add(ansi.Dim, ansi.PadLeft(ansi.Fit(s.elapsed(t.now()), l.time), l.time))
	}
	if note := ansi.Fit(note(s), l.note); note != "" {
		add(noteColor(s), note)
	}
	return row{strings.TrimRight(text, " "), painted}
}

func (t *table) now() time.Time { return t.options.Now() }

// note says what else there is to know: the attempt, and the error or the title.
func note(s StepView) string {
	text := ansi.Clean(s.Note)
	if text == "" && s.ID != "" {
		text = ansi.Clean(s.Title)
	}
	if s.Attempt < 2 {
		return text
	}
	if text == "" {
		return fmt.Sprintf("attempt %d", s.Attempt)
	}
	return fmt.Sprintf("attempt %d: %s", s.Attempt, text)
}

func noteColor(s StepView) ansi.Color {
	switch {
	case s.State == Failed || s.State == TimedOut:
		return ansi.Red
	case s.active() && s.Attempt > 1:
		return ansi.Yellow
	}
	return ansi.Dim
}
