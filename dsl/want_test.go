package dsl_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/fields"
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
		Name: "http", Doc: "sends a request",
		Input: func() fields.Declarer { return new(request) },
		Result: types.ObjectOf(
			types.Field{Name: "status", Type: types.IntType},
			types.Field{Name: "headers", Type: types.OpenObject},
			types.Field{Name: "body", Type: types.AnyType},
		),
	}
}

type request struct {
	method, url string
	headers     map[string]any
	body        any
	redirects   int
}

// Fields declares the keys of the request.
func (r *request) Fields(f *fields.Set) {
	f.Enum(&r.method, "method", "the method", []string{"GET", "POST", "PUT", "DELETE"})
	f.String(&r.url, "url", "where to", fields.Required)
	f.Map(&r.headers, "headers", "header fields", types.StringType)
	f.Any(&r.body, "body", "what is sent")
	f.Int(&r.redirects, "redirects", "how many redirects are followed", fields.AtLeast(0))
}

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
			_, diags := dsl.Load([]*source.File{source.NewFile(name, text)}, testActions{})
			golden.Check(t, name, text, diags)
		})
	}
}
