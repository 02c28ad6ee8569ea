package expr

import (
	"slices"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"

	"github.com/partitur/partitur/dsl/source"
)

// A layout finds out what part of the text a node of the tree covers: the tree
// itself only knows the place of one token of each node. It is made when a
// message needs it.
type layout struct {
	text   string
	tokens []token
	starts map[int]int // rune offset of a token to its index
}

func newLayout(text string) *layout {
	l := &layout{text: text, tokens: scan(text), starts: map[int]int{}}
	runes, last := 0, 0
	for k, t := range l.tokens {
		runes += utf8.RuneCountInString(text[last:t.i])
		last = t.i
		l.starts[runes] = k
	}
	return l
}

// span is the source span of a node.
func (e *Expr) span(n ast.Node) source.Span {
	i, j := newLayout(e.Text).node(n)
	return e.at(i, j)
}

// token is the index of the token at which the parser placed a node.
func (l *layout) token(n ast.Node) int {
	if k, ok := l.starts[n.Location().From]; ok {
		return k
	}
	return -1
}

// node returns the bytes that a node covers, without parentheses round it.
func (l *layout) node(n ast.Node) (i, j int) {
	switch n := n.(type) {
	case *ast.UnaryNode:
		return l.join(l.own(n), l.operand(n.Node))
	case *ast.BinaryNode:
		return l.join(l.operand(n.Left), l.operand(n.Right))
	case *ast.ChainNode:
		return l.node(n.Node)
	case *ast.PredicateNode:
		return l.node(n.Node)
	case *ast.MemberNode:
		return l.join(l.operand(n.Node), l.bracketed(n))
	case *ast.SliceNode:
		return l.join(l.operand(n.Node), l.bracketed(n))
	case *ast.CallNode:
		return l.call(n, n.Callee, n.Arguments)
	case *ast.BuiltinNode:
		return l.call(n, n, n.Arguments)
	case *ast.ConditionalNode:
		return l.conditional(n)
	case *ast.VariableDeclaratorNode:
		own := l.own(n)
		if k := l.token(n); k > 0 {
			own[0] = l.tokens[k-1].i
		}
		return l.join(own, l.operand(n.Expr))
	case *ast.ArrayNode, *ast.MapNode:
		own := l.bracketed(n)
		return own[0], own[1]
	case *ast.PairNode:
		return l.join(l.operand(n.Key), l.operand(n.Value))
	case *ast.SequenceNode:
		return l.join(l.operand(n.Nodes[0]), l.operand(n.Nodes[len(n.Nodes)-1]))
	}
	own := l.own(n)
	if l.twoTokens(n) {
		if k := l.token(n); k >= 0 && k+1 < len(l.tokens) {
			own[1] = l.tokens[k+1].j
		}
	}
	return own[0], own[1]
}

// twoTokens tells whether a node without parts consists of two of our tokens:
// #index and b"...".
func (l *layout) twoTokens(n ast.Node) bool {
	if p, ok := n.(*ast.PointerNode); ok {
		return p.Name != ""
	}
	_, ok := n.(*ast.BytesNode)
	return ok
}

type extent [2]int

// own is the token of a node; the whole text if it cannot be found.
func (l *layout) own(n ast.Node) extent {
	if k := l.token(n); k >= 0 {
		return extent{l.tokens[k].i, l.tokens[k].j}
	}
	return extent{0, len(l.text)}
}

// bracketed is the token of a node and, where it opens a bracket, all up to
// the bracket's end.
func (l *layout) bracketed(n ast.Node) extent {
	own := l.own(n)
	if k := l.token(n); k >= 0 && l.tokens[k].pair > k {
		own[1] = l.tokens[l.tokens[k].pair].j
	}
	return own
}

// operand is a node with the parentheses round it.
func (l *layout) operand(n ast.Node) extent {
	i, j := l.node(n)
	for {
		k := l.opens(i, j)
		if k < 0 {
			return extent{i, j}
		}
		i, j = l.tokens[k].i, l.tokens[l.tokens[k].pair].j
	}
}

// opens finds the grouping parenthesis that stands right before byte i and
// whose partner stands right after byte j.
func (l *layout) opens(i, j int) int {
	k, _ := slices.BinarySearchFunc(l.tokens, i, func(t token, i int) int { return t.i - i })
	k--
	if k < 0 || l.tokens[k].text != "(" || l.tokens[k].pair < 0 || l.isCall(k) || l.tokens[l.tokens[k].pair-1].j != j {
		return -1
	}
	return k
}

// isCall tells whether the parenthesis at k holds the arguments of a call.
func (l *layout) isCall(k int) bool {
	return k > 0 && l.tokens[k-1].kind == tWord && !wordOperators[l.tokens[k-1].text]
}

var wordOperators = map[string]bool{
	"not": true, "in": true, "or": true, "and": true, "matches": true, "contains": true,
	"startsWith": true, "endsWith": true, "let": true, "if": true, "else": true,
}

func (l *layout) call(n, callee ast.Node, args []ast.Node) (i, j int) {
	own := l.own(n)
	if k := l.token(n); k >= 0 && k+1 < len(l.tokens) && l.tokens[k+1].pair > k {
		own[1] = l.tokens[l.tokens[k+1].pair].j
	}
	if m, ok := callee.(*ast.MemberNode); ok {
		own[0] = l.operand(m.Node)[0]
	}
	if len(args) > 0 { // x | f(y) has x before its name
		if first := l.operand(args[0]); first[0] < own[0] {
			own[0] = first[0]
		}
	}
	return own[0], own[1]
}

func (l *layout) conditional(n *ast.ConditionalNode) (i, j int) {
	i, j = l.join(l.operand(n.Cond), l.operand(n.Exp2))
	if n.Ternary {
		return i, j
	}
	for k, t := range l.tokens {
		if t.text == "if" && k+1 < len(l.tokens) && l.tokens[k+1].i == i {
			i = t.i
		}
		if t.text == "}" && l.tokens[k-1].j == j {
			j = t.j
		}
	}
	return i, j
}

func (l *layout) join(a, b extent) (i, j int) { return min(a[0], b[0]), max(a[1], b[1]) }
