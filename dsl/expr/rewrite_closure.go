package expr

import (
	"slices"

	"github.com/expr-lang/expr/ast"
)

// predicates are the closures whose expression must yield a boolean.
var predicates = map[string]bool{
	"all": true, "any": true, "none": true, "one": true, "filter": true, "find": true, "findIndex": true, "findLast": true,
	"findLastIndex": true, "count": true,
}

// name is what the author wrote for a closure: the parser knows no countBy, so
// it was given groupBy in its place.
func (e *Expr) name(n *ast.BuiltinNode) string {
	if n.Name == "groupBy" && slices.Contains(e.counts, n.Location().From) {
		return "countBy"
	}
	return n.Name
}

// closure rewrites a loop over a list. The loops of expr-lang that are lenient
// about types, or yield what is no JSON, become a map and an instruction.
func (w *rewriter) closure(n *ast.BuiltinNode) ast.Node {
	name := w.e.name(n)
	if len(n.Arguments) == 0 {
		return w.fail(n, "a list is missing")
	}
	list := w.call(n.Arguments[0], "$list", w.node(n.Arguments[0]))
	switch name {
	case "sum":
		if len(n.Arguments) == 1 {
			return w.call(n, "$sum", list)
		}
		return w.call(n, "$sum", w.loop(n, "map", list, w.body(n.Arguments[1])))
	case "groupBy", "countBy", "sortBy":
		return w.once(n, list, func(v func() ast.Node) ast.Node {
			keys := w.loop(n, "map", v(), w.body(n.Arguments[1]))
			return w.call(n, "$"+name, append([]ast.Node{v(), keys}, w.all(n.Arguments[2:])...)...)
		})
	case "count":
		if len(n.Arguments) == 1 {
			item := w.call(n.Arguments[0], "$bool", w.mark(&ast.PointerNode{}, n.Arguments[0]))
			return w.loop(n, "count", list, &ast.PredicateNode{Node: item})
		}
	case "findLast", "findLastIndex":
		return w.findLast(n, name, list)
	case "reduce":
		return w.loop(n, "reduce", list, append([]ast.Node{w.body(n.Arguments[1])}, w.all(n.Arguments[2:])...)...)
	}
	if predicates[name] {
		return w.loop(n, name, list, w.condition(n))
	}
	return w.loop(n, name, list, w.body(n.Arguments[1]))
}

// condition is the condition of a loop.
func (w *rewriter) condition(n *ast.BuiltinNode) ast.Node {
	p := n.Arguments[1].(*ast.PredicateNode)
	return &ast.PredicateNode{Node: w.call(p.Node, "$bool", w.node(p.Node))}
}

// findLast takes the last of all that fit: the loop that the compiler makes for
// it from the end leaves values on the stack, which a call around it would take
// for its arguments.
func (w *rewriter) findLast(n *ast.BuiltinNode, name string, list ast.Node) ast.Node {
	all := w.loop(n, "filter", list, w.condition(n))
	if name == "findLastIndex" {
		all.(*ast.BuiltinNode).Map = &ast.PointerNode{Name: "index"}
	}
	return w.call(n, "$last", all)
}

func (w *rewriter) loop(from ast.Node, name string, list ast.Node, rest ...ast.Node) ast.Node {
	b := w.mark(&ast.BuiltinNode{Name: name, Arguments: append([]ast.Node{list}, rest...)}, from)
	b.SetType(boolType)
	return b
}

// body is what a loop evaluates for each element. Each round is counted.
func (w *rewriter) body(n ast.Node) ast.Node {
	inner := n.(*ast.PredicateNode).Node
	body := w.node(inner)
	if _, counted := body.(*ast.CallNode); !counted {
		body = w.call(inner, "$round", body)
	}
	return &ast.PredicateNode{Node: body}
}
