// Package source holds source text and the spans that point into it.
package source

import (
	"bytes"
	"fmt"
	"sort"
	"unicode/utf8"
)

// A File is one source text.
type File struct {
	Name  string // as messages show it: relative to where the author stands
	Text  []byte
	lines []int // byte offset of each line's start; a byte order mark belongs to no line
}

const byteOrderMark = "\xef\xbb\xbf"

// NewFile indexes text by line.
func NewFile(name string, text []byte) *File {
	f := &File{Name: name, Text: text, lines: []int{0}}
	if bytes.HasPrefix(text, []byte(byteOrderMark)) {
		f.lines[0] = len(byteOrderMark)
	}
	for i, c := range text {
		if c == '\n' {
			f.lines = append(f.lines, i+1)
		}
	}
	return f
}

// Offset converts a 1-based line and column, counted in runes, to a byte
// offset. Places outside the text become its nearest end.
func (f *File) Offset(line, col int) int {
	if line < 1 {
		return f.lines[0]
	}
	if line > len(f.lines) {
		return len(f.Text)
	}
	off := f.lines[line-1]
	for ; col > 1 && off < len(f.Text) && f.Text[off] != '\n'; col-- {
		_, n := utf8.DecodeRune(f.Text[off:])
		off += n
	}
	return off
}

// Pos converts a byte offset to a 1-based line and column, counted in runes.
func (f *File) Pos(off int) (line, col int) {
	off = min(max(off, f.lines[0]), len(f.Text))
	line = sort.SearchInts(f.lines, off+1)
	return line, utf8.RuneCount(f.Text[f.lines[line-1]:off]) + 1
}

// Lines is the number of lines in the file.
func (f *File) Lines() int { return len(f.lines) }

// Line returns the text of a 1-based line, without its line break.
func (f *File) Line(n int) []byte {
	if n < 1 || n > len(f.lines) {
		return nil
	}
	line, _, _ := bytes.Cut(f.Text[f.lines[n-1]:], []byte("\n"))
	return bytes.TrimSuffix(line, []byte("\r"))
}

// A Span is a half-open range of bytes in a file. The zero Span points nowhere.
type Span struct {
	File       *File
	Start, End int
}

// IsZero tells whether the span points nowhere.
func (s Span) IsZero() bool { return s.File == nil }

// String is the start of the span as file:line:column.
func (s Span) String() string {
	if s.File == nil {
		return "-"
	}
	line, col := s.File.Pos(s.Start)
	return fmt.Sprintf("%s:%d:%d", s.File.Name, line, col)
}

// Text returns the source text the span covers.
func (s Span) Text() string {
	if s.File == nil {
		return ""
	}
	return string(s.File.Text[s.Start:s.End])
}

// To returns the span from the start of s to the end of t.
func (s Span) To(t Span) Span { return Span{s.File, s.Start, max(s.End, t.End)} }

// Sub returns the part of s from byte i to byte j of its own text.
func (s Span) Sub(i, j int) Span {
	n := s.End - s.Start
	i = min(max(i, 0), n)
	return Span{s.File, s.Start + i, s.Start + min(max(j, i), n)}
}
