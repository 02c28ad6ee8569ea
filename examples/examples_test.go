package examples_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/internal/casetest"
	"github.com/partitur/partitur/internal/project"
	"github.com/partitur/partitur/internal/workers"
)

func load(t *testing.T) *dsl.Workspace {
	t.Helper()
	w, diags, err := project.Load("..", []string{"examples"}, workers.Catalog{})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range diags {
		t.Errorf("%s\n\t%s\n\thint: %s", d, d.Span.Text(), d.Hint)
	}
	return w
}

func TestCases(t *testing.T) {
	w := load(t)
	for _, doc := range w.Tests {
		p := w.Program(doc.Workflow)
		if p == nil {
			t.Errorf("%s: there is no workflow %q", doc.Span, doc.Workflow)
			continue
		}
		for _, c := range doc.Cases {
			t.Run(doc.Workflow+"/"+c.Name, func(t *testing.T) {
				for _, problem := range casetest.Run(p, workers.Catalog{}, c, w.Programs...) {
					t.Error(problem)
				}
			})
		}
	}
}

// TestCoverage demands of the cases that they reach nearly all steps.
func TestCoverage(t *testing.T) {
	w := load(t)
	cover := new(casetest.Coverage)
	suite := casetest.Suite{Player: &casetest.Player{Actions: workers.Catalog{}, Programs: w.Programs, Coverage: cover}, Parallel: 2}
	suite.Run(w.Tests)
	var steps casetest.Tally
	for _, p := range w.Programs {
		for _, point := range cover.Points(p) {
			if point.Kind == casetest.Steps {
				steps.Add(point)
			}
		}
	}
	if steps.Total == 0 || steps.Percent() < 90 {
		t.Errorf("%d of %d steps are reached, and it should be nine in ten: partitur test examples --coverage", steps.Reached, steps.Total)
	}
	t.Logf("%d of %d steps are reached: %.1f%%", steps.Reached, steps.Total, steps.Percent())
}

// TestFiles demands of each workflow a short comment that says how to run it,
// and cases beside it.
func TestFiles(t *testing.T) {
	w := load(t)
	tested := map[string]bool{}
	for _, doc := range w.Tests {
		tested[doc.Span.File.Name+" "+doc.Workflow] = true
	}
	for _, p := range w.Programs {
		name := p.Span.File.Name
		if want := strings.TrimSuffix(name, ".yaml") + ".test.yaml"; !tested[want+" "+p.Name] {
			t.Errorf("%s: no cases for %s in %s", name, p.Name, want)
		}
		comment := head(p.Span.File.Text)
		if n := strings.Count(comment, "\n"); n < 2 || n > 3 {
			t.Errorf("%s: the comment on top has %d lines; it says in 2 or 3 what the example shows and how to run it", name, n)
		}
		if !strings.Contains(comment, name) && !strings.Contains(comment, "go run ./tools/demo") {
			t.Errorf("%s: the comment on top does not say how to run it", name)
		}
	}
}

// head is the comment with which a text begins.
func head(text []byte) string {
	return regexp.MustCompile(`^(#.*\n)*`).FindString(string(text))
}

// ids are the examples that the project owes, by the number of their
// requirement.
var ids = strings.Fields(`
	E-01 E-02 E-03 E-04 E-05 E-06 E-07 E-08 E-09 E-10 E-11 E-12 E-13 E-14 E-15 E-16 E-17 E-18
	E-19 E-19b E-19c E-20 E-21 E-22 E-22b E-23 E-24 E-24b E-25 E-26 E-27 E-28 E-29 E-30 E-31 E-32
	E-33 E-34 E-35 E-36 E-37 E-38 E-39 E-40 E-41 E-42
	E-60 E-61 E-62 E-63 E-64 E-65 E-66 E-67 E-68 E-69 E-70 E-71 E-72
	E6-01 E6-02 E6-03 E6-04 E6-04b E6-05 E6-06 E6-07 E6-08 E6-09 E6-10 E6-11 E6-12 E6-13 E6-14 E6-15 E6-16 E6-16a
	E6-17 E6-18 E6-19 E6-20 E6-21 E6-22 E6-23 E6-24 E6-25 E6-26 E6-27 E6-28 E6-29 E6-30 E6-31 E6-32 E6-33 E6-34
	E6-35 E6-36 E7-01 E7-02 E7-03 E7-04 E7-05 E7-06 E7-07 E7-08 E7-09 E7-10 E7-11 E7-12 E7-13 E7-14 E7-15 E7-16
	E7-17 E7-18 E7-19 E8-01 E8-02 E8-03 E8-04 E8-05 E8-06 E8-06a E8-07 E8-08 E8-09 E8-10a E8-10b E8-10c E8-10d
	E8-10e E8-10f E8-11 E8-12 E8-13 E8-14 E8-15 E8-16 E9-01 E9-02 E9-03 E9-04 E9-05 E9-06 E9-07 E9-08 E9-09 E9-10
	E9-11 E9-12 E9-13 E9-14 E9-15 E9-16 E9-17 E9-18 E9-19 E9-20 E9-21 E9-22 E9-23 E9-24 E9-25 E9-26 E9-27 E9-28
	E9-29 E9-30 E9-31 E13-1 E13-2 E13-3 E13-4 E13-5 E13-6 E13-7 E13-8 E13-9 E13-10 E13-11 E13-12`)

var (
	row  = regexp.MustCompile(`(?m)^\| (E\d*-\w+|–) \|[^|\n]*\|([^|\n]*)\|([^|\n]*)\|$`)
	link = regexp.MustCompile(`\]\(([^)]+)\)`)
)

// TestIndex demands a row in INDEX.md for each example, with files that exist
// or with what it waits for, and a place in it for each workflow.
func TestIndex(t *testing.T) {
	index, err := os.ReadFile("INDEX.md")
	if err != nil {
		t.Fatal(err)
	}
	listed, linked := map[string]bool{}, map[string]bool{}
	for _, m := range row.FindAllStringSubmatch(string(index), -1) {
		listed[m[1]] = true
		files := link.FindAllStringSubmatch(m[2], -1)
		if len(files) == 0 && !strings.Contains(m[3], "needs ") {
			t.Errorf("%s has neither a file nor a reason why not", m[1])
		}
		for _, f := range files {
			linked[f[1]] = true
			if _, err := os.Stat(filepath.FromSlash(f[1])); err != nil {
				t.Errorf("%s: %v", m[1], err)
			}
		}
	}
	for _, id := range ids {
		if !listed[id] {
			t.Errorf("INDEX.md does not list %s", id)
		}
	}
	for _, p := range load(t).Programs {
		if name := strings.TrimPrefix(p.Span.File.Name, "examples/"); !linked[name] {
			t.Errorf("INDEX.md does not lead to %s", name)
		}
	}
}
