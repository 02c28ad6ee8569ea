package expr

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/compiler"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"

	"github.com/partitur/partitur/dsl/diag"
)

// A mistake is what is wrong with the spelling of an expression, in its bytes
// i to j.
type mistake struct {
	i, j          int
	message, hint string
	fix           *string // for bytes i to j
}

func (m *mistake) report(e *Expr, diags *diag.List) {
	at := e.at(m.i, m.j)
	d := diags.Error("expression-syntax", at, "%s", m.message)
	if m.hint != "" {
		d.WithHint("%s", m.hint)
	}
	if m.fix != nil {
		d.WithFix(at, *m.fix)
	}
}

// parse fills in the tree and the program, or says what is wrong.
func (e *Expr) parse() (m *mistake) {
	defer func() {
		if p := recover(); p != nil {
			m = &mistake{j: len(e.Text), message: "this expression cannot be read", hint: "write it in smaller steps"}
		}
	}()
	switch {
	case strings.TrimSpace(e.Text) == "":
		return &mistake{j: len(e.Text), message: "an expression is missing here", hint: "write a value such as input.amount"}
	case len(e.Text) > maxText:
		return &mistake{j: len(e.Text), message: fmt.Sprintf("the expression is longer than %d characters", maxText),
			hint: "split it over several value steps"}
	}
	if m := e.silent(); m != nil {
		return m
	}
	tree, err := parser.ParseWithConfig(e.withoutCountBy(), config())
	if err != nil {
		return e.explain(err)
	}
	e.tree = tree.Node
	if m := e.validate(); m != nil {
		return m
	}
	return e.compile()
}

// withoutCountBy is the text with groupBy, which the parser knows, in place of
// countBy, which has as many letters; e.counts remembers where.
func (e *Expr) withoutCountBy() string {
	if !strings.Contains(e.Text, "countBy") {
		return e.Text
	}
	b := []byte(e.Text)
	tokens := scan(e.Text)
	for k, t := range tokens {
		if t.text == "countBy" && k+1 < len(tokens) && tokens[k+1].text == "(" {
			copy(b[t.i:], "groupBy")
			e.counts = append(e.counts, utf8.RuneCountInString(e.Text[:t.i]))
		}
	}
	return string(b)
}

func (e *Expr) compile() *mistake {
	if e.path = wholePath(e.tree); e.path != nil {
		return nil
	}
	w := rewriter{e: e}
	node := w.node(e.tree)
	program, err := compiler.Compile(&parser.Tree{Node: node, Source: file.NewSource("")}, config())
	if err != nil {
		return &mistake{j: len(e.Text), message: "this expression cannot be compiled", hint: "write it in smaller steps"}
	}
	e.program = program
	return nil
}

// place turns a range of runes of the text into bytes.
func (e *Expr) place(l file.Location) (i, j int) {
	runes, i, j := 0, len(e.Text), len(e.Text)
	for at := range e.Text {
		if runes == l.From {
			i = at
		}
		if runes == l.To {
			j = at
			break
		}
		runes++
	}
	return i, max(i, j)
}

// explain turns an error of the parser into words for the author: what he
// probably wanted to write, if that can be told.
func (e *Expr) explain(err error) *mistake {
	i, j, words := 0, len(e.Text), err.Error()
	var f *file.Error
	if errors.As(err, &f) {
		i, j = e.place(f.Location)
		words = f.Message
	}
	p := &page{text: e.Text, tokens: scan(e.Text), words: words, i: i, j: j}
	p.at = slices.IndexFunc(p.tokens, func(t token) bool { return t.j > i })
	if p.at < 0 || strings.Contains(words, "EOF") {
		p.at = len(p.tokens)
	}
	for _, slip := range slips {
		if m := slip(p); m != nil {
			return m
		}
	}
	return p.plain()
}

// maxVisits bounds the work on a tree that has parts in common, as a < b < c
// has: nested, they would double with every level.
const maxVisits = 2 * maxNodes

// A validator finds what the parser accepts and the language does not.
type validator struct {
	e       *Expr
	visits  int
	reduces int // how many reduce are around
	m       *mistake
}

func (e *Expr) validate() *mistake {
	v := validator{e: e}
	v.walk(e.tree)
	return v.m
}

func (v *validator) wrong(n ast.Node, message, hint string) {
	if v.m == nil {
		i, j := newLayout(v.e.Text).node(n)
		v.m = &mistake{i: i, j: j, message: message, hint: hint}
	}
}

func (v *validator) walk(n ast.Node) {
	if n == nil || v.m != nil {
		return
	}
	if v.visits++; v.visits > maxVisits {
		v.m = &mistake{j: len(v.e.Text), message: "the expression is too big", hint: "split it over several value steps"}
		return
	}
	switch n := n.(type) {
	case *ast.BytesNode:
		v.wrong(n, "there are no byte strings", "write the text without b before its quotes")
	case *ast.SequenceNode:
		v.wrong(n, "only the last of these values would count", "write ; only after let, as in let x = 1; x + 1")
	case *ast.PointerNode:
		v.pointer(n)
	case *ast.ConditionalNode:
		if n.Cond == n.Exp1 {
			v.wrong(n, "the value before : is missing", "a ?? b is b where a is nil")
			return
		}
	case *ast.BuiltinNode:
		v.closure(n)
		return
	}
	v.children(n)
}

func (v *validator) children(n ast.Node) {
	for _, c := range children(n) {
		v.walk(c)
	}
}

func (v *validator) pointer(n *ast.PointerNode) {
	switch n.Name {
	case "", "index":
	case "acc":
		if v.reduces == 0 {
			v.wrong(n, "#acc is for reduce only", "")
		}
	default:
		v.wrong(n, "there is no #"+n.Name, "# is the element, #index its number, and #acc in reduce the value so far")
	}
}

func (v *validator) closure(n *ast.BuiltinNode) {
	if n.Name == "reduce" && len(n.Arguments) > 1 {
		v.walk(n.Arguments[0])
		v.reduces++
		v.walk(n.Arguments[1])
		v.reduces--
		for _, a := range n.Arguments[2:] {
			v.walk(a)
		}
		return
	}
	v.children(n)
}

// children are the parts of a node, in the order of the text.
func children(n ast.Node) []ast.Node {
	switch n := n.(type) {
	case *ast.UnaryNode:
		return []ast.Node{n.Node}
	case *ast.BinaryNode:
		return []ast.Node{n.Left, n.Right}
	case *ast.ChainNode:
		return []ast.Node{n.Node}
	case *ast.MemberNode:
		return []ast.Node{n.Node, n.Property}
	case *ast.SliceNode:
		return []ast.Node{n.Node, n.From, n.To}
	case *ast.CallNode:
		if _, ok := n.Callee.(*ast.IdentifierNode); ok {
			return n.Arguments
		}
		return append([]ast.Node{n.Callee}, n.Arguments...)
	case *ast.BuiltinNode:
		return n.Arguments
	case *ast.PredicateNode:
		return []ast.Node{n.Node}
	case *ast.ConditionalNode:
		return []ast.Node{n.Cond, n.Exp1, n.Exp2}
	case *ast.VariableDeclaratorNode:
		return []ast.Node{n.Value, n.Expr}
	case *ast.SequenceNode:
		return n.Nodes
	case *ast.ArrayNode:
		return n.Nodes
	case *ast.MapNode:
		return n.Pairs
	case *ast.PairNode:
		return []ast.Node{n.Key, n.Value}
	}
	return nil
}
