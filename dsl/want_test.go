package dsl_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/internal/golden"
	"github.com/partitur/partitur/internal/golden/actions"
)

// TestDiagnostics reads testdata/want/*.yaml, whose comments say on which line
// there is which diagnostic. No other line may have one.
func TestDiagnostics(t *testing.T) {
	files, err := filepath.Glob("testdata/want/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("there are no cases", err)
	}
	for _, name := range files {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".yaml"), func(t *testing.T) {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			_, diags := dsl.Load([]*source.File{source.NewFile(name, text)}, actions.Catalog{})
			golden.Check(t, name, text, diags)
		})
	}
}
