package dsl_test

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/internal/golden/actions"
)

// FuzzLoad reads any text: nothing panics, every finding points into the file,
// and reading it again finds the same.
func FuzzLoad(f *testing.F) {
	for _, dir := range []string{"testdata/want", "testdata/ok"} {
		files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
		if err != nil {
			f.Fatal(err)
		}
		for _, name := range files {
			text, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			for _, document := range bytes.Split(text, []byte("\n---\n")) {
				if len(document) < 2000 {
					f.Add(document)
				}
			}
		}
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		file := source.NewFile("fuzz.yaml", text)
		w, diags := dsl.Load([]*source.File{file}, actions.Catalog{})
		for _, d := range diags {
			checkFinding(t, d, file)
		}
		if diags.Errors() > 0 && len(w.Programs) > len(w.Definitions()) {
			t.Error("more programs than definitions")
		}
		_, again := dsl.Load([]*source.File{file}, actions.Catalog{})
		if !reflect.DeepEqual(diags, again) {
			t.Errorf("reading it twice differs:\n%v\n%v", diags, again)
		}
	})
}

func checkFinding(t *testing.T, d diag.Diagnostic, file *source.File) {
	t.Helper()
	within := func(s source.Span) bool {
		return s.File == file && 0 <= s.Start && s.Start <= s.End && s.End <= len(file.Text)
	}
	if !within(d.Span) || d.Code == "" || d.Message == "" {
		t.Errorf("%+v does not point into the file", d)
	}
	if d.Fix != nil && !within(d.Fix.Span) {
		t.Errorf("the fix of %+v does not point into the file", d)
	}
	for _, n := range d.Related {
		if !within(n.Span) {
			t.Errorf("the note of %+v does not point into the file", d)
		}
	}
}
