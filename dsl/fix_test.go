package dsl_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/internal/golden/actions"
)

// TestFixes applies each fix that the findings in testdata/want offer, alone.
// The finding is gone then, and there are no more errors than before.
func TestFixes(t *testing.T) {
	files, err := filepath.Glob("testdata/want/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	fixes := 0
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		_, diags := dsl.Load([]*source.File{source.NewFile(name, text)}, actions.Catalog{})
		for _, d := range diags {
			if d.Fix != nil {
				fixes++
				checkFix(t, name, text, d, diags.Errors())
			}
		}
	}
	if fixes < 50 {
		t.Errorf("only %d fixes were tried", fixes)
	}
}

func checkFix(t *testing.T, name string, text []byte, d diag.Diagnostic, errors int) {
	t.Helper()
	at := d.Fix.Span
	fixed := slices.Concat(text[:at.Start], []byte(d.Fix.Text), text[at.End:])
	_, after := dsl.Load([]*source.File{source.NewFile(name, fixed)}, actions.Catalog{})
	again := slices.ContainsFunc(after, func(other diag.Diagnostic) bool {
		return other.Code == d.Code && other.Span.Start == d.Span.Start && other.Message == d.Message
	})
	if again || after.Errors() > errors {
		t.Errorf("%s: %s: the fix %q leads to %d errors after %d", d.Span, d.Message, d.Fix.Text, after.Errors(), errors)
	}
}
