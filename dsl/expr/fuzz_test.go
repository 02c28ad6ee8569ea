package expr

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
)

func seeds(f *testing.F) {
	for _, text := range typical {
		f.Add(text)
	}
	for _, fn := range Library() {
		f.Add(fn.Example)
	}
	data, err := os.ReadFile("testdata/traps.txt")
	if err != nil {
		f.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		if text := strings.TrimSuffix(line, "\n"); text != "" && text[0] != ' ' {
			f.Add(text)
		}
	}
}

// sane asks of every finding that it stands in the text and says something.
func sane(t *testing.T, f *source.File, diags diag.List) {
	t.Helper()
	for _, d := range diags {
		s := d.Span
		if s.File != f || s.Start < 0 || s.End < s.Start || s.End > len(f.Text) || d.Message == "" || d.Code == "" {
			t.Fatalf("%q: finding %+v at %d..%d", f.Text, d, s.Start, s.End)
		}
		if strings.Contains(string(f.Text), "%!") {
			continue // and messages quote it
		}
		if strings.Contains(d.Message, "%!") || strings.Contains(d.Hint, "%!") || strings.Contains(d.Message, "nil pointer") {
			t.Fatalf("%q: %s (%s)", f.Text, d.Message, d.Hint)
		}
	}
}

// FuzzParse: whatever the text, there is an expression or a finding, and
// checking it never fails.
func FuzzParse(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		e, file, diags := parse(text)
		if (e == nil) != (len(diags) > 0) || len(diags) > 1 {
			t.Fatalf("%q: %v and %d findings", text, e, len(diags))
		}
		sane(t, file, diags)
		if e == nil {
			return
		}
		e.Check(orders(), &diags)
		e.CheckBool(orders(), &diags)
		sane(t, file, diags)
		for _, r := range e.Refs() {
			if len(r.Path) == 0 || r.Span().Start < 0 || r.Span().End > len(text) || r.Span().Start >= r.Span().End {
				t.Fatalf("%q: reference %v at %d..%d", text, r.Path, r.Span().Start, r.Span().End)
			}
		}
		e.NotNilWhen(true)
	})
}

// FuzzEval: evaluating ends, never panics, blames a part of the text, and does
// the same again.
func FuzzEval(f *testing.F) {
	seeds(f)
	f.Fuzz(func(t *testing.T, text string) {
		e, _, _ := parse(text)
		if e == nil {
			return
		}
		v, err := e.Eval(fuzzVars())
		w, again := e.Eval(fuzzVars())
		if (err == nil) != (again == nil) || err != nil && err.Error() != again.Error() {
			t.Fatalf("%q: %v and then %v", text, err, again)
		}
		var at *EvalError
		if err != nil {
			if !errors.As(err, &at) || at.Span.Start < 0 || at.Span.End > len(text) || at.Message == "" {
				t.Fatalf("%q: %#v", text, err)
			}
			if strings.Contains(err.Error(), "interface conversion") || strings.Contains(err.Error(), "runtime error") || strings.Contains(err.Error(), "stack underflow") {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		if a, b := encoded(t, v), encoded(t, w); a != b {
			t.Fatalf("%q: %s and then %s", text, a, b)
		}
	})
}

func fuzzVars() map[string]any {
	vars := someVars()
	for k, v := range typicalVars() {
		if _, taken := vars[k]; !taken {
			vars[k] = v
		}
	}
	vars["m"] = twelve()
	vars["x"], vars["xs"] = 1, []any{1, "a", nil}
	return vars
}

// FuzzTemplate: a literal with ${ } in it is a value or has findings.
func FuzzTemplate(f *testing.F) {
	for _, text := range []string{`a ${ input.amount } b`, `${ x }`, `${ '${' }`, `$${ x }`, `${ {a: {b: 1}} }`, "${ '}' }", `${{ x }}`, `${`, `${ "`, "${ `}` } ${ input.none ?? '' }", `$(input.x)`, `}${`, `${}`, "é${ x }ü"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		file := source.NewFile("x.yaml", []byte("x: |2-\n  "+strings.ReplaceAll(text, "\n", "\n  ")+"\n"))
		var diags diag.List
		nodes := syntax.Parse(file, &diags)
		if len(diags) > 0 || len(nodes) != 1 || len(nodes[0].Entries) != 1 || nodes[0].Entries[0].Value.Kind != syntax.Scalar {
			return
		}
		v := ParseValue(nodes[0].Entries[0].Value, &diags)
		if v == nil && diags.Errors() == 0 {
			t.Fatalf("%q: no value and no finding", text)
		}
		sane(t, file, diags)
		if v == nil {
			return
		}
		v.Check(orders(), &diags)
		sane(t, file, diags)
		if _, err := v.Eval(fuzzVars()); err != nil {
			var at *EvalError
			if !errors.As(err, &at) || at.Span.File != file {
				t.Fatalf("%q: %v", text, err)
			}
		}
	})
}
