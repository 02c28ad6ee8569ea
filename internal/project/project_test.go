package project_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/internal/project"
)

// files writes the files of an archive to a new folder.
func files(t *testing.T, archive string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for _, f := range txtar.Parse([]byte(archive)).Files {
		path := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, f.Data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func load(t *testing.T, dir string, paths ...string) (*dsl.Workspace, diag.List) {
	t.Helper()
	w, diags, err := project.Load(dir, paths, dsl.NoActions{})
	if err != nil {
		t.Fatal(err)
	}
	return w, diags
}

func programs(w *dsl.Workspace) string {
	var names []string
	for _, p := range w.Programs {
		names = append(names, p.Name)
	}
	return strings.Join(names, " ")
}

// found writes diagnostics as FILE:CODE.
func found(diags diag.List) string {
	var list []string
	for _, d := range diags {
		list = append(list, d.Span.File.Name+":"+d.Code)
	}
	return strings.Join(list, " ")
}

const simple = "steps: [{value: 1}]\n"

func TestFilesOfAProject(t *testing.T) {
	tree := "-- partitur.yaml --\nproject: p\nFILES\n" +
		"-- a.yaml --\nworkflow: a\n" + simple + "-- flows/b.yml --\nworkflow: b\n" + simple + "-- flows/deep/c.yaml --\nworkflow: c\n" + simple +
		"-- node_modules/d.yaml --\nworkflow: d\n" + simple + "-- vendor/e.yaml --\nworkflow: e\n" + simple + "-- .git/f.yaml --\nworkflow: f\n" + simple +
		"-- compose.yaml --\nservices: {}\n"
	for patterns, want := range map[string]string{
		"":                                  "a b c",
		"files: ['*.yaml']":                 "a",
		"files: [./flows]":                  "b c",
		"files: ['flows/*']":                "b",
		"files: ['**/*.yaml']":              "a c",
		"files: ['flows/**/*.y*ml']":        "b c",
		"files: ['**/deep/*', 'flows/b.*']": "b c",
		"files: [nothing]":                  "",
	} {
		dir := files(t, strings.Replace(tree, "FILES", patterns, 1))
		w, diags := load(t, dir, ".")
		if got := programs(w); got != want || len(diags) > 0 {
			t.Errorf("%q: got %q, %v, want %q", patterns, got, diags, want)
		}
		below, _ := load(t, filepath.Join(dir, "flows"), ".")
		inFlows := strings.TrimPrefix(strings.TrimPrefix(want, "a"), " ")
		if got := programs(below); got != inFlows {
			t.Errorf("%q in flows: got %q, want %q", patterns, got, inFlows)
		}
	}
}

func TestBadPatterns(t *testing.T) {
	for _, pattern := range []string{"[a", "/etc/*", "../other"} {
		_, diags := load(t, files(t, "-- partitur.yaml --\nproject: p\nfiles: ['"+pattern+"']\n"), ".")
		if got := found(diags); got != "partitur.yaml:bad-value" {
			t.Errorf("%q: got %q", pattern, got)
		}
	}
}

// A file is checked with what it needs of its neighbours, and no more.
func TestNeighbours(t *testing.T) {
	const (
		uses      = "-- a.yaml --\nworkflow: a\nsteps: [{id: s, activity: pay}]\noutput: ${ steps.s.output.x }\n"
		child     = "-- a.yaml --\nworkflow: a\nsteps: [{id: s, workflow: b}]\n"
		catalogue = "activities:\n  pay: {timeout: 5s, result: {type: object, properties: {x: {type: string}}}}\n"
	)
	for name, c := range map[string]struct{ tree, diags, programs string }{
		"catalogue beside":                  {uses + "-- c.yaml --\n" + catalogue, "", "a"},
		"catalogue in the project":          {"-- partitur.yaml --\nproject: p\n" + uses + "-- shared/c.yaml --\n" + catalogue, "", "a"},
		"catalogue outside the project":     {"-- partitur.yaml --\nproject: p\nfiles: ['*.yaml']\n" + uses + "-- shared/c.yaml --\n" + catalogue, "a.yaml:missing-timeout", ""},
		"catalogue below, without project":  {uses + "-- shared/c.yaml --\n" + catalogue, "a.yaml:missing-timeout", ""},
		"its result counts":                 {uses + "-- c.yaml --\n" + strings.Replace(catalogue, "{x:", "{y:", 1), "a.yaml:unknown-field", ""},
		"broken, not needed":                {uses + "-- b.yaml --\nactivities: {other: {bogus: 1}}\n-- c.yaml --\n" + catalogue, "b.yaml:broken-neighbour", "a"},
		"one line for each file":            {uses + "-- b.yaml --\nactivities: {other: {bogus: 1, bogous: 2}}\n-- c.yaml --\n" + catalogue, "b.yaml:broken-neighbour", "a"},
		"broken document beside a good one": {uses + "-- c.yaml --\n" + catalogue + "---\nactivities: {other: {bogus: 1}}\n", "c.yaml:broken-neighbour", "a"},
		"broken and needed":                 {uses + "-- c.yaml --\nactivities:\n  pay: {timeout: 5s, bogus: 1}\n", "c.yaml:unknown-key", ""},
		"cannot be read and needed":         {uses + "-- c.yaml --\nactivities:\n  pay: {timeout: 5s\n", "a.yaml:missing-timeout c.yaml:unclosed-bracket", ""},
		"broken workflow":                   {uses + "-- b.yaml --\nworkflow: b\nstep: []\n-- c.yaml --\n" + catalogue, "", "a"},
		"a copy of the file":                {uses + "-- b.yaml --\nworkflow: a\n" + simple + "-- c.yaml --\n" + catalogue, "b.yaml:broken-neighbour", "a"},
		"a child beside":                    {child + "-- b.yaml --\nworkflow: b\nsteps: [{workflow: c}]\n-- c.yaml --\nworkflow: c\n" + simple + "-- d.yaml --\nworkflow: d\n" + simple, "", "a b c"},
		"a broken child":                    {child + "-- b.yaml --\nworkflow: b\nstep: []\n" + simple, "b.yaml:unknown-key", "a"},
		"its own catalogue wins":            {uses + "---\n" + catalogue + "-- b.yaml --\nactivities: {pay: {timeout: 5s}}\n", "b.yaml:broken-neighbour", "a"},
	} {
		w, diags := load(t, files(t, c.tree), "a.yaml")
		if found(diags) != c.diags || programs(w) != c.programs {
			t.Errorf("%s: got %q and programs %q, want %q and %q", name, found(diags), programs(w), c.diags, c.programs)
		}
	}
}

// A test document is checked with the workflow it tests.
func TestWorkflowOfATest(t *testing.T) {
	dir := files(t, "-- a.test.yaml --\ntest: a-1\ncases: [{name: one, mocks: {x: {return: 1}}, expect: {status: completed}}]\n"+
		"-- a.yaml --\nworkflow: a-1\n"+simple+"-- b.yaml --\nworkflow: a\n"+simple+"---\ntest: a\ncases: []\n")
	w, diags := load(t, dir, "a.test.yaml")
	if got := found(diags); got != "a.test.yaml:unknown-call" || programs(w) != "a-1" || len(w.Tests) != 1 {
		t.Errorf("got %q, programs %q", got, programs(w))
	}
}

func TestMissingFile(t *testing.T) {
	dir := files(t, "-- order.yaml --\nworkflow: a\n"+simple)
	_, _, err := project.Load(dir, []string{"oder.yaml"}, dsl.NoActions{})
	if err == nil || err.Error() != "there is no file oder.yaml; did you mean order.yaml?" {
		t.Error(err)
	}
}

// Stamp changes with a neighbour, too.
func TestStamp(t *testing.T) {
	dir := files(t, "-- a.yaml --\nworkflow: a\n"+simple+"-- c.yaml --\nactivities: {}\n")
	var stamps []string
	for _, text := range []string{"activities: {x: {}}\n", "activities: {x: {timeout: 1s}}\n"} {
		if err := os.WriteFile(filepath.Join(dir, "c.yaml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := project.Stamp(dir, []string{"a.yaml"})
		if err != nil {
			t.Fatal(err)
		}
		stamps = append(stamps, s)
	}
	if len(slices.Compact(stamps)) != 2 {
		t.Error("a changed catalogue is not seen")
	}
}
