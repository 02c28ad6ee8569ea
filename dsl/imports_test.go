package dsl_test

import (
	"encoding/json"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/partitur/partitur/"

// layers is what each package may import of ours, besides packages that do not
// depend on others.
var layers = map[string][]string{
	"dsl/source":     nil,
	"dsl/value":      nil,
	"dsl/limit":      nil,
	"dsl/times":      nil,
	"dsl/diag":       {"dsl/source"},
	"dsl/types":      {"dsl/source", "dsl/diag"},
	"dsl/syntax":     {"dsl/source", "dsl/diag"},
	"dsl/expr":       {"dsl/source", "dsl/diag", "dsl/syntax", "dsl/types", "dsl/value"},
	"dsl/jsonschema": {"dsl/source", "dsl/diag", "dsl/syntax", "dsl/types", "dsl/value"},
	"dsl/fields":     {"dsl/source", "dsl/diag", "dsl/syntax", "dsl/types", "dsl/value", "dsl/expr", "dsl/jsonschema"},
	"dsl":            {"dsl/source", "dsl/diag", "dsl/syntax", "dsl/types", "dsl/value", "dsl/expr", "dsl/jsonschema", "dsl/fields", "dsl/limit", "dsl/times"},
	"dsl/lint":       {"dsl/source", "dsl/diag", "dsl/syntax", "dsl/types", "dsl/value", "dsl/expr", "dsl/jsonschema", "dsl/fields", "dsl", "dsl/times"},
	"dsl/schema":     {"dsl/source", "dsl/diag", "dsl/syntax", "dsl/types", "dsl/value", "dsl/expr", "dsl/jsonschema", "dsl/fields", "dsl"},
}

// TestImports checks that the language knows nothing of the engine, and that
// its packages import each other in one direction.
func TestImports(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports,Deps", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p struct {
			ImportPath    string
			Imports, Deps []string
		}
		if err := dec.Decode(&p); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		for _, dep := range p.Deps {
			if strings.HasPrefix(dep, "go.temporal.io/") {
				t.Errorf("%s depends on %s", p.ImportPath, dep)
			}
		}
		name := strings.TrimPrefix(p.ImportPath, module)
		allowed, listed := layers[name]
		if !listed {
			continue
		}
		for _, imported := range p.Imports {
			if ours, ok := strings.CutPrefix(imported, module); ok && !slices.Contains(allowed, ours) {
				t.Errorf("%s imports %s", name, ours)
			}
		}
	}
}
