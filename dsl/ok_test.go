package dsl_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/internal/golden/actions"
)

// TestSilence reads testdata/ok/*.yaml, in which there is nothing to report.
func TestSilence(t *testing.T) {
	files, err := filepath.Glob("testdata/ok/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("there are no cases", err)
	}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		w, diags := dsl.Load([]*source.File{source.NewFile(name, text)}, actions.Catalog{})
		for _, d := range diags {
			t.Errorf("%s: %s [%s]; %s", d.Span, d.Message, d.Code, d.Hint)
		}
		if len(w.Programs) != 1 {
			t.Errorf("%s has %d programs, want 1", name, len(w.Programs))
		}
	}
}
