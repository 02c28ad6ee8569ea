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
