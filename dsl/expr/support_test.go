package expr

import (
	"testing"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/source"
)

// parse reads an expression that stands alone in a file.
func parse(text string) (*Expr, *source.File, diag.List) {
	f := source.NewFile("x.yaml", []byte(text))
	var diags diag.List
	e := Parse(text, func(i, j int) source.Span { return source.Span{File: f, Start: i, End: j} }, &diags)
	return e, f, diags
}

func mustParse(t testing.TB, text string) *Expr {
	t.Helper()
	e, _, diags := parse(text)
	if e == nil {
		t.Fatalf("%s: %v (%s)", text, diags[0].Message, diags[0].Hint)
	}
	return e
}
