package diag

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	maxWidth = 110 // columns of source that are shown
	tabWidth = 4
)

// A cell is one character of a line as it is shown.
type cell struct {
	text   string
	width  int
	offset int // of the character in the line
}

// cells lays out a line: tabs are spaces, and what a terminal could take for a
// command is replaced.
func cells(line []byte) []cell {
	var row []cell
	column := 0
	for i := 0; i < len(line); {
		r, n := utf8.DecodeRune(line[i:])
		c := cell{string(r), width(r), i}
		switch {
		case r == '\t':
			c.width = tabWidth - column%tabWidth
			c.text = strings.Repeat(" ", c.width)
		case isControl(r):
			c.text, c.width = string(unicode.ReplacementChar), 1
		}
		row = append(row, c)
		column += c.width
		i += n
	}
	return row
}

// window returns the part of a line around the bytes from start to end that
// fits on a screen, the columns before the first of them, and their columns.
func window(line []byte, start, end int) (text string, before, under int) {
	row := cells(line)
	first, cut := 0, false
	before = columns(row, 0, start)
	under = columns(row, start, end)
	if total := columns(row, 0, len(line)); total > maxWidth {
		// Show some of what stands before, and as much as fits after it.
		lead := max(maxWidth-under-maxWidth/4, maxWidth/4)
		for skipped := 0; first < len(row) && before-skipped > lead; first++ {
			skipped += row[first].width
			cut = true
		}
	}
	var b strings.Builder
	used := 0
	if cut {
		b.WriteString("…")
		used = 1
		before = 1 + columns(row[first:], 0, start)
	}
	for _, c := range row[first:] {
		if used+c.width > maxWidth {
			b.WriteString("…")
			break
		}
		b.WriteString(c.text)
		used += c.width
	}
	return strings.TrimRight(b.String(), " "), before, min(under, max(maxWidth-before, 1))
}

// columns is the width of the cells whose characters begin in [start,end).
func columns(row []cell, start, end int) (n int) {
	for _, c := range row {
		if c.offset >= start && c.offset < end {
			n += c.width
		}
	}
	return n
}

// wide holds the ranges that terminals show in two columns.
var wide = [][2]rune{
	{0x1100, 0x115F}, {0x231A, 0x231B}, {0x23E9, 0x23EC}, {0x2614, 0x2615}, {0x2648, 0x2653}, {0x26AA, 0x26AB},
	{0x26BD, 0x26BE}, {0x26C4, 0x26C5}, {0x2705, 0x2705}, {0x270A, 0x270B}, {0x274C, 0x274C}, {0x2753, 0x2755},
	{0x2757, 0x2757}, {0x2795, 0x2797}, {0x2B1B, 0x2B1C}, {0x2B50, 0x2B50}, {0x2B55, 0x2B55}, {0x2E80, 0x303E},
	{0x3041, 0x33FF}, {0x3400, 0x4DBF}, {0x4E00, 0x9FFF}, {0xA000, 0xA4CF}, {0xA960, 0xA97F}, {0xAC00, 0xD7A3},
	{0xF900, 0xFAFF}, {0xFE30, 0xFE6F}, {0xFF00, 0xFF60}, {0xFFE0, 0xFFE6}, {0x1F000, 0x1F02F}, {0x1F0CF, 0x1F0CF},
	{0x1F18E, 0x1F18E}, {0x1F191, 0x1F19A}, {0x1F200, 0x1F265}, {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF},
	{0x1F7E0, 0x1F7EB}, {0x1F900, 0x1F9FF}, {0x1FA70, 0x1FAFF}, {0x20000, 0x3FFFD},
}

// width is the number of columns a character takes.
func width(r rune) int {
	switch {
	case r < 0x300:
		return 1
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf):
		return 0
	}
	for _, w := range wide {
		if r >= w[0] && r <= w[1] {
			return 2
		}
	}
	return 1
}
