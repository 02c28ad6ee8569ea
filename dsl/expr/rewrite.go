package expr

import (
	"reflect"
	"slices"
	"strconv"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
)

// A rewriter turns the tree as parsed into the one that is compiled: every
// operator, call and access becomes a call of one of our instructions, which
// get the run as their first argument. What remains expr-lang's is what steers:
// and, or, ??, ? :, let and the loops of closures. The location of a new node is
// the number of the node it stems from.
type rewriter struct {
	e    *Expr
	lets []string
	made int // names made up so far
}

var boolType = reflect.TypeFor[bool]()

// mark gives a new node the number of the node it stems from.
func (w *rewriter) mark(n, from ast.Node) ast.Node {
	w.e.nodes = append(w.e.nodes, from)
	n.SetLocation(file.Location{From: len(w.e.nodes) - 1})
	return n
}

// call makes a call of an instruction. Its type tells the compiler that the
// result is no pointer.
func (w *rewriter) call(from ast.Node, name string, args ...ast.Node) ast.Node {
	all := append(make([]ast.Node, 0, len(args)+1), &ast.IdentifierNode{Value: "$env"})
	n := w.mark(&ast.CallNode{Callee: &ast.IdentifierNode{Value: name}, Arguments: append(all, args...)}, from)
	n.SetType(boolType)
	return n
}

func constant(v any) ast.Node { return &ast.ConstantNode{Value: v} }

func (w *rewriter) node(n ast.Node) ast.Node {
	switch n := n.(type) {
	case *ast.NilNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.StringNode:
		return n
	case *ast.IdentifierNode:
		return w.member(n, false)
	case *ast.PointerNode:
		return w.mark(&ast.PointerNode{Name: n.Name}, n)
	case *ast.UnaryNode:
		return w.call(n, unaryInstruction[n.Operator], w.node(n.Node))
	case *ast.BinaryNode:
		return w.binary(n)
	case *ast.ChainNode, *ast.MemberNode:
		return w.member(n, false)
	case *ast.SliceNode:
		return w.call(n, "$slice", w.node(n.Node), w.optional(n.From), w.optional(n.To))
	case *ast.ConditionalNode:
		return w.mark(&ast.ConditionalNode{Cond: w.bool(n.Cond), Exp1: w.node(n.Exp1), Exp2: w.node(n.Exp2)}, n)
	case *ast.VariableDeclaratorNode:
		value := w.node(n.Value)
		return w.let(n, n.Name, value, func() ast.Node { return w.node(n.Expr) })
	case *ast.ArrayNode:
		return w.mark(&ast.ArrayNode{Nodes: w.all(n.Nodes)}, n)
	case *ast.MapNode:
		return w.mapping(n)
	case *ast.CallNode:
		return w.callNode(n)
	case *ast.BuiltinNode:
		return w.closure(n)
	}
	return w.fail(n, "this cannot be evaluated")
}

var unaryInstruction = map[string]string{"not": "$not", "!": "$not", "-": "$neg", "+": "$plus"}

func (w *rewriter) all(nodes []ast.Node) []ast.Node {
	out := make([]ast.Node, len(nodes))
	for i, n := range nodes {
		out[i] = w.node(n)
	}
	return out
}

func (w *rewriter) optional(n ast.Node) ast.Node {
	if n == nil {
		return &ast.NilNode{}
	}
	return w.node(n)
}

// bool makes sure that a node yields a boolean.
func (w *rewriter) bool(n ast.Node) ast.Node {
	if _, ok := n.(*ast.BoolNode); ok {
		return n
	}
	return w.call(n, "$bool", w.node(n))
}

func (w *rewriter) fail(n ast.Node, message string) ast.Node {
	return w.call(n, "$fail", constant(message))
}

var binaryInstruction = map[string]string{
	"+": "$add", "-": "$sub", "*": "$mul", "/": "$div", "%": "$mod", "**": "$pow", "^": "$pow",
	"==": "$eq", "!=": "$ne", "<": "$lt", "<=": "$le", ">": "$gt", ">=": "$ge",
	"in": "$in", "..": "$range", "matches": "$matches", "contains": "$contains", "startsWith": "$starts", "endsWith": "$ends",
}

func (w *rewriter) binary(n *ast.BinaryNode) ast.Node {
	switch n.Operator {
	case "and", "&&", "or", "||":
		b := w.mark(&ast.BinaryNode{Operator: n.Operator, Left: w.bool(n.Left), Right: w.bool(n.Right)}, n)
		b.SetType(boolType)
		return b
	case "??":
		return w.mark(&ast.BinaryNode{Operator: "??", Left: w.soft(n.Left), Right: w.node(n.Right)}, n)
	case "matches":
		if s, ok := n.Right.(*ast.StringNode); ok {
			if re, err := compilePattern(s.Value); err == nil {
				return w.call(n, "$matches", w.node(n.Left), constant(re))
			}
		}
	}
	return w.call(n, binaryInstruction[n.Operator], w.node(n.Left), w.node(n.Right))
}

// soft rewrites what stands on the left of ??, where an element that a list
// does not have is nil.
func (w *rewriter) soft(n ast.Node) ast.Node {
	switch n.(type) {
	case *ast.MemberNode, *ast.ChainNode:
		return w.member(n, true)
	}
	return w.node(n)
}

// let binds a value to a name for the node that body makes.
func (w *rewriter) let(from ast.Node, name string, value ast.Node, body func() ast.Node) ast.Node {
	w.lets = append(w.lets, name)
	d := &ast.VariableDeclaratorNode{Name: name, Value: value, Expr: body()}
	w.lets = w.lets[:len(w.lets)-1]
	return w.mark(d, from)
}

// once binds a value to a name of its own, to use it several times.
func (w *rewriter) once(from, value ast.Node, body func(v func() ast.Node) ast.Node) ast.Node {
	w.made++
	name := "$" + strconv.Itoa(w.made)
	return w.let(from, name, value, func() ast.Node {
		return body(func() ast.Node {
			v := w.mark(&ast.IdentifierNode{Value: name}, from)
			v.SetType(boolType)
			return v
		})
	})
}

func (w *rewriter) mapping(n *ast.MapNode) ast.Node {
	m := &ast.MapNode{}
	for _, p := range n.Pairs {
		pair := p.(*ast.PairNode)
		key := pair.Key
		if _, ok := key.(*ast.StringNode); !ok {
			key = w.call(key, "$key", w.node(key))
		}
		m.Pairs = append(m.Pairs, &ast.PairNode{Key: key, Value: w.node(pair.Value)})
	}
	return w.mark(m, n)
}

func (w *rewriter) callNode(n *ast.CallNode) ast.Node {
	id, ok := n.Callee.(*ast.IdentifierNode)
	if !ok {
		return w.fail(n, "values have no methods")
	}
	f := function(id.Value)
	if f == nil || f.call == nil {
		return w.fail(n, "there is no function "+id.Value)
	}
	if problem := f.arity(len(n.Arguments)); problem != "" {
		return w.fail(n, problem)
	}
	return w.call(n, f.Name, w.all(n.Arguments)...)
}

func (w *rewriter) isLet(name string) bool { return slices.Contains(w.lets, name) }
