package jsonschema

import (
	"fmt"
	"os"
	"testing"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
	"github.com/partitur/partitur/internal/golden"
)

// TestMistakes compiles each document of mistakes.yaml, whose comments say on
// which line there is which diagnostic.
func TestMistakes(t *testing.T) {
	file, docs := parseFile(t, "testdata/mistakes.yaml")
	var diags diag.List
	for _, doc := range docs {
		before := diags.Errors()
		s := Compile(doc, &diags)
		if (s == nil) != (diags.Errors() > before) {
			t.Errorf("%s: the schema is %v, with %d errors", doc.Span, s, diags.Errors()-before)
		}
	}
	golden.CheckAs(t, file.Name, file.Text, diags, func(d diag.Diagnostic) string {
		_, col := file.Pos(d.Span.Start)
		return render(d, col)
	})
}

// render gives "severity: column: message (hint)"; errors are not marked.
func render(d diag.Diagnostic, col int) string {
	text := fmt.Sprintf("%d: %s", col, d.Message)
	if d.Severity != diag.Error {
		text = fmt.Sprintf("%d: %s: %s", col, d.Severity, d.Message)
	}
	if d.Hint != "" {
		text += " (" + d.Hint + ")"
	}
	return text
}

func TestSoundSchemasAreSilent(t *testing.T) {
	_, docs := parseFile(t, "testdata/ok.yaml")
	if len(docs) < 12 {
		t.Fatalf("only %d documents", len(docs))
	}
	for _, doc := range docs {
		var diags diag.List
		if s := Compile(doc, &diags); s == nil || len(diags) > 0 {
			t.Errorf("%s: %v", doc.Span, diags)
		}
	}
}

func TestDiagnosticsStandAtTheWord(t *testing.T) {
	tests := []struct{ schema, at string }{
		{`{type: int}`, "int"}, {`{properties: {a: {type: [string, bool]}}}`, "bool"}, {`{requird: [a]}`, "requird"},
		{`{pattern: "ab\tc(?=d)"}`, "(?="}, {`{pattern: 'x[z-a]'}`, "z-a"}, {`{required: [a, b], properties: {a: {}}}`, "b"},
		{`{default: 'a ${ b }'}`, "${"}, {`{$ref: '#/x'}`, "'#/x'"}, {`{type: integer, default: 'x'}`, "'x'"}, {`{patternProperties: {'(': {}}}`, "("},
	}
	for _, tt := range tests {
		var diags diag.List
		Compile(parse(t, tt.schema), &diags)
		if len(diags) != 1 || diags[0].Span.Text() != tt.at {
			t.Errorf("%s: %v, want one at %s", tt.schema, diags, tt.at)
		}
	}
}

func TestFixesMendTheSchema(t *testing.T) {
	for _, schema := range []string{"{type: int}", "{type: [string, null]}", "{items: str}", "{format: datetime}", "{minimum: '5'}", "{title: 5}", "{type: string, enum: [1.10]}", "{required: name}", "{$ref: $defs/a, $defs: {a: {}}}"} {
		var diags diag.List
		n := parse(t, schema)
		Compile(n, &diags)
		if len(diags) != 1 || diags[0].Fix == nil {
			t.Errorf("%s: %v", schema, diags)
			continue
		}
		fix := diags[0].Fix
		text := n.Span.File.Text
		mended := string(text[:fix.Span.Start]) + fix.Text + string(text[fix.Span.End:])
		var again diag.List
		if Compile(parse(t, mended), &again); len(again) > 0 {
			t.Errorf("%s became %s: %v", schema, mended, again)
		}
	}
}

func TestBrokenPartsAreNotReportedAgain(t *testing.T) {
	n := &syntax.Node{Kind: syntax.Map, Entries: []syntax.Entry{
		{Key: &syntax.Node{Value: "type"}, Value: &syntax.Node{Kind: syntax.Broken}},
		{Key: &syntax.Node{Value: "required"}, Value: &syntax.Node{Kind: syntax.List, Items: []*syntax.Node{{Kind: syntax.Broken}}}},
	}}
	var diags diag.List
	if s := Compile(n, &diags); s != nil || len(diags) > 0 {
		t.Errorf("%v, %v", s, diags)
	}
}

func TestFromData(t *testing.T) {
	s, err := FromData(map[string]any{"type": "object", "required": []string{"a"}})
	if err != nil || len(s.Validate(map[string]any{})) != 1 {
		t.Errorf("%v, %v", s, err)
	}
	foreign := map[string]any{"$schema": "http://json-schema.org/draft-07/schema#", "title": "T", "properties": map[string]any{"a": map[string]any{"type": "string", "format": "isbn", "nullable": true}}, "order": []any{"a"}}
	if s, err := FromData(foreign); err != nil || len(s.Validate(map[string]any{"a": 1})) != 1 {
		t.Errorf("%v, %v", s, err)
	}
	for _, bad := range []any{map[string]any{"type": "int"}, "string", func() {}} {
		if s, err := FromData(bad); err == nil {
			t.Errorf("FromData(%v) = %v", bad, s)
		}
	}
}

func parseFile(t *testing.T, name string) (*source.File, []*syntax.Node) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	file := source.NewFile(name, text)
	var diags diag.List
	docs := syntax.Parse(file, &diags)
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	return file, docs
}

// parse reads one schema.
func parse(t testing.TB, text string) *syntax.Node {
	t.Helper()
	var diags diag.List
	docs := syntax.Parse(source.NewFile("schema.yaml", []byte(text)), &diags)
	if len(diags) > 0 || len(docs) != 1 {
		t.Fatalf("%s: %v", text, diags)
	}
	return docs[0]
}

func mustCompile(t testing.TB, text string) *Schema {
	t.Helper()
	var diags diag.List
	s := Compile(parse(t, text), &diags)
	if s == nil {
		t.Fatalf("%s: %v", text, diags)
	}
	return s
}
