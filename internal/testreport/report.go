// Package testreport writes what came of test cases, and what they reached of
// the workflows, for people and for other tools.
package testreport

import (
	"time"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/value"
	"github.com/partitur/partitur/internal/casetest"
)

// A Report is what came of all cases.
type Report struct {
	Passed         int       `json:"passed"`
	Failed         int       `json:"failed"`
	NotPlayed      int       `json:"not_played"`
	Seconds        float64   `json:"seconds"`
	CasesPerSecond float64   `json:"cases_per_second"`
	Cases          []Case    `json:"cases"`
	Coverage       *Coverage `json:"coverage,omitempty"`
}

// A Case is what came of one.
type Case struct {
	Workflow  string    `json:"workflow"`
	Name      string    `json:"name"`
	At        string    `json:"at"`
	Tags      []string  `json:"tags,omitempty"`
	Status    string    `json:"status"` // passed, failed or not_played
	Seconds   float64   `json:"seconds"`
	Elapsed   string    `json:"elapsed,omitempty"` // by the clock of the run
	NotPlayed string    `json:"not_played,omitempty"`
	Problems  []Problem `json:"problems,omitempty"`
	Trace     []string  `json:"trace,omitempty"` // of a case that failed
}

// A Problem is one thing that is not as a case expects.
type Problem struct {
	At       string   `json:"at"`
	Text     string   `json:"text"`
	Expected []string `json:"expected,omitempty"`
	Actual   []string `json:"actual,omitempty"`
	Source   *Line    `json:"source,omitempty"`
}

// A Line is a line of a workflow.
type Line struct {
	At   string `json:"at"`
	Text string `json:"text"`
}

// The statuses of a case.
const (
	Passed    = "passed"
	Failed    = "failed"
	NotPlayed = "not_played"
)

// New makes a report of results.
func New(results []*casetest.Result, took time.Duration) *Report {
	r := &Report{Seconds: took.Seconds(), Cases: []Case{}}
	for _, one := range results {
		c := newCase(one)
		r.Cases = append(r.Cases, c)
		switch c.Status {
		case Passed:
			r.Passed++
		case Failed:
			r.Failed++
		default:
			r.NotPlayed++
		}
	}
	if took > 0 {
		r.CasesPerSecond = float64(r.Passed+r.Failed) / took.Seconds()
	}
	return r
}

func newCase(r *casetest.Result) Case {
	c := Case{
		Workflow: r.Workflow, Name: r.Case.Name, At: r.Case.Span.Sub(0, 1).String(), Tags: r.Case.Tags,
		Status: Passed, Seconds: r.Took.Seconds(), NotPlayed: r.NotPlayed,
	}
	switch {
	case len(r.Problems) > 0:
		c.Status = Failed
	case r.NotPlayed != "" && r.Trace == nil:
		c.Status = NotPlayed
		return c
	}
	c.Elapsed = value.FormatDuration(r.Elapsed)
	for _, p := range r.Problems {
		c.Problems = append(c.Problems, Problem{p.At.String(), p.Text, p.Expected, p.Actual, lineOf(p.Source)})
	}
	if c.Status == Failed {
		for _, m := range r.Trace {
			c.Trace = append(c.Trace, m.String())
		}
	}
	return c
}

// lineOf is the line on which a span begins, or nil.
func lineOf(at source.Span) *Line {
	if at.IsZero() {
		return nil
	}
	line, _ := at.File.Pos(at.Start)
	return &Line{at.Sub(0, 1).String(), string(at.File.Line(line))}
}

// A Coverage is what cases reached of workflows.
type Coverage struct {
	Kinds []Kind `json:"kinds"`
	Files []File `json:"files"`
}

// A Kind is how much was reached of one kind of points.
type Kind struct {
	Name    string  `json:"name"`
	Reached int     `json:"reached"`
	Total   int     `json:"total"`
	Percent float64 `json:"percent"`
}

// A File is what was reached of the workflows in a file.
type File struct {
	Name   string           `json:"name"`
	Missed []Missed         `json:"missed"`
	file   *source.File     // whose text it is
	points []casetest.Point // in source order
}

// A Missed is a point that no case reached.
type Missed struct {
	At   string `json:"at"`
	Kind string `json:"kind"`
	Name string `json:"name"`
}

// NewCoverage sums up what was reached of programs.
func NewCoverage(c *casetest.Coverage, programs []*dsl.Program) *Coverage {
	out := &Coverage{Files: []File{}}
	tallies, index := map[string]*casetest.Tally{}, map[string]int{}
	for _, kind := range casetest.Kinds {
		tallies[kind] = new(casetest.Tally)
	}
	for _, p := range programs {
		f := p.Span.File
		i, known := index[f.Name]
		if !known {
			i = len(out.Files)
			index[f.Name] = i
			out.Files = append(out.Files, File{Name: f.Name, file: f, Missed: []Missed{}})
		}
		for _, point := range c.Points(p) {
			tallies[point.Kind].Add(point)
			out.Files[i].points = append(out.Files[i].points, point)
			if point.Hits == 0 {
				out.Files[i].Missed = append(out.Files[i].Missed, Missed{point.At.Sub(0, 1).String(), point.Kind, point.Name})
			}
		}
	}
	for _, kind := range casetest.Kinds {
		t := tallies[kind]
		out.Kinds = append(out.Kinds, Kind{kind, t.Reached, t.Total, t.Percent()})
	}
	return out
}

// Percent is the share that was reached of a kind of points.
func (c *Coverage) Percent(kind string) float64 {
	for _, k := range c.Kinds {
		if k.Name == kind {
			return k.Percent
		}
	}
	return 0
}

// tally counts the points of a file, of one kind or of all.
func (f File) tally(kind string) (t casetest.Tally) {
	for _, p := range f.points {
		if kind == "" || p.Kind == kind {
			t.Add(p)
		}
	}
	return t
}
