package casetest

import (
	"fmt"
	"strings"
	"time"

	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/value"
)

// A Problem is one thing that is not as a case expects.
type Problem struct {
	At               source.Span // in the test file
	Case             string
	Text             string
	Expected, Actual []string    // line by line, where two things are compared
	Source           source.Span // the line of the workflow that it is about, if there is one
}

func (p Problem) String() string {
	s := fmt.Sprintf("%s: %s: %s", p.At, p.Case, p.Text)
	if p.Compares() {
		s += "\n\texpected: " + oneLine(p.Expected) + "\n\tactual:   " + oneLine(p.Actual)
	}
	return s
}

// Compares tells whether the problem is that two things differ.
func (p Problem) Compares() bool { return len(p.Expected)+len(p.Actual) > 0 }

func oneLine(lines []string) string {
	var words []string
	for _, line := range lines {
		words = append(words, strings.TrimSpace(line))
	}
	return strings.Join(words, " ")
}

// A Moment is one thing that happened in a case.
type Moment struct {
	At    time.Duration // after the start of the case
	Where string        // file:line, or ""
	Text  string
}

func (m Moment) String() string {
	return strings.TrimSpace(value.FormatDuration(m.At)+" "+m.Where) + " " + m.Text
}
