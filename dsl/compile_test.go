package dsl_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/internal/golden/actions"
)

// TestCompile makes each program again of its recorded sources: a worker that
// never saw the files gets the same.
func TestCompile(t *testing.T) {
	files, err := filepath.Glob("testdata/ok/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("there are no cases", err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		w, _ := dsl.Load([]*source.File{source.NewFile(name, text)}, actions.Catalog{})
		for _, p := range w.Programs {
			again, err := dsl.Compile(p.Sources, actions.Catalog{})
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if again.Digest != p.Digest || !reflect.DeepEqual(again.IDs, p.IDs) || !reflect.DeepEqual(again.Sources, p.Sources) {
				t.Errorf("%s: the recorded sources of %q make another program", name, p.Name)
			}
		}
	}
}

// TestLeaning checks that a definition does not become a program while a
// document that it leans on has a mistake, and that others do.
func TestLeaning(t *testing.T) {
	for text, want := range map[string]int{
		"project: p\ndefaults: {timeout: 5s}\n":                        2,
		"project: p\ndefaults: {timeout: soon}\n":                      0,
		"activities: {charge: {result: {type: strng}}}\n":              1,
		"activities: {other: {result: {type: strng}}}\n":               2,
		"schedule: s\nworkflow: charging\nevery: soon\n":               2,
		"test: charging\ncases: [{name: a, expect: {status: done}}]\n": 2,
	} {
		w, _ := dsl.Load([]*source.File{
			source.NewFile("other.yaml", []byte(text)),
			source.NewFile("charging.yaml", []byte("workflow: charging\nsteps: [{activity: charge, timeout: 5s}]\n")),
			source.NewFile("plain.yaml", []byte("workflow: plain\nsteps: [{value: 1}]\n")),
		}, actions.Catalog{})
		var names []string
		for _, p := range w.Programs {
			names = append(names, p.Name)
		}
		if len(names) != want {
			t.Errorf("with\n%sthe programs are %s, want %d of them", text, strings.Join(names, ", "), want)
		}
	}
}

// TestRecordedCatalogue checks that a run records no more of the catalogues
// than it uses, where it stood.
func TestRecordedCatalogue(t *testing.T) {
	const flow = "workflow: w\nsteps:\n  - activity: charge\n    compensate: {activity: refund}\n"
	for _, c := range []struct{ catalogue, want string }{
		{ // entries nobody uses leave empty lines
			"# Ours\nactivities:\n  # first\n  pick: {timeout: 1s}\n  charge:\n    timeout: 2s\n\n  pack:\n    description: |\n      charge:\n  refund: {timeout: 3s}\n  zip: {}\n",
			"activities:\n  # first\n\n  charge:\n    timeout: 2s\n\n\n\n\n  refund: {timeout: 3s}",
		},
		{"activities: {charge: {timeout: 2s}, refund: {timeout: 3s}, zip: {}}\n", "activities: {charge: {timeout: 2s}, refund: {timeout: 3s}, zip: {}}"},
		{"activities:\n  zip: &t {timeout: 2s}\n  charge: *t\n  refund: *t\n", "activities:\n  zip: &t {timeout: 2s}\n  charge: *t\n  refund: *t"},
	} {
		w, diags := dsl.Load([]*source.File{
			source.NewFile("w.yaml", []byte(flow)),
			source.NewFile("catalogue.yaml", []byte(c.catalogue+"---\nactivities: {other: {}}\n")),
		}, actions.Catalog{})
		if len(w.Programs) != 1 {
			t.Fatal(diags)
		}
		p := w.Programs[0]
		if len(p.Sources) != 2 || p.Sources[1].Text != c.want {
			t.Errorf("recorded: %+v\nwant: %q", p.Sources[1:], c.want)
		}
		again, err := dsl.Compile(p.Sources, actions.Catalog{})
		if err != nil {
			t.Fatal(err)
		}
		if a, b := p.Steps[0], again.Steps[0]; a.Timeout.StartToClose != b.Timeout.StartToClose || again.Digest != p.Digest {
			t.Errorf("%q: the recorded sources make another program", c.catalogue)
		}
	}
}

// TestCompileKeepsSources checks that a run that recorded more than this version
// would keeps its digest, by which workers find it.
func TestCompileKeepsSources(t *testing.T) {
	recorded := []dsl.Source{
		{File: "w.yaml", Line: 1, Text: "workflow: w\nsteps: [{activity: charge}]"},
		{File: "c.yaml", Line: 3, Text: "activities:\n  charge: {timeout: 1s}\n  other: {timeout: 1s}"},
	}
	p, err := dsl.Compile(recorded, actions.Catalog{})
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(p.Sources, recorded) {
		t.Errorf("recorded: %+v", p.Sources)
	}
	again, err := dsl.Compile(p.Sources, actions.Catalog{})
	if err != nil || again.Digest != p.Digest {
		t.Error(again, err)
	}
}
