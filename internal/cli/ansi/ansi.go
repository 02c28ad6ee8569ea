// Package ansi writes text for terminals: it measures, cuts and colours.
package ansi

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/width"
)

// Width is the number of columns that s takes on a terminal. It must hold no
// control characters; see Clean.
func Width(s string) (n int) {
	for _, r := range s {
		n += columns(r)
	}
	return n
}

func columns(r rune) int {
	switch {
	case r < 0x300:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	}
	if k := width.LookupRune(r).Kind(); k == width.EastAsianWide || k == width.EastAsianFullwidth {
		return 2
	}
	return 1
}

// Clean makes one line of s that cannot steer a terminal.
func Clean(s string) string {
	if strings.IndexFunc(s, unsafe) < 0 && utf8.ValidString(s) {
		return s
	}
	s = strings.Map(func(r rune) rune {
		if unsafe(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
	return strings.Join(strings.Fields(s), " ")
}

// unsafe are control characters, and those that turn the direction of text.
func unsafe(r rune) bool {
	return unicode.IsControl(r) || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069 || r == 0x2028 || r == 0x2029
}

// Fit cuts s to at most n columns and marks the cut.
func Fit(s string, n int) string {
	if Width(s) <= n {
		return s
	}
	if n < 1 {
		return ""
	}
	used := 0
	for i, r := range s {
		if used+columns(r) > n-1 {
			return strings.TrimRight(s[:i], " ") + "…"
		}
		used += columns(r)
	}
	return s
}

// Pad fills s up to n columns.
func Pad(s string, n int) string { return s + strings.Repeat(" ", max(n-Width(s), 0)) }

// PadLeft fills s up to n columns from the left.
func PadLeft(s string, n int) string { return strings.Repeat(" ", max(n-Width(s), 0)) + s }

// A Color is an SGR code.
type Color string

// The colours of the output.
const (
	Plain  Color = ""
	Bold   Color = "1"
	Dim    Color = "2"
	Red    Color = "31"
	Green  Color = "32"
	Yellow Color = "33"
	Blue   Color = "34"
	Cyan   Color = "36"
)

// A Palette colours text, if it is on.
type Palette struct{ On bool }

// Paint colours s.
func (p Palette) Paint(c Color, s string) string {
	if !p.On || c == Plain || s == "" {
		return s
	}
	return "\x1b[" + string(c) + "m" + s + "\x1b[0m"
}
