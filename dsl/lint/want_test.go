package lint_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/lint"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/types"
	"github.com/partitur/partitur/internal/golden"
)

// testActions is a catalog with one action, whose fields are those the cases use.
type testActions struct{}

func (testActions) Actions() []string { return []string{"http"} }

func (testActions) Action(name string) *dsl.ActionSpec {
	if name != "http" {
		return nil
	}
	return &dsl.ActionSpec{
		Name: "http", Doc: "sends a request", Input: func() fields.Declarer { return new(request) },
		Result: types.ObjectOf(types.Field{Name: "status", Type: types.IntType}, types.Field{Name: "body", Type: types.AnyType}),
	}
}

type request struct {
	method, url string
	headers     map[string]any
	body        any
}

// Fields declares the keys of the request.
func (r *request) Fields(f *fields.Set) {
	f.Enum(&r.method, "method", "the method", []string{"GET", "POST", "PUT", "DELETE"})
	f.String(&r.url, "url", "where to", fields.Required)
	f.Map(&r.headers, "headers", "header fields", types.StringType)
	f.Any(&r.body, "body", "what is sent")
}

func load(t *testing.T, name string) ([]byte, *dsl.Workspace) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	w, diags := dsl.Load([]*source.File{source.NewFile(name, text)}, testActions{})
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
