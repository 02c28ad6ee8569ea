package expr

import (
	"slices"

	"github.com/expr-lang/expr/ast"
)

// Refs lists what the expression reads: names of its scope, each with the
// fields that are written out, in the order of the text.
func (e *Expr) Refs() []Ref {
	c := refs{e: e}
	c.walk(e.tree)
	return c.out
}

type refs struct {
	e    *Expr
	lets []string
	out  []Ref
}

func (c *refs) walk(n ast.Node) {
	switch t := n.(type) {
	case nil:
	case *ast.VariableDeclaratorNode:
		c.walk(t.Value)
		c.lets = append(c.lets, t.Name)
		c.walk(t.Expr)
		c.lets = c.lets[:len(c.lets)-1]
	case *ast.IdentifierNode, *ast.MemberNode, *ast.ChainNode:
		c.path(n)
	default:
		for _, child := range children(n) {
			c.walk(child)
		}
	}
}

func (c *refs) path(n ast.Node) {
	base, links := spine(n)
	id, ok := base.(*ast.IdentifierNode)
	if !ok {
		c.walk(base)
	} else if !slices.Contains(c.lets, id.Value) {
		c.add(id, links)
	}
	for _, l := range links {
		if _, static := l.node.Property.(*ast.StringNode); !static {
			c.walk(l.node.Property)
		}
	}
}

func (c *refs) add(id *ast.IdentifierNode, links []link) {
	path := append(make([]string, 0, 1+len(links)), id.Value)
	var last ast.Node = id
	for _, l := range links {
		s, ok := l.node.Property.(*ast.StringNode)
		if !ok {
			break
		}
		path = append(path, s.Value)
		last = l.node
	}
	c.out = append(c.out, Ref{path, c.e, last})
}
