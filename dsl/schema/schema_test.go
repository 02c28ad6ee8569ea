package schema_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	js "github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/schema"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
	"github.com/partitur/partitur/internal/workers"
)

// compile compiles the schema of each kind of document.
func compile(t *testing.T) map[string]*js.Schema {
	t.Helper()
	schemas := map[string]*js.Schema{}
	for name, text := range schema.Generate(workers.Catalog{}) {
		c := js.NewCompiler()
		c.Draft, c.ExtractAnnotations = js.Draft2020, true
		if err := c.AddResource(schema.Base+name, bytes.NewReader(text)); err != nil {
			t.Fatal(name, err)
		}
		s, err := c.Compile(schema.Base + name)
		if err != nil {
			t.Fatal(name, err)
		}
		schemas[strings.TrimSuffix(name, ".json")] = s
	}
	return schemas
}

// validate checks each document of a text against the schema of its kind.
func validate(t *testing.T, schemas map[string]*js.Schema, name string, text []byte) (kinds []string, err error) {
	t.Helper()
	var diags diag.List
	for _, n := range syntax.Parse(source.NewFile(name, text), &diags) {
		kind := ""
		for _, key := range dsl.DocumentKeys() {
			if n.Get(key) != nil && kind == "" {
				kind = key
			}
		}
		if schemas[kind] == nil {
			t.Fatalf("%s: there is no schema for this document", name)
		}
		kinds = append(kinds, kind)
		if err := schemas[kind].Validate(n.Data()); err != nil {
			return kinds, fmt.Errorf("%#v", err)
		}
	}
	if len(diags) > 0 {
		t.Fatalf("%s: %v", name, diags)
	}
	return kinds, nil
}

// TestExamples validates every document of the examples, and those that the
// checker accepts in its own tests.
func TestExamples(t *testing.T) {
	schemas, seen := compile(t), map[string]int{}
	for _, root := range []string{"../../examples", "../testdata/ok"} {
		err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
			if err != nil || filepath.Ext(path) != ".yaml" {
				return err
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			kinds, err := validate(t, schemas, path, text)
			if err != nil {
				t.Errorf("%s: %v", path, err)
			}
			for _, kind := range kinds {
				seen[kind]++
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, kind := range []string{"workflow", "test", "activities", "project"} {
		if seen[kind] == 0 {
			t.Errorf("there is no document of the kind %s", kind)
		}
	}
}

// TestRight has documents with forms that are rare elsewhere. The checker
// accepts them, so the schemas must.
func TestRight(t *testing.T) {
	schemas := compile(t)
	for _, text := range []string{
		"schedule: s\nworkflow: w\ncron: ['0 6 * * *']\njitter: 1.5h\noverlap: skip",
		"schedule: s\nworkflow: w\nevery: {interval: 1h, offset: 5m}",
		"activities: {charge: }",
		"project: p\nretry_policies: {steady: }\nhttp: {allow_hosts: a.example}",
		"workflow: w\nsteps: [{http: {url: 'https://a.example', method: '${ input.method }', redirects: '${ 3 }', max_response: 1.5MiB}, timeout: 5s}]",
		"workflow: w\nsteps: [{activity: a, timeout: 5s, compensate: {activity: b, timeout: 5s, register: before}}]",
		"workflow: w\nsteps: [{activity: a, timeout: 5s, compensate: [{activity: b, timeout: 5s}]}, {activity: a, timeout: 5s, compensate: none}]",
		"workflow: w\nsteps: [{if: true, then: [{value: 1}]}, {if: false, value: 1}]",
		"workflow: w\nsteps: [{try: [{value: 1}], timeout: 5m, on_timeout: fail, catch: [{type: timeout, output: 1}]}]",
	} {
		if _, err := validate(t, schemas, "right.yaml", []byte(text)); err != nil {
			t.Errorf("%s\n%v", text, err)
		}
		if _, diags := dsl.Load([]*source.File{source.NewFile("right.yaml", []byte(text))}, workers.Catalog{}); broken(diags) {
			t.Errorf("%s\nthe checker says %v", text, diags)
		}
	}
}

// broken tells whether there is a mistake in the text, rather than a name in it
// that only other files could explain.
func broken(diags diag.List) bool {
	for _, d := range diags {
		if d.Severity == diag.Error && d.Code != "unknown-workflow" {
			return true
		}
	}
	return false
}

func TestWrong(t *testing.T) {
	schemas := compile(t)
	for _, text := range []string{
		"workflow: w\nstpes: [{value: 1}]",
		"workflow: w\nsteps: [{value: 1}]\nonfailure: []",
		"workflow: w",
		"workflow: w\nsteps: []",
		"workflow: w\nsteps: {value: 1}",
		"workflow: w\nsteps: [{actvity: a}]",
		"workflow: w\nsteps: [{id: a}]",
		"workflow: w\nsteps: [{value: 1, sleep: 5s}]",
		"workflow: w\nsteps: [{value: 1, retry: steady}]",
		"workflow: w\nsteps: [{activity: a, on_timeout: fail}]",
		"workflow: w\nsteps: [{activity: a, register: before}]",
		"workflow: w\nsteps: [{activity: a, compensate: {activity: b, register: after}}]",
		"workflow: w\nsteps: [{if: true, then: [{valeu: 1}]}]",
		"workflow: w\nsteps: [{parallel: {left: [{value: 1, nope: 2}]}}]",
		"workflow: w\nsteps: [{activity: a, catch: [{typ: a, do: [{value: 1}]}]}]",
		"workflow: w\nsteps: [{http: {url: a, method: FETCH}}]",
		"workflow: w\nsteps: [{http: {url: a, ok: '${ input.ok }'}}]",
		"workflow: w\nsteps: [{http: {ulr: a}}]",
		"workflow: w\ntimeouts: {run: 5}\nsteps: [{value: 1}]",
		"schedule: s\nworkflow: w\noverlap: later",
		"schedule: s\ncron: ['0 6 * * *']",
		"activities: {charge: {time_out: 5s}}",
		"test: w\ncases: [{name: a, expect: {status: done}}]",
		"project: p\ntask_queues: a",
	} {
		if _, err := validate(t, schemas, "wrong.yaml", []byte(text)); err == nil {
			t.Errorf("the schema accepts\n%s", text)
		}
	}
}

// TestDescribed demands of each key of a document what editors show for it.
func TestDescribed(t *testing.T) {
	for kind, s := range compile(t) {
		if s.Title == "" || s.Description == "" || len(s.Properties) == 0 {
			t.Errorf("%s has no title, description or keys", kind)
		}
		for key, p := range s.Properties {
			if p.Description == "" {
				t.Errorf("%s: the key %s has no description", kind, key)
			}
		}
	}
}

// TestReferencesStay checks that no schema needs another file or the internet: an
// editor that cannot fetch one gives no help at all.
func TestReferencesStay(t *testing.T) {
	for name, text := range schema.Generate(workers.Catalog{}) {
		for _, m := range regexp.MustCompile(`"\$ref": "([^"]*)"`).FindAllSubmatch(text, -1) {
			if !strings.HasPrefix(string(m[1]), "#/$defs/") {
				t.Errorf("%s refers to %s", name, m[1])
			}
		}
	}
}
