package cli

import (
	"fmt"
	"io"

	"github.com/spf13/pflag"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/internal/casetest"
	"github.com/partitur/partitur/internal/cli/ansi"
	"github.com/partitur/partitur/internal/workers"
)

var testCommand = command{
	use:     "test [PATH...]",
	group:   filesGroup,
	summary: "run the cases of test files, without a server",
	help: `
Run the cases in *.test.yaml files, or those of all folders named (the current
one if none is): the real workflow, mocks in place of activities and HTTP calls,
and a clock that skips waiting. Each case runs twice and must go the same way.

The exit code is 1 when a case fails.`,
	examples: `
  partitur test
  partitur test workflows/`,
	setup: func(*pflag.FlagSet) run {
		return func(c *call) error {
			paths := c.args
			if len(paths) == 0 {
				paths = []string{"."}
			}
			space, err := c.load(paths)
			if err != nil {
				return err
			}
			report, err := runCases(space)
			if err != nil {
				return err
			}
			if err := c.show(report, func(w io.Writer) { c.writeReport(w, report) }); err != nil {
				return err
			}
			if report.Failed > 0 {
				return errQuiet
			}
			return nil
		}
	},
}

// A testReport is what came of all cases.
type testReport struct {
	Passed   int         `json:"passed"`
	Failed   int         `json:"failed"`
	Problems []caseIssue `json:"problems"`
}

// A caseIssue is one thing that is not as a case expects.
type caseIssue struct {
	At   string `json:"at"`
	Case string `json:"case"`
	Text string `json:"text"`
}

func runCases(space *dsl.Workspace) (*testReport, error) {
	r := &testReport{Problems: []caseIssue{}}
	for _, doc := range space.Tests {
		p := space.Program(doc.Workflow)
		if p == nil {
			return nil, usage("%s: there is no workflow %q in these files", doc.Span, doc.Workflow)
		}
		for _, one := range doc.Cases {
			problems := casetest.Run(p, workers.Catalog{}, one, space.Programs...)
			if len(problems) == 0 {
				r.Passed++
				continue
			}
			r.Failed++
			for _, p := range problems {
				r.Problems = append(r.Problems, caseIssue{p.At.String(), p.Case, p.Text})
			}
		}
	}
	if r.Passed+r.Failed == 0 {
		return nil, usage("there are no cases in these files").hint("cases stand in *.test.yaml files")
	}
	return r, nil
}

func (c *call) writeReport(w io.Writer, r *testReport) {
	colors := c.colors(c.Terminal.Stdout)
	for _, p := range r.Problems {
		fmt.Fprintf(w, "%s %s: %s\n", colors.Paint(ansi.Red, "FAIL"), p.At, p.Case)
		fmt.Fprintf(w, "  %s\n", p.Text)
	}
	fmt.Fprintf(w, "%d passed, %d failed\n", r.Passed, r.Failed)
}
