package testreport

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

type junitSuites struct {
	XMLName  xml.Name     `xml:"testsuites"`
	Name     string       `xml:"name,attr"`
	Tests    int          `xml:"tests,attr"`
	Failures int          `xml:"failures,attr"`
	Skipped  int          `xml:"skipped,attr"`
	Time     string       `xml:"time,attr"`
	Suites   []junitSuite `xml:"testsuite"`
}

type junitSuite struct {
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Time     string      `xml:"time,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Name    string        `xml:"name,attr"`
	Class   string        `xml:"classname,attr"`
	File    string        `xml:"file,attr"`
	Time    string        `xml:"time,attr"`
	Failure *junitMessage `xml:"failure"`
	Skipped *junitMessage `xml:"skipped"`
}

type junitMessage struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// WriteJUnit writes the results as JUnit does, one suite for each workflow.
func (r *Report) WriteJUnit(w io.Writer) error {
	out := junitSuites{Name: "partitur", Tests: len(r.Cases), Failures: r.Failed, Skipped: r.NotPlayed, Time: seconds(r.Seconds)}
	index, times := map[string]int{}, map[string]float64{}
	for _, c := range r.Cases {
		i, known := index[c.Workflow]
		if !known {
			i = len(out.Suites)
			index[c.Workflow] = i
			out.Suites = append(out.Suites, junitSuite{Name: c.Workflow})
		}
		s := &out.Suites[i]
		times[c.Workflow] += c.Seconds
		s.Tests, s.Time = s.Tests+1, seconds(times[c.Workflow])
		file, _, _ := strings.Cut(c.At, ":")
		one := junitCase{Name: c.Name, Class: c.Workflow, File: file, Time: seconds(c.Seconds)}
		switch c.Status {
		case Failed:
			s.Failures++
			one.Failure = &junitMessage{c.Problems[0].Text, c.plain()}
		case NotPlayed:
			s.Skipped++
			one.Skipped = &junitMessage{Message: c.NotPlayed}
		}
		s.Cases = append(s.Cases, one)
	}
	return writeXML(w, out)
}

func writeXML(w io.Writer, v any) error {
	data, err := xml.MarshalIndent(v, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s%s\n", xml.Header, data)
	return err
}

func seconds(s float64) string { return fmt.Sprintf("%.3f", s) }

// plain is what the terminal shows of a case, without colours.
func (c Case) plain() string {
	var b strings.Builder
	(&printer{w: &b, width: 100}).failure(c)
	return b.String()
}
