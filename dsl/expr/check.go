package expr

import (
	"slices"

	"github.com/expr-lang/expr/ast"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/types"
)

// Check reports everything that is wrong with the names and types of the
// expression in a scope, and returns the type of its value. The type has a
// secret in it (see HasSecret) if the value would.
func (e *Expr) Check(sc *Scope, diags *diag.List) *types.Type {
	c := checker{e: e, scope: sc, diags: diags}
	return c.typ(e.tree)
}

// CheckBool is Check for a condition: anything but a boolean is an error.
func (e *Expr) CheckBool(sc *Scope, diags *diag.List) {
	c := checker{e: e, scope: sc, diags: diags}
	c.condition(e.tree)
}

// A checker walks over the tree of one expression. A part in which a mistake
// was found is of type any, which goes with everything, so that one mistake is
// reported once.
type checker struct {
	e      *Expr
	scope  *Scope
	diags  *diag.List
	layout *layout
	lets   []let
	loops  []loop
	facts  []string // the paths known not to be nil where the checker is

	textExpected bool // what is checked stands beside a text
}

type let struct {
	name string
	typ  *types.Type
}

// A loop is a closure that the checker is in.
type loop struct{ elem, acc *types.Type }

func (c *checker) error(code string, n ast.Node, format string, args ...any) *diag.Diagnostic {
	i, j := c.extent(n)
	return c.diags.Error(code, c.e.at(i, j), format, args...)
}

// extent is the place of a node, whose layout is made for the first mistake.
func (c *checker) extent(n ast.Node) (i, j int) {
	if c.layout == nil {
		c.layout = newLayout(c.e.Text)
	}
	return c.layout.node(n)
}

// text is what the author wrote for a node, with its parentheses.
func (c *checker) text(n ast.Node) string {
	c.extent(n)
	at := c.layout.operand(n)
	if text := c.e.Text[at[0]:at[1]]; text != "." {
		return text
	}
	return "#" // the point of .field is the element
}

// typ checks a node and returns its type, which is never nil.
func (c *checker) typ(n ast.Node) *types.Type {
	switch n := n.(type) {
	case *ast.NilNode:
		return types.NilType
	case *ast.BoolNode:
		return types.BoolType
	case *ast.IntegerNode:
		return types.IntType
	case *ast.FloatNode:
		return types.NumberType
	case *ast.StringNode:
		return types.StringType
	case *ast.IdentifierNode, *ast.MemberNode, *ast.ChainNode:
		return c.member(n, false)
	case *ast.PointerNode:
		return c.pointer(n)
	case *ast.UnaryNode:
		return c.unary(n)
	case *ast.BinaryNode:
		return c.binary(n)
	case *ast.SliceNode:
		return c.slice(n)
	case *ast.ConditionalNode:
		return c.conditional(n)
	case *ast.VariableDeclaratorNode:
		return c.declaration(n)
	case *ast.ArrayNode:
		return c.list(n)
	case *ast.MapNode:
		return c.object(n)
	case *ast.CallNode:
		return c.call(n)
	case *ast.BuiltinNode:
		return c.closure(n)
	}
	return types.AnyType
}

// given checks a node whose value must be there: nil and secrets are errors.
func (c *checker) given(n ast.Node) *types.Type {
	t := c.typ(n)
	switch {
	case t.Kind == types.Secret:
		c.secret(n)
		return types.AnyType
	case t.Kind == types.Nil:
		c.error("may-be-nil", n, "this is nil").WithHint("compare with == nil, or write a value")
		return types.AnyType
	case t.Maybe != "":
		c.maybeNil(n, t).WithHint("%s", nilHint(c.text(n), t))
		return types.AnyType
	}
	return t
}

func (c *checker) maybeNil(n ast.Node, t *types.Type) *diag.Diagnostic {
	return c.error("may-be-nil", n, "%s may be nil: %s", shorten(c.text(n)), t.Maybe)
}

// nilHint shows ?? with a value that fits the type.
func nilHint(text string, t *types.Type) string {
	other := "…"
	switch t.Kind {
	case types.Bool:
		other = "false"
	case types.Int, types.Number:
		other = "0"
	case types.String:
		other = `""`
	case types.List:
		other = "[]"
	}
	return "?? says what to use instead: write (" + text + " ?? " + other + ")"
}

func (c *checker) secret(n ast.Node) {
	c.error("secret-use", n, "a secret can be passed on, but nothing can be done with it").
		WithHint("give it to a builtin action as it is, or inside a text: \"Bearer ${ %s }\"", c.text(n))
}

// condition checks a node that must be a boolean.
func (c *checker) condition(n ast.Node) {
	t := c.typ(n)
	switch {
	case t.Kind == types.Any && t.Maybe == "", t.Kind == types.Bool && t.Maybe == "":
	case t.Kind == types.Secret:
		c.secret(n)
	case t.Kind == types.Bool || t.Kind == types.Any:
		c.maybeNil(n, t).WithHint("write %s ?? false, or compare it with nil", c.text(n))
	default:
		c.notBool(n, t)
	}
}

func (c *checker) notBool(n ast.Node, t *types.Type) {
	text := c.text(n)
	d := c.error("wrong-type", n, "this must be a boolean, and it is %s", t.Kind.Article())
	switch {
	case t.Maybe != "" || t.Kind == types.Object || t.Kind == types.Time:
		d.WithHint("nothing counts as true by itself: write %s != nil", text)
	case t.Kind == types.String:
		d.WithHint(`nothing counts as true by itself: write %s != ""`, text)
	case t.Kind == types.List:
		d.WithHint("nothing counts as true by itself: write len(%s) > 0", text)
	case t.IsNumeric():
		d.WithHint("nothing counts as true by itself: write %s != 0", text)
	default:
		d.WithHint("nothing counts as true by itself: compare it")
	}
}

func (c *checker) conditional(n *ast.ConditionalNode) *types.Type {
	c.condition(n.Cond)
	a := c.under(c.factsOf(n.Cond, true), n.Exp1)
	b := c.under(c.factsOf(n.Cond, false), n.Exp2)
	return types.Join(a, b)
}

// under checks a node where some facts hold.
func (c *checker) under(facts []string, n ast.Node) *types.Type {
	kept := c.facts
	c.facts = append(slices.Clip(c.facts), facts...)
	t := c.typ(n)
	c.facts = kept
	return t
}

func (c *checker) declaration(n *ast.VariableDeclaratorNode) *types.Type {
	t := c.typ(n.Value)
	if _, taken := c.scope.Lookup(n.Name); taken || c.letType(n.Name) != nil {
		i, j := c.extent(n)
		own := c.layout.own(n)
		c.diags.Error("wrong-type", c.e.at(max(i, own[0]), min(j, own[1])), "%q has a meaning here already", n.Name).
			WithHint("take another name")
	}
	c.lets = append(c.lets, let{n.Name, t})
	defer func() { c.lets = c.lets[:len(c.lets)-1] }()
	return c.typ(n.Expr)
}

func (c *checker) letType(name string) *types.Type {
	for i := len(c.lets) - 1; i >= 0; i-- {
		if c.lets[i].name == name {
			return c.lets[i].typ
		}
	}
	return nil
}

func (c *checker) list(n *ast.ArrayNode) *types.Type {
	if len(n.Nodes) == 0 {
		return types.AnyList
	}
	elem := c.typ(n.Nodes[0])
	for _, item := range n.Nodes[1:] {
		elem = types.Join(elem, c.typ(item))
	}
	return types.ListOf(elem)
}

func (c *checker) object(n *ast.MapNode) *types.Type {
	var fields []types.Field
	seen := map[string]bool{}
	open := false
	for _, p := range n.Pairs {
		pair := p.(*ast.PairNode)
		key, ok := pair.Key.(*ast.StringNode)
		if !ok {
			c.want(pair.Key, types.String, "the name of a field")
			open = true
			c.typ(pair.Value)
			continue
		}
		if seen[key.Value] {
			c.error("wrong-type", key, "the field %q is written twice", key.Value).WithHint("take one of them away")
		}
		t := c.typ(pair.Value)
		if !seen[key.Value] {
			fields = append(fields, types.Field{Name: key.Value, Type: t})
		}
		seen[key.Value] = true
	}
	t := types.ObjectOf(fields...)
	t.Open = open
	return t
}

// want checks a node that must be of a kind, and reports it if it is not.
func (c *checker) want(n ast.Node, k types.Kind, what string) *types.Type {
	t := c.given(n)
	if t.Kind == k || t.Kind == types.Any || k == types.Int && t.Kind == types.Number || k == types.Number && t.Kind == types.Int {
		return t
	}
	c.error("wrong-type", n, "%s must be %s, and this is %s", what, k.Article(), t.Kind.Article())
	return types.AnyType
}

func (c *checker) pointer(n *ast.PointerNode) *types.Type {
	if len(c.loops) == 0 {
		return types.AnyType
	}
	in := c.loops[len(c.loops)-1]
	switch n.Name {
	case "index":
		return types.IntType
	case "acc":
		return in.acc
	}
	return c.narrowed(in.elem, n)
}

func (c *checker) slice(n *ast.SliceNode) *types.Type {
	t := c.given(n.Node)
	for _, end := range []ast.Node{n.From, n.To} {
		if end != nil {
			c.want(end, types.Int, "a place in a list or text")
		}
	}
	switch t.Kind {
	case types.List, types.String, types.Any:
		return t
	}
	c.error("wrong-type", n.Node, "[from:to] is for lists and text, and this is %s", t.Kind.Article())
	return types.AnyType
}

// HasSecret tells whether a value of the type is a secret or has one in it.
func HasSecret(t *types.Type) bool {
	if t == nil {
		return false
	}
	return t.Kind == types.Secret || HasSecret(t.Elem) ||
		slices.ContainsFunc(t.Fields, func(f types.Field) bool { return f.Type != nil && f.Type.Hidden == "" && HasSecret(f.Type) })
}
