package live_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/partitur/partitur/internal/cli/ansi"
)

// A terminal understands the few control sequences that a view writes.
type terminal struct {
	t             *testing.T
	columns, rows int
	lines         []string // the screen; what scrolls out is in scrollback
	scrollback    []string
	x, y          int
	wrap, cursor  bool
	writes        int
}

func newTerminal(t *testing.T, columns, rows int) *terminal {
	return &terminal{t: t, columns: columns, rows: rows, lines: make([]string, rows), wrap: true, cursor: true}
}

func (t *terminal) Write(p []byte) (int, error) {
	t.writes++
	for s := string(p); s != ""; {
		s = t.eat(s)
	}
	return len(p), nil
}

// eat takes one character or control sequence.
func (t *terminal) eat(s string) string {
	switch {
	case strings.HasPrefix(s, "\x1b["):
		end := strings.IndexFunc(s[2:], func(r rune) bool { return r >= '@' && r <= '~' })
		t.control(s[2:2+end], s[2+end])
		return s[3+end:]
	case s[0] == '\r':
		t.x = 0
		return s[1:]
	case s[0] == '\n':
		t.x = 0
		t.feed()
		return s[1:]
	}
	for i, r := range s {
		if i > 0 {
			return s[i:]
		}
		t.put(r)
	}
	return ""
}

func (t *terminal) control(args string, final byte) {
	n := 1
	fmt.Sscan(args, &n)
	switch final {
	case 'A':
		t.y = max(t.y-n, 0)
	case 'B':
		t.y = min(t.y+n, t.rows-1)
	case 'K':
		// A cursor that has filled the last column still stands on it.
		for ansi.Width(t.lines[t.y]) > min(t.x, t.columns-1) {
			line := []rune(t.lines[t.y])
			t.lines[t.y] = string(line[:len(line)-1])
		}
	case 'J':
		for y := t.y; y < t.rows; y++ {
			t.lines[y] = ""
		}
	case 'h', 'l':
		switch args {
		case "?7":
			t.wrap = final == 'h'
		case "?25":
			t.cursor = final == 'h'
		}
	case 'm':
	default:
		t.t.Errorf("unknown control sequence %q", args+string(final))
	}
}

func (t *terminal) feed() {
	if t.y < t.rows-1 {
		t.y++
		return
	}
	t.scrollback = append(t.scrollback, t.lines[0])
	t.lines = append(t.lines[1:], "")
}

func (t *terminal) put(r rune) {
	w := ansi.Width(string(r))
	if t.x+w > t.columns {
		t.t.Errorf("line %q is wider than %d columns", t.lines[t.y]+string(r), t.columns)
		return
	}
	line := []rune(ansi.Pad(t.lines[t.y], t.x))
	before, used := 0, 0
	for before < len(line) && used < t.x {
		used += ansi.Width(string(line[before]))
		before++
	}
	after := before
	for used = 0; after < len(line) && used < w; after++ {
		used += ansi.Width(string(line[after]))
	}
	t.lines[t.y] = string(line[:before]) + string(r) + string(line[after:])
	t.x += w
}

// resize makes the terminal another size, as tmux does it: long lines are
// broken again, and what has no room at the top scrolls out.
func (t *terminal) resize(columns, rows int) {
	var broken []string
	for _, line := range t.lines[:t.y] {
		for ansi.Width(line) > columns {
			runes := []rune(line)
			broken = append(broken, string(runes[:columns]))
			line = string(runes[columns:])
		}
		broken = append(broken, line)
	}
	for len(broken) > rows-1 {
		t.scrollback = append(t.scrollback, broken[0])
		broken = broken[1:]
	}
	t.columns, t.rows, t.y = columns, rows, len(broken)
	t.lines = append(broken, make([]string, rows-len(broken))...)
}

// String is the screen without the empty lines below.
func (t *terminal) String() string {
	var b strings.Builder
	for _, line := range t.lines {
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}
