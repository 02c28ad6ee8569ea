package expr

import (
	"slices"

	"github.com/expr-lang/expr/ast"
)

// A link is one access in a chain such as a.b?.c[0].
type link struct {
	node     *ast.MemberNode
	optional bool // ?. : nil before it makes the rest nil
	soft     bool // an element that the list does not have is nil
}

// spine takes a chain of accesses apart: what it begins with, and its links.
func spine(n ast.Node) (base ast.Node, links []link) {
	for {
		switch t := n.(type) {
		case *ast.ChainNode:
			n = t.Node
			continue
		case *ast.MemberNode:
			links = append(links, link{node: t, optional: t.Optional})
			n = t.Node
			continue
		}
		slices.Reverse(links)
		return n, links
	}
}

// member rewrites a name or a chain of accesses; soft says that ?? follows.
func (w *rewriter) member(n ast.Node, soft bool) ast.Node {
	base, links := spine(n)
	for i := range links {
		last := i == len(links)-1
		links[i].soft = links[i].optional || last && soft || !last && links[i+1].optional
	}
	first := w.node
	if id, ok := base.(*ast.IdentifierNode); ok {
		first = func(ast.Node) ast.Node { return w.root(id, &links) }
	}
	return w.links(first(base), links)
}

// links applies accesses to a value. An optional one binds the value to a name
// and goes on only if it is not nil.
func (w *rewriter) links(value ast.Node, links []link) ast.Node {
	for i, l := range links {
		if l.optional {
			return w.once(l.node, value, func(v func() ast.Node) ast.Node {
				rest := slices.Clone(links[i:])
				rest[0].optional = false
				isNil := w.call(l.node, "$isnil", v())
				return &ast.ConditionalNode{Cond: isNil, Exp1: &ast.NilNode{}, Exp2: w.links(v(), rest)}
			})
		}
		value = w.access(value, l)
	}
	return value
}

func (w *rewriter) access(value ast.Node, l link) ast.Node {
	if s, ok := l.node.Property.(*ast.StringNode); ok {
		return w.call(l.node, "$field", value, s)
	}
	name := "$index"
	if l.soft {
		name = "$indexsoft"
	}
	return w.call(l.node, name, value, w.node(l.node.Property))
}

// A path is a name with fields and elements of it that are written out: what
// most expressions consist of. It is read in one instruction.
type path struct {
	root  string
	node  ast.Node // of root
	steps []pathStep
}

type pathStep struct {
	name  string // of a field, or
	index int    // of an element
	isInt bool
	soft  bool
	node  ast.Node
}

// wholePath is the path that an expression consists of, or nil.
func wholePath(n ast.Node) *path {
	base, links := spine(n)
	id, ok := base.(*ast.IdentifierNode)
	if !ok {
		return nil
	}
	if p := takePath(id, &links); len(links) == 0 {
		return p
	}
	return nil
}

// root rewrites a name together with the links that can be read with it, which
// are taken off the list.
func (w *rewriter) root(id *ast.IdentifierNode, links *[]link) ast.Node {
	if w.isLet(id.Value) {
		n := w.mark(&ast.IdentifierNode{Value: id.Value}, id)
		n.SetType(boolType)
		return n
	}
	return w.call(id, "$path", constant(takePath(id, links)))
}

func takePath(id *ast.IdentifierNode, links *[]link) *path {
	p := &path{root: id.Value, node: id}
	for len(*links) > 0 && !(*links)[0].optional {
		l := (*links)[0]
		step := pathStep{node: l.node, soft: l.soft}
		switch prop := l.node.Property.(type) {
		case *ast.StringNode:
			step.name = prop.Value
		case *ast.IntegerNode:
			step.index, step.isInt = prop.Value, true
		default:
			return p
		}
		p.steps = append(p.steps, step)
		*links = (*links)[1:]
	}
	return p
}
