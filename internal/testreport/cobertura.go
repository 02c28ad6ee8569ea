package testreport

import (
	"encoding/xml"
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/partitur/partitur/internal/casetest"
)

type cobertura struct {
	XMLName       xml.Name           `xml:"coverage"`
	LineRate      string             `xml:"line-rate,attr"`
	BranchRate    string             `xml:"branch-rate,attr"`
	LinesCovered  int                `xml:"lines-covered,attr"`
	LinesValid    int                `xml:"lines-valid,attr"`
	BranchCovered int                `xml:"branches-covered,attr"`
	BranchValid   int                `xml:"branches-valid,attr"`
	Complexity    string             `xml:"complexity,attr"`
	Version       string             `xml:"version,attr"`
	Timestamp     int                `xml:"timestamp,attr"`
	Sources       []string           `xml:"sources>source"`
	Packages      []coberturaPackage `xml:"packages>package"`
}

type coberturaPackage struct {
	Name       string           `xml:"name,attr"`
	LineRate   string           `xml:"line-rate,attr"`
	BranchRate string           `xml:"branch-rate,attr"`
	Complexity string           `xml:"complexity,attr"`
	Classes    []coberturaClass `xml:"classes>class"`
}

type coberturaClass struct {
	Name       string          `xml:"name,attr"`
	File       string          `xml:"filename,attr"`
	LineRate   string          `xml:"line-rate,attr"`
	BranchRate string          `xml:"branch-rate,attr"`
	Complexity string          `xml:"complexity,attr"`
	Methods    struct{}        `xml:"methods"`
	Lines      []coberturaLine `xml:"lines>line"`
}

type coberturaLine struct {
	Number    int    `xml:"number,attr"`
	Hits      int    `xml:"hits,attr"`
	Branch    bool   `xml:"branch,attr"`
	Condition string `xml:"condition-coverage,attr,omitempty"`
}

// WriteCobertura writes what was reached as Cobertura does: a class for each
// file, whose lines are those of steps, catches and messages, with the outcomes
// of conditions as branches.
func (c *Coverage) WriteCobertura(w io.Writer) error {
	out := cobertura{Version: "partitur", Complexity: "0", Sources: []string{"."}}
	index := map[string]int{}
	var lines, branches casetest.Tally
	for _, f := range c.Files {
		dir := path.Dir(f.Name)
		i, known := index[dir]
		if !known {
			i = len(out.Packages)
			index[dir] = i
			out.Packages = append(out.Packages, coberturaPackage{Name: strings.ReplaceAll(dir, "/", "."), Complexity: "0"})
		}
		class, own := f.class()
		out.Packages[i].Classes = append(out.Packages[i].Classes, class)
		lines.Reached, lines.Total = lines.Reached+own.Reached, lines.Total+own.Total
		conditions := f.tally(casetest.Conditions)
		branches.Reached, branches.Total = branches.Reached+conditions.Reached, branches.Total+conditions.Total
	}
	for i := range out.Packages {
		out.Packages[i].sum(c, out.Packages[i].Classes)
	}
	out.LineRate, out.LinesCovered, out.LinesValid = rate(lines), lines.Reached, lines.Total
	out.BranchRate, out.BranchCovered, out.BranchValid = rate(branches), branches.Reached, branches.Total
	return writeXML(w, out)
}

// sum takes the rates of the files of a package.
func (p *coberturaPackage) sum(c *Coverage, classes []coberturaClass) {
	var lines, branches casetest.Tally
	for _, class := range classes {
		for _, f := range c.Files {
			if f.Name == class.File {
				_, own := f.class()
				conditions := f.tally(casetest.Conditions)
				lines.Reached, lines.Total = lines.Reached+own.Reached, lines.Total+own.Total
				branches.Reached, branches.Total = branches.Reached+conditions.Reached, branches.Total+conditions.Total
			}
		}
	}
	p.LineRate, p.BranchRate = rate(lines), rate(branches)
}

func rate(t casetest.Tally) string { return fmt.Sprintf("%.4f", t.Percent()/100) }

// class is a file, and how many of its lines were reached.
func (f File) class() (coberturaClass, casetest.Tally) {
	out := coberturaClass{Name: path.Base(f.Name), File: f.Name, Complexity: "0", BranchRate: rate(f.tally(casetest.Conditions))}
	var reached casetest.Tally
	for _, l := range f.lines() {
		out.Lines = append(out.Lines, l)
		reached.Total++
		if l.Hits > 0 {
			reached.Reached++
		}
	}
	out.LineRate = rate(reached)
	return out, reached
}

// lines are the lines of a file on which something can be reached.
func (f File) lines() (lines []coberturaLine) {
	var branches casetest.Tally
	for _, p := range f.points {
		if n := len(lines); n == 0 || lines[n-1].Number != p.Line() {
			lines, branches = append(lines, coberturaLine{Number: p.Line()}), casetest.Tally{}
		}
		l := &lines[len(lines)-1]
		l.Hits = max(l.Hits, p.Hits)
		if p.Kind == casetest.Conditions {
			branches.Add(p)
			l.Branch, l.Condition = true, fmt.Sprintf("%.0f%% (%d/%d)", branches.Percent(), branches.Reached, branches.Total)
		}
	}
	return lines
}
