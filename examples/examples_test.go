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
	E-60 E-61 E-62 E-63 E-64 E-65 E-66 E-67 E-68 E-69 E-70 E-71 E-72`)

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
