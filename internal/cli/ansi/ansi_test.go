package ansi_test

import (
	"testing"

	"github.com/partitur/partitur/internal/cli/ansi"
)

func TestWidth(t *testing.T) {
	for s, want := range map[string]int{"": 0, "abc": 3, "äß": 2, "日本": 4, "e\u0301": 1, "✅": 2, "…": 1, "a\u200bb": 2} {
		if got := ansi.Width(s); got != want {
			t.Errorf("%q is %d wide, want %d", s, got, want)
		}
	}
}

func TestFit(t *testing.T) {
	for _, c := range []struct {
		s    string
		n    int
		want string
	}{
		{"order", 5, "order"},
		{"orders", 5, "orde…"},
		{"日本語", 6, "日本語"},
		{"日本語", 5, "日本…"},
		{"日本語", 4, "日…"},
		{"a bcd", 3, "a…"},
		{"abc", 1, "…"},
		{"abc", 0, ""},
	} {
		got := ansi.Fit(c.s, c.n)
		if got != c.want || ansi.Width(got) > c.n {
			t.Errorf("Fit(%q, %d) = %q, want %q", c.s, c.n, got, c.want)
		}
	}
}

func TestClean(t *testing.T) {
	for s, want := range map[string]string{
		"plain  text":          "plain  text",
		"two\nlines\r\n":       "two lines",
		"\x1b[31mred\x1b[0m":   "[31mred [0m",
		"bad \xff byte":        "bad \uFFFD byte",
		"turned \u202Etxt.exe": "turned txt.exe",
	} {
		if got := ansi.Clean(s); got != want {
			t.Errorf("Clean(%q) = %q, want %q", s, got, want)
		}
	}
}

func TestPad(t *testing.T) {
	if got := ansi.Pad("日", 4) + "|" + ansi.PadLeft("日", 4) + "|" + ansi.Pad("abc", 2); got != "日  |  日|abc" {
		t.Errorf("got %q", got)
	}
}

func TestPaint(t *testing.T) {
	if got := (ansi.Palette{}).Paint(ansi.Red, "x"); got != "x" {
		t.Errorf("a palette that is off wrote %q", got)
	}
	if got := (ansi.Palette{On: true}).Paint(ansi.Red, "x"); got != "\x1b[31mx\x1b[0m" {
		t.Errorf("got %q", got)
	}
}
