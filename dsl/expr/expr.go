// Package expr is the expression language: expr-lang's grammar, compiler and
// machine, with a checker, a library and operators of our own. What it makes
// true: an expression that has been checked names only what is in scope, and
// evaluating one depends on its variables and on nothing else, ends soon, and
// never panics. A failure points at the very part of the text that failed.
package expr

import (
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/vm"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
)

// An Expr is one expression, compiled. It is immutable: any number of
// goroutines may check and evaluate it at once.
type Expr struct {
	Span source.Span // the whole expression
	Text string      // as written

	at      func(i, j int) source.Span // where bytes i to j of Text stand
	tree    ast.Node                   // as parsed
	counts  []int                      // rune offsets of calls to countBy, which the tree calls groupBy
	path    *path                      // of an expression that is nothing else, or
	program *vm.Program
	nodes   []ast.Node // of tree, by the number that the program knows them by
}

// maxText bounds the length of an expression, and with it the depth of the
// parser's recursion.
const maxText = 16 << 10

// Parse reads one expression, of which at says where its bytes stand. Mistakes
// of spelling are reported and yield nil; names and types are left to Check.
func Parse(text string, at func(i, j int) source.Span, diags *diag.List) *Expr {
	e := &Expr{Span: at(0, len(text)), Text: text, at: at}
	if m := e.parse(); m != nil {
		m.report(e, diags)
		return nil
	}
	return e
}

// ParseNode reads the expression that a scalar consists of.
func ParseNode(n *syntax.Node, diags *diag.List) *Expr {
	switch {
	case n.Kind == syntax.Broken:
		return nil
	case n.Kind != syntax.Scalar:
		diags.Error("wrong-type", n.Span, "this must be an expression, not a %s", n.Kind).
			WithHint("write it on one line, such as `input.amount > 100`, or in quotes")
		return nil
	case n.Type == syntax.Null || strings.TrimSpace(n.Value) == "":
		diags.Error("expression-syntax", n.Span, "an expression is missing here").
			WithHint("write a condition such as `input.amount > 100`")
		return nil
	case wrapped(n.Value):
		reportWrapped(n, diags)
		return nil
	case n.Type == syntax.Bool:
		return Parse(strings.ToLower(n.Value), func(int, int) source.Span { return n.Span }, diags)
	}
	return Parse(n.Value, n.At, diags)
}

// wrapped tells whether text is one ${ } from end to end.
func wrapped(text string) bool {
	text = strings.TrimSpace(text)
	return strings.HasPrefix(text, "${") && closing(text, 2) == len(text)-1
}

func reportWrapped(n *syntax.Node, diags *diag.List) {
	text := strings.TrimSpace(n.Value)
	inner := strings.TrimSpace(text[2 : len(text)-1])
	d := diags.Error("expression-syntax", n.Span, "this field is an expression already: ${ } does not belong here").
		WithHint("write it without ${ }: %s", inner)
	if n.Plain {
		d.WithFix(n.Span, inner)
		return
	}
	i := strings.Index(n.Value, text)
	d.WithFix(n.At(i, i+len(text)), inner)
}

// A Ref is a name that an expression reads, with the fields it reads of it as
// far as they are written out.
type Ref struct {
	Path []string // such as steps, charge, output, id

	in   *Expr
	last ast.Node // of the path
}

// Span is where the whole path stands.
func (r Ref) Span() source.Span { return r.in.span(r.last) }
