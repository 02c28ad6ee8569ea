package expr

import (
	"slices"
	"strconv"
	"strings"

	"github.com/expr-lang/expr/ast"

	"github.com/partitur/partitur/dsl/types"
)

// NotNilWhen lists the paths, such as steps, charge, output, that are not nil
// where the expression is a condition that has come out as told.
func (e *Expr) NotNilWhen(outcome bool) [][]string {
	c := checker{e: e}
	var out [][]string
	for _, key := range c.factsOf(e.tree, outcome) {
		if path := strings.Split(key, keySeparator); !strings.ContainsAny(path[0], "#$") {
			out = append(out, path)
		}
	}
	return out
}

const keySeparator = "\x00"

// key names what a chain of accesses reads, "" if that is not written out.
func (c *checker) key(n ast.Node) string {
	base, links := spine(n)
	var b strings.Builder
	switch t := base.(type) {
	case *ast.IdentifierNode:
		b.WriteString(t.Value)
		for i := len(c.lets) - 1; i >= 0; i-- {
			if c.lets[i].name == t.Value {
				b.WriteString("$" + strconv.Itoa(i))
				break
			}
		}
	case *ast.PointerNode:
		b.WriteString("#" + t.Name + strconv.Itoa(len(c.loops)))
	default:
		return ""
	}
	for _, l := range links {
		b.WriteString(keySeparator)
		switch p := l.node.Property.(type) {
		case *ast.StringNode:
			b.WriteString(p.Value)
		case *ast.IntegerNode:
			b.WriteString("[" + strconv.Itoa(p.Value) + "]")
		default:
			return ""
		}
	}
	return b.String()
}

// known tells whether a node is known not to be nil.
func (c *checker) known(n ast.Node) bool {
	return len(c.facts) > 0 && slices.Contains(c.facts, c.key(n))
}

// narrowed is the type of a node where the facts hold.
func (c *checker) narrowed(t *types.Type, n ast.Node) *types.Type {
	if t.Maybe == "" && t.Kind != types.Nil || !c.known(n) {
		return t
	}
	if t.Kind == types.Nil {
		return types.AnyType
	}
	return t.NotNil()
}

// factsOf lists the paths that are not nil when a condition comes out so.
func (c *checker) factsOf(n ast.Node, outcome bool) []string {
	switch n := n.(type) {
	case *ast.UnaryNode:
		if n.Operator == "not" || n.Operator == "!" {
			return c.factsOf(n.Node, !outcome)
		}
	case *ast.BinaryNode:
		return c.binaryFacts(n, outcome)
	}
	return nil
}

func (c *checker) binaryFacts(n *ast.BinaryNode, outcome bool) []string {
	switch n.Operator {
	case "and", "&&", "or", "||":
		if outcome == (n.Operator == "and" || n.Operator == "&&") {
			return append(c.factsOf(n.Left, outcome), c.factsOf(n.Right, outcome)...)
		}
	case "==":
		return c.equalityFacts(n, outcome)
	case "!=":
		return c.equalityFacts(n, !outcome)
	case "in":
		if list, ok := n.Right.(*ast.ArrayNode); ok && outcome && !slices.ContainsFunc(list.Nodes, isNilNode) {
			return append(c.notNil(n.Left), c.anyStatusFacts(n.Left, list.Nodes)...)
		}
	case "??":
		if b, ok := n.Right.(*ast.BoolNode); ok && b.Value != outcome {
			return append(c.notNil(n.Left), c.factsOf(n.Left, outcome)...)
		}
	}
	return nil
}

func isNilNode(n ast.Node) bool {
	_, ok := n.(*ast.NilNode)
	return ok
}

func (c *checker) equalityFacts(n *ast.BinaryNode, equal bool) []string {
	subject, other := n.Left, n.Right
	if isConstant(subject) {
		subject, other = other, subject
	}
	switch {
	case isNilNode(other):
		if !equal {
			return c.notNil(subject)
		}
	case isConstant(other) && equal:
		return append(c.notNil(subject), c.statusFacts(subject, other)...)
	}
	return nil
}

func isConstant(n ast.Node) bool {
	switch n.(type) {
	case *ast.NilNode, *ast.BoolNode, *ast.IntegerNode, *ast.FloatNode, *ast.StringNode:
		return true
	}
	return false
}

// notNil lists what must be there for a chain of accesses to be: all of it, and
// all before each ?. in it.
func (c *checker) notNil(n ast.Node) (facts []string) {
	if b, ok := n.(*ast.BinaryNode); ok && b.Operator == "??" && isNilNode(b.Right) {
		n = b.Left
	}
	_, links := spine(n)
	for _, l := range links {
		if l.optional {
			facts = append(facts, c.key(l.node.Node))
		}
	}
	if k := c.key(n); k != "" {
		facts = append(facts, k)
	}
	return facts
}

// anyStatusFacts lists what each of several statuses tells.
func (c *checker) anyStatusFacts(subject ast.Node, statuses []ast.Node) (facts []string) {
	for i, s := range statuses {
		of := c.statusFacts(subject, s)
		if i > 0 && !slices.Equal(of, facts) {
			return nil
		}
		facts = of
	}
	return facts
}

// statusFacts: a step that has succeeded has an output, one that has failed an
// error.
func (c *checker) statusFacts(subject, status ast.Node) []string {
	s, ok := status.(*ast.StringNode)
	if !ok {
		return nil
	}
	path := strings.Split(c.key(subject), keySeparator)
	if len(path) != 3 || path[0] != "steps" || path[2] != "status" {
		return nil
	}
	switch s.Value {
	case "succeeded":
		path[2] = "output"
	case "failed", "timed_out":
		path[2] = "error"
	default:
		return nil
	}
	return []string{strings.Join(path, keySeparator)}
}
