package expr

import (
	"strings"

	"github.com/expr-lang/expr/ast"

	"github.com/partitur/partitur/dsl/types"
)

func (c *checker) call(n *ast.CallNode) *types.Type {
	id, ok := n.Callee.(*ast.IdentifierNode)
	if !ok {
		c.method(n)
		return types.AnyType
	}
	f := function(id.Value)
	if f == nil {
		c.unknownFunction(n, id)
		c.arguments(n.Arguments)
		return types.AnyType
	}
	if c.refused(n, f.Name) {
		c.arguments(n.Arguments)
		return f.signature().result
	}
	if problem := f.arity(len(n.Arguments)); problem != "" {
		c.arguments(n.Arguments)
		c.error("wrong-type", n, "%s", problem)
		return types.AnyType
	}
	return c.result(f, n.Arguments)
}

func (c *checker) arguments(nodes []ast.Node) {
	for _, n := range nodes {
		c.typ(n)
	}
}

// refused reports a function that must not be used in the scope.
func (c *checker) refused(n ast.Node, name string) bool {
	why := c.scope.Forbidden(name)
	if why != "" {
		c.error("not-allowed-here", n, "%s() cannot be used here: %s", name, why)
	}
	return why != ""
}

func (c *checker) unknownFunction(n *ast.CallNode, id *ast.IdentifierNode) {
	i, j := c.extent(n)
	own := c.layout.own(id)
	d := c.diags.Error("unknown-function", c.e.at(max(i, own[0]), min(j, own[1])), "there is no function %s", id.Value)
	if hint := foreignFunctions[id.Value]; hint != "" {
		d.WithHint("%s", c.fill(hint, "", n.Arguments))
		return
	}
	names := make([]string, len(library))
	for i := range library {
		names[i] = library[i].Name
	}
	d.Suggest(id.Value, names)
}

// fill puts the receiver ($x) and the arguments ($1, $2) of a call into a hint.
func (c *checker) fill(hint, receiver string, args []ast.Node) string {
	pairs := []string{"$x", receiver}
	for i, name := range []string{"$1", "$2"} {
		text := "…"
		if i < len(args) {
			text = c.text(args[i])
		}
		pairs = append(pairs, name, text)
	}
	return strings.NewReplacer(pairs...).Replace(hint)
}

// method reports x.name(…): values have no methods.
func (c *checker) method(n *ast.CallNode) {
	m, ok := n.Callee.(*ast.MemberNode)
	if !ok {
		c.error("wrong-type", n, "this cannot be called").WithHint("only the functions of the library can")
		return
	}
	before := len(*c.diags)
	name := m.Property.(*ast.StringNode).Value
	receiver := c.text(m.Node)
	hint, special := foreignMethods[receiver+"."+name], true
	if hint == "" {
		hint, special = foreignMethods[name], false
	}
	if !special && !foreignSpaces[receiver] {
		c.typ(m.Node)
	}
	c.arguments(n.Arguments)
	if len(*c.diags) > before {
		return // what it is called on, or with, is wrong: one thing after the other
	}
	d := c.error("unknown-function", n, "values have no methods such as .%s()", name)
	switch {
	case hint != "":
		d.WithHint("%s", c.fill(hint, receiver, n.Arguments))
	case function(name) != nil:
		d.WithHint("write %s(%s)", name, strings.Join(append([]string{receiver}, c.texts(n.Arguments)...), ", "))
	default:
		d.WithHint("functions stand before their value, such as upper(%s)", receiver)
	}
}

func (c *checker) texts(nodes []ast.Node) []string {
	out := make([]string, len(nodes))
	for i, n := range nodes {
		out[i] = c.text(n)
	}
	return out
}

// result checks the arguments of a function and returns the type of its value.
func (c *checker) result(f *Function, nodes []ast.Node) *types.Type {
	s := f.signature()
	args := make([]*types.Type, len(nodes))
	for i, n := range nodes {
		args[i] = c.argument(f, s.param(i), n)
	}
	switch f.Name {
	case "join", "mean", "median", "sort":
		c.elements(nodes[0], args[0])
	case "regex", "regex_all", "regex_replace":
		if p, ok := nodes[1].(*ast.StringNode); ok {
			c.pattern(p)
		}
	case "duration", "date", "decimal":
		c.written(f, nodes)
	}
	if f.typ != nil {
		return f.typ(args)
	}
	return s.result
}

// written reports a constant text that the function cannot read.
func (c *checker) written(f *Function, nodes []ast.Node) {
	args := make([]any, len(nodes))
	for i, n := range nodes {
		text, ok := n.(*ast.StringNode)
		if !ok {
			return
		}
		args[i] = text.Value
	}
	_, err := f.call(nil, args)
	if err == nil {
		return
	}
	if wrong, ok := err.(*fault); ok {
		c.error("wrong-type", nodes[0], "%s", wrong.message).WithHint("%s", wrong.hint)
		return
	}
	c.error("wrong-type", nodes[0], "%s", err)
}

func (c *checker) argument(f *Function, p param, n ast.Node) *types.Type {
	if p.kinds == nil {
		t := c.typ(n)
		if t.Kind == types.Secret {
			c.secret(n)
			return types.AnyType
		}
		if f.Name == "string" || f.Name == "min" || f.Name == "max" {
			return c.present(n, t)
		}
		return t
	}
	var t *types.Type
	if p.optional {
		if t = c.typ(n); t.Kind == types.Nil || t.Kind == types.Any {
			return types.AnyType
		}
		t = t.NotNil()
	} else {
		t = c.given(n)
	}
	if p.takes(t) {
		return t
	}
	d := c.error("wrong-type", n, "%s: %s must be %s, and this is %s", f.Name, p.name, p.kindNames(), t.Kind.Article())
	switch {
	case len(p.kinds) == 1 && p.takes(types.StringType) && t.Kind != types.List && t.Kind != types.Object:
		d.WithHint("string(%s) makes text of it", c.text(n))
	case p.takes(types.TimeType) && t.Kind == types.String:
		d.WithHint("date(%s) makes a time of the text", c.text(n))
	case p.takes(types.AnyList) && t.Kind == types.Object:
		d.WithHint("values(%s) is the list of its values", c.text(n))
	case p.takes(types.IntType) && t.Kind == types.String:
		d.WithHint("int(%s) makes an integer of the text", c.text(n))
	}
	return types.AnyType
}

// present reports a value that may be nil.
func (c *checker) present(n ast.Node, t *types.Type) *types.Type {
	if t.Maybe == "" && t.Kind != types.Nil {
		return t
	}
	if t.Kind == types.Nil {
		t = types.AnyType.OrNil("it is nil")
	}
	c.maybeNil(n, t).WithHint("%s", nilHint(c.text(n), t))
	return types.AnyType
}

func (p param) takes(t *types.Type) bool {
	if t.Kind == types.Any {
		return true
	}
	for _, k := range p.kinds {
		if k == t.Kind || (k == types.Number || k == types.Int) && t.IsNumeric() {
			return true
		}
	}
	return false
}

// elements reports a list of which elements may be nil, where none must be.
func (c *checker) elements(n ast.Node, t *types.Type) {
	if t.Kind != types.List || t.Elem == nil || t.Elem.Maybe == "" {
		return
	}
	text := c.text(n)
	c.error("may-be-nil", n, "elements of %s may be nil: %s", shorten(text), t.Elem.Maybe).
		WithHint("write filter(%s, # != nil)", text)
}

// closure checks a loop over a list.
func (c *checker) closure(n *ast.BuiltinNode) *types.Type {
	name := c.e.name(n)
	if c.refused(n, name) {
		return types.AnyType
	}
	list := c.given(n.Arguments[0])
	if list.Kind != types.List && list.Kind != types.Any {
		d := c.error("wrong-type", n.Arguments[0], "%s goes over a list, and this is %s", name, list.Kind.Article())
		if list.Kind == types.Object {
			text := c.text(n.Arguments[0])
			d.WithHint("values(%s) is the list of its values, toPairs(%s) that of its fields", text, text)
		}
		list = types.AnyType
	}
	elem := elementOf(list)
	if len(n.Arguments) == 1 {
		return c.bareLoop(n, name, elem)
	}
	acc := types.AnyType
	if len(n.Arguments) > 2 {
		c.order(name, n.Arguments[2], c.typ(n.Arguments[2]))
	}
	c.loops = append(c.loops, loop{elem, acc})
	p := n.Arguments[1].(*ast.PredicateNode).Node
	var body *types.Type
	if predicates[name] {
		c.condition(p)
		elem = c.filtered(elem, p)
	} else {
		body = c.body(name, p)
	}
	c.loops = c.loops[:len(c.loops)-1]
	return loopType(name, list, elem, body)
}

// order checks the third argument of sortBy.
func (c *checker) order(name string, n ast.Node, t *types.Type) {
	s, literal := n.(*ast.StringNode)
	if name != "sortBy" || t.Kind == types.Any || t.Kind == types.String && (!literal || s.Value == "asc" || s.Value == "desc") {
		return
	}
	c.error("wrong-type", n, `the order is "asc" or "desc"`)
}

// filtered is the type of the elements for which a condition holds.
func (c *checker) filtered(elem *types.Type, p ast.Node) *types.Type {
	own := c.key(&ast.PointerNode{})
	for _, fact := range c.factsOf(p, true) {
		if fact == own {
			if elem.Kind == types.Nil {
				return types.AnyType
			}
			return elem.NotNil()
		}
	}
	return elem
}

func (c *checker) body(name string, p ast.Node) *types.Type {
	switch name {
	case "map", "reduce":
		return c.typ(p)
	}
	t := c.given(p)
	bad := t.Kind == types.List || t.Kind == types.Object || name == "sum" && (t.Kind == types.String || t.Kind == types.Bool) ||
		name == "sortBy" && t.Kind == types.Bool
	if bad {
		what := map[string]string{"sum": "a number", "sortBy": "a number, text or time", "groupBy": "text or a number", "countBy": "text or a number"}[name]
		c.error("wrong-type", p, "%s needs %s for each element, and this is %s", name, what, t.Kind.Article())
		return types.AnyType
	}
	return t
}

// bareLoop is count or sum of the elements themselves.
func (c *checker) bareLoop(n *ast.BuiltinNode, name string, elem *types.Type) *types.Type {
	list := n.Arguments[0]
	c.elements(list, types.ListOf(elem))
	if name == "count" {
		if elem.Kind != types.Bool && elem.Kind != types.Any {
			c.error("wrong-type", list, "count without a condition is for lists of booleans").WithHint("write len(%s)", c.text(list))
		}
		return types.IntType
	}
	if elem.Kind == types.String || elem.Kind == types.List || elem.Kind == types.Object || elem.Kind == types.Bool {
		c.error("wrong-type", list, "sum adds numbers, and this is a %s", types.ListOf(elem)).WithHint("write sum(%s, …) with a number for each element", c.text(list))
		return types.AnyType
	}
	return elem.NotNil()
}

func loopType(name string, list, elem, body *types.Type) *types.Type {
	switch name {
	case "filter":
		return types.ListOf(elem)
	case "map":
		return types.ListOf(body)
	case "all", "any", "none", "one":
		return types.BoolType
	case "count":
		return types.IntType
	case "find", "findLast":
		return elem.OrNil("there may be no such element")
	case "findIndex", "findLastIndex":
		return types.IntType.OrNil("there may be no such element")
	case "groupBy", "countBy":
		return types.OpenObject
	case "sortBy":
		return list
	case "sum":
		return body
	}
	return types.AnyType
}
