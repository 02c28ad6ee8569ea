package live

import (
	"fmt"
	"io"
	"strings"

	"github.com/partitur/partitur/internal/cli/ansi"
)

// A screen is the part of a terminal that a table takes: the lines above the
// cursor, which stands in the first column below them.
type screen struct {
	w      io.Writer
	size   size  // of the terminal when the lines were drawn
	drawn  []row // what stands there
	hidden bool  // the cursor
}

type size struct{ columns, rows int }

// A row is a line of text and how it is painted.
type row struct {
	text    string
	painted string
}

const (
	hideCursor = "\x1b[?25l"
	showCursor = "\x1b[?25h"
	wrapOff    = "\x1b[?7l"
	wrapOn     = "\x1b[?7h"
	clearLine  = "\x1b[K"
	clearBelow = "\x1b[J"
)

// draw brings the screen from what is drawn to rows, and writes only the lines
// that differ.
func (s *screen) draw(rows []row, now size) {
	var b strings.Builder
	if now != s.size {
		s.erase(&b, now.columns)
	}
	moved := s.rewrite(&b, rows)
	if !moved && b.Len() == 0 {
		return
	}
	s.size, s.drawn = now, rows
	prefix := wrapOff
	if !s.hidden {
		prefix, s.hidden = hideCursor+wrapOff, true
	}
	_, _ = io.WriteString(s.w, prefix+b.String()+wrapOn)
}

// rewrite appends what turns the drawn lines into rows and tells whether that
// is anything.
func (s *screen) rewrite(b *strings.Builder, rows []row) bool {
	same := 0
	for same < len(rows) && same < len(s.drawn) && rows[same].painted == s.drawn[same].painted {
		same++
	}
	if same == len(rows) && same == len(s.drawn) {
		return false
	}
	up(b, len(s.drawn)-same)
	skipped := 0
	for i := same; i < len(rows); i++ {
		if i < len(s.drawn) && rows[i].painted == s.drawn[i].painted {
			skipped++
			continue
		}
		down(b, skipped)
		skipped = 0
		b.WriteString(clearLine + rows[i].painted + "\n") // the other way round it would clear the last column
	}
	down(b, skipped)
	if len(rows) < len(s.drawn) {
		b.WriteString(clearBelow)
	}
	return true
}

// erase removes what is drawn. Terminals break lines again when they become
// narrower, so that one may take several rows by now.
func (s *screen) erase(b *strings.Builder, columns int) {
	n := 0
	for _, r := range s.drawn {
		n += max(1, (ansi.Width(r.text)+columns-1)/max(columns, 1))
	}
	if n > 0 {
		up(b, n)
		b.WriteString(clearBelow)
	}
	s.drawn = nil
}

// release gives the terminal back.
func (s *screen) release() {
	if s.hidden {
		_, _ = io.WriteString(s.w, showCursor)
		s.hidden = false
	}
}

func up(b *strings.Builder, n int) { move(b, n, 'A') }

func down(b *strings.Builder, n int) { move(b, n, 'B') }

func move(b *strings.Builder, n int, direction rune) {
	if n > 0 {
		fmt.Fprintf(b, "\r\x1b[%d%c", n, direction)
	}
}
