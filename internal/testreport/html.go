package testreport

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"

	"github.com/partitur/partitur/internal/casetest"
)

//go:embed coverage.html
var page string

var coveragePage = template.Must(template.New("coverage").Parse(page))

// htmlFile is a file as the page shows it.
type htmlFile struct {
	ID, Name string
	Percents []string // in the order of the kinds
	Share    string   // of all points
	Class    string
	Lines    []htmlLine
}

// htmlLine is a line of a file.
type htmlLine struct {
	Number int
	Text   string
	Class  string // hit, part, miss or none
	Hits   string
	Notes  []string // what is not reached on it
}

// WriteHTML writes one page that shows what was reached over the text of the
// workflows. It needs nothing else.
func (c *Coverage) WriteHTML(w io.Writer) error {
	data := struct {
		Kinds []Kind
		Files []htmlFile
	}{Kinds: c.Kinds}
	for i, f := range c.Files {
		data.Files = append(data.Files, f.html(fmt.Sprintf("file%d", i)))
	}
	return coveragePage.Execute(w, data)
}

func (f File) html(id string) htmlFile {
	all := f.tally("")
	out := htmlFile{ID: id, Name: f.Name, Share: fmt.Sprintf("%.0f%%", all.Percent()), Class: classOf(all)}
	for _, kind := range casetest.Kinds {
		t := f.tally(kind)
		text := fmt.Sprintf("%d of %d", t.Reached, t.Total)
		if t.Total == 0 {
			text = ""
		}
		out.Percents = append(out.Percents, text)
	}
	byLine := map[int][]casetest.Point{}
	for _, p := range f.points {
		byLine[p.Line()] = append(byLine[p.Line()], p)
	}
	text := strings.TrimRight(string(f.file.Text), "\n")
	for i, line := range strings.Split(text, "\n") {
		out.Lines = append(out.Lines, htmlLineOf(i+1, strings.TrimRight(line, "\r"), byLine[i+1]))
	}
	return out
}

func htmlLineOf(number int, text string, points []casetest.Point) htmlLine {
	l := htmlLine{Number: number, Text: text, Class: "none"}
	var tally casetest.Tally
	hits := 0
	for _, p := range points {
		tally.Add(p)
		if p.Hits == 0 {
			l.Notes = append(l.Notes, p.Name)
		}
		if p.Kind != casetest.Conditions {
			hits = max(hits, p.Hits)
		}
	}
	if len(points) > 0 {
		l.Class = classOf(tally)
		if hits > 0 {
			l.Hits = fmt.Sprintf("%d×", hits)
		}
	}
	return l
}

func classOf(t casetest.Tally) string {
	switch t.Reached {
	case t.Total:
		return "hit"
	case 0:
		return "miss"
	}
	return "part"
}
