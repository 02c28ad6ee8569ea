package expr

import (
	"github.com/expr-lang/expr/ast"

	"github.com/partitur/partitur/dsl/source"
)

// A Call is a call of a function with one text.
type Call struct {
	Argument string // "" if it is not written out
	Span     source.Span
}

// Calls lists the calls of a function of the library, in the order of the text.
func (e *Expr) Calls(name string) (calls []Call) {
	var l *layout
	var walk func(n ast.Node)
	walk = func(n ast.Node) {
		if n == nil {
			return
		}
		if call, ok := n.(*ast.CallNode); ok && len(call.Arguments) == 1 {
			if id, ok := call.Callee.(*ast.IdentifierNode); ok && id.Value == name {
				if l == nil {
					l = newLayout(e.Text)
				}
				text, _ := call.Arguments[0].(*ast.StringNode)
				i, j := l.node(call.Arguments[0])
				found := Call{Span: e.at(i, j)}
				if text != nil {
					found.Argument = text.Value
				}
				calls = append(calls, found)
			}
		}
		for _, child := range children(n) {
			walk(child)
		}
	}
	walk(e.tree)
	return calls
}
