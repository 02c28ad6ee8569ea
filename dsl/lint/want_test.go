package lint_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/lint"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/internal/golden"
	"github.com/partitur/partitur/internal/golden/actions"
)

func load(t *testing.T, name string) ([]byte, *dsl.Workspace) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	w, diags := dsl.Load([]*source.File{source.NewFile(name, text)}, actions.Catalog{})
	for _, d := range diags {
		t.Errorf("%s: %s; %s", d.Span, d.Message, d.Hint)
	}
	return text, w
}

// TestRules reads testdata/want/<rule>.yaml, whose comments say on which line
// there is which advice. No other line may have any.
func TestRules(t *testing.T) {
	for _, r := range lint.Rules() {
		t.Run(r.Name, func(t *testing.T) {
			name := filepath.Join("testdata/want", r.Name+".yaml")
			text, w := load(t, name)
			if !strings.Contains(string(text), "# want `"+r.Name+":") {
				t.Errorf("%s shows no case of its rule", name)
			}
			golden.Check(t, name, text, lint.Check(w))
		})
	}
}

// TestNoAdvice checks that definitions that are well have no advice.
func TestNoAdvice(t *testing.T) {
	files, err := filepath.Glob("../testdata/ok/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatal("there are no cases", err)
	}
	for _, name := range files {
		_, w := load(t, name)
		for _, d := range lint.Check(w) {
			t.Errorf("%s: %s [%s]", d.Span, d.Message, d.Code)
		}
	}
}
