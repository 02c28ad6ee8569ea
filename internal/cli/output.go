package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/partitur/partitur/internal/cli/ansi"
)

// A format is what -o asks for.
type format string

const (
	text     format = "text"
	asJSON   format = "json"
	asSARIF  format = "sarif"
	asGitHub format = "github"
)

var formats = []string{string(text), string(asJSON), string(asSARIF), string(asGitHub)}

// Set, String and Type make it a flag.
func (f *format) Set(s string) error {
	if !slices.Contains(formats, s) {
		return fmt.Errorf("%q is not known, it can be text or json", s)
	}
	*f = format(s)
	return nil
}

func (f *format) String() string { return string(*f) }

// Type names the value in the help.
func (f *format) Type() string { return "FORMAT" }

// show prints a result: v as JSON, or what write makes of it.
func (c *call) show(v any, write func(w io.Writer)) error {
	if c.format == text {
		write(c.Stdout)
		return nil
	}
	return writeJSON(c.Stdout, v)
}

// writeJSON writes indented JSON. Numbers and signs stay as they are.
func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// colors is the palette for a stream.
func (s *session) colors(terminal bool) ansi.Palette {
	noColor, _ := s.Env.LookupEnv("NO_COLOR")
	term, _ := s.Env.LookupEnv("TERM")
	return ansi.Palette{On: terminal && noColor == "" && term != "dumb"}
}

// A cell is one place in a table.
type cell struct {
	text  string
	color ansi.Color
}

// writeTable aligns rows under a header; on a terminal lines are cut at its
// width.
func (c *call) writeTable(w io.Writer, header []string, rows [][]cell) {
	widths := make([]int, len(header))
	for i, h := range header {
		widths[i] = ansi.Width(h)
	}
	for _, row := range rows {
		for i := range row {
			row[i].text = ansi.Clean(row[i].text)
			widths[i] = max(widths[i], ansi.Width(row[i].text))
		}
	}
	head := make([]cell, len(header))
	for i, h := range header {
		head[i] = cell{h, ansi.Dim}
	}
	for _, row := range append([][]cell{head}, rows...) {
		c.writeRow(w, row, widths)
	}
}

func (c *call) writeRow(w io.Writer, row []cell, widths []int) {
	room := 1 << 20
	if c.Terminal.Stdout {
		if columns, _ := c.Terminal.Size(); columns > 0 {
			room = columns
		}
	}
	var b strings.Builder
	colors := c.colors(c.Terminal.Stdout)
	for i, cell := range row {
		s := cell.text
		if i < len(row)-1 {
			s = ansi.Pad(s, widths[i]) + "  "
		}
		s = ansi.Fit(s, room)
		room -= ansi.Width(s)
		b.WriteString(colors.Paint(cell.color, s))
	}
	fmt.Fprintln(w, strings.TrimRight(b.String(), " "))
}

// A field is a line of a description.
type field struct{ name, value string }

// writeFields writes names and values in two columns and leaves out what has
// no value.
func writeFields(w io.Writer, fields []field) {
	width := 0
	for _, f := range fields {
		if f.value != "" {
			width = max(width, ansi.Width(f.name))
		}
	}
	for _, f := range fields {
		if f.value != "" {
			fmt.Fprintf(w, "%s  %s\n", ansi.Pad(f.name, width), f.value)
		}
	}
}
