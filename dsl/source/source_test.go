package source_test

import (
	"testing"

	"github.com/partitur/partitur/dsl/source"
)

func TestPos(t *testing.T) {
	for _, c := range []struct {
		text           string
		off, line, col int
	}{
		{"ab\ncd", 0, 1, 1},
		{"ab\ncd", 4, 2, 2},
		{"äb\ncd", 2, 1, 2},
		{"ab\ncd", 99, 2, 3},
		{"", 0, 1, 1},
		{"\xef\xbb\xbfab\ncd", 0, 1, 1},
		{"\xef\xbb\xbfab\ncd", 4, 1, 2},
		{"\xef\xbb\xbfab\ncd", 6, 2, 1},
	} {
		f := source.NewFile("f.yaml", []byte(c.text))
		line, col := f.Pos(c.off)
		if line != c.line || col != c.col {
			t.Errorf("%q: byte %d is at %d:%d, want %d:%d", c.text, c.off, line, col, c.line, c.col)
		}
		if off := f.Offset(line, col); off != min(off, c.off) && c.off != 0 {
			t.Errorf("%q: %d:%d is byte %d, want %d", c.text, line, col, off, c.off)
		}
	}
}

// TestFirstLine checks that a byte order mark is no part of the text.
func TestFirstLine(t *testing.T) {
	f := source.NewFile("f.yaml", []byte("\xef\xbb\xbfa: 1\n"))
	if got := string(f.Line(1)); got != "a: 1" {
		t.Errorf("the first line is %q", got)
	}
}
