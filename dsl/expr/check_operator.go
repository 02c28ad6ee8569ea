package expr

import (
	"regexp"
	"strings"

	"github.com/expr-lang/expr/ast"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/types"
)

func (c *checker) unary(n *ast.UnaryNode) *types.Type {
	if n.Operator == "not" || n.Operator == "!" {
		c.condition(n.Node)
		return types.BoolType
	}
	t := c.given(n.Node)
	switch t.Kind {
	case types.Any:
		return types.AnyType
	case types.Int, types.Number, types.Decimal:
		return t
	case types.Duration:
		if n.Operator == "-" {
			return t
		}
	}
	c.error("wrong-type", n, "%s before a value is for numbers, and this is %s", n.Operator, t.Kind.Article())
	return types.AnyType
}

func (c *checker) binary(n *ast.BinaryNode) *types.Type {
	switch n.Operator {
	case "and", "&&":
		c.condition(n.Left)
		c.conditionUnder(c.factsOf(n.Left, true), n.Right)
		return types.BoolType
	case "or", "||":
		c.condition(n.Left)
		c.conditionUnder(c.factsOf(n.Left, false), n.Right)
		return types.BoolType
	case "??":
		return c.coalesce(n)
	}
	if c.looseNot(n) || c.hyphen(n) || c.twoPoints(n) {
		return types.AnyType
	}
	switch n.Operator {
	case "==", "!=":
		c.equality(n)
		return types.BoolType
	case "in":
		c.in(n)
		return types.BoolType
	case "contains", "startsWith", "endsWith", "matches":
		c.textual(n)
		return types.BoolType
	case "..":
		c.want(n.Left, types.Int, "the beginning of a range")
		c.want(n.Right, types.Int, "the end of a range")
		return types.ListOf(types.IntType)
	}
	return c.arithmetic(n)
}

func (c *checker) conditionUnder(facts []string, n ast.Node) {
	kept := c.facts
	c.facts = append(c.facts[:len(c.facts):len(c.facts)], facts...)
	c.condition(n)
	c.facts = kept
}

func (c *checker) coalesce(n *ast.BinaryNode) *types.Type {
	var left *types.Type
	switch n.Left.(type) {
	case *ast.MemberNode, *ast.ChainNode, *ast.IdentifierNode:
		left = c.member(n.Left, true)
	default:
		left = c.typ(n.Left)
	}
	right := c.typ(n.Right)
	if left.Kind == types.Nil {
		return right
	}
	if right.Kind == types.Nil {
		return left.OrNil("the value after ?? is nil")
	}
	return types.Join(left.NotNil(), right)
}

// looseNot reports not a == b and not x in xs, where not takes the first
// operand alone.
func (c *checker) looseNot(n *ast.BinaryNode) bool {
	u, ok := n.Left.(*ast.UnaryNode)
	if !ok || u.Operator != "not" && u.Operator != "!" {
		return false
	}
	i, j := c.extent(u)
	if at := c.layout.operand(u); at[0] != i || at[1] != j {
		return false
	}
	before := len(*c.diags)
	t := c.typ(u.Node)
	if t.Kind == types.Bool {
		*c.diags = (*c.diags)[:before] // it is checked again with the operator
		return false
	}
	c.typ(n.Right)
	if len(*c.diags) > before {
		return true
	}
	if n.Operator == "in" || wordOperators[n.Operator] {
		c.error("wrong-type", n, "%s takes only what stands right behind it", u.Operator).
			WithHint("write %s not %s %s", c.text(u.Node), n.Operator, c.text(n.Right))
		return true
	}
	c.error("wrong-type", n, "%s takes only what stands right behind it", u.Operator).
		WithHint("write not (%s %s %s)", c.text(u.Node), n.Operator, c.text(n.Right))
	return true
}

// hyphen reports a-b where b is no name: a name with a hyphen in it.
func (c *checker) hyphen(n *ast.BinaryNode) bool {
	id, ok := n.Right.(*ast.IdentifierNode)
	if !ok || n.Operator != "-" || c.letType(id.Value) != nil {
		return false
	}
	if _, known := c.scope.Lookup(id.Value); known {
		return false
	}
	i, j := c.extent(n)
	text := c.e.Text[i:j]
	if strings.ContainsAny(text, " ()\t\n") {
		return false
	}
	dot := strings.LastIndex(text, ".")
	d := c.error("unknown-name", n, "- subtracts, and there is no name %q", id.Value)
	if dot > 0 {
		d.WithHint("a field with - in its name is written %s['%s']", strings.TrimSuffix(text[:dot], "?"), text[dot+1:])
	}
	return true
}

// twoPoints reports a..b where one point was meant.
func (c *checker) twoPoints(n *ast.BinaryNode) bool {
	id, ok := n.Right.(*ast.IdentifierNode)
	if !ok || n.Operator != ".." || c.letType(id.Value) != nil {
		return false
	}
	if _, known := c.scope.Lookup(id.Value); known {
		return false
	}
	c.error("unknown-name", n, ".. makes a list of integers, and there is no name %q", id.Value).
		WithHint("a field is read with one point: %s.%s", c.text(n.Left), id.Value)
	return true
}

func (c *checker) equality(n *ast.BinaryNode) {
	a, b := c.beside(n.Left, n.Right)
	for i, t := range []*types.Type{a, b} {
		if t.Kind == types.Secret {
			c.secret([]ast.Node{n.Left, n.Right}[i])
			return
		}
	}
	if canEqual(a, b) {
		return
	}
	d := c.error("wrong-type", n, "%s is never equal to %s", a.Kind.Article(), b.Kind.Article())
	c.mixHint(d, n, a, b)
}

// beside checks two operands, of which the one may explain the other.
func (c *checker) beside(left, right ast.Node) (a, b *types.Type) {
	if _, name := left.(*ast.IdentifierNode); !name {
		a = c.typ(left)
		c.textExpected = a.Kind == types.String
		b = c.typ(right)
		c.textExpected = false
		return a, b
	}
	b = c.typ(right)
	c.textExpected = b.Kind == types.String
	a = c.typ(left)
	c.textExpected = false
	return a, b
}

// mixHint shows how to make two kinds fit each other.
func (c *checker) mixHint(d *diag.Diagnostic, n *ast.BinaryNode, a, b *types.Type) {
	left, right := c.text(n.Left), c.text(n.Right)
	if b.Kind == types.String && a.Kind != types.String {
		a, b, left, right = b, a, right, left
	}
	switch {
	case a.Kind == types.String && b.Kind == types.Time && (n.Operator == "+" || n.Operator == "-") && durationText.MatchString(left):
		d.WithHint("a time is moved by a duration: write duration(%s)", left)
	case a.Kind == types.Time && b.IsNumeric() && writtenDate.MatchString(right), b.Kind == types.Time && a.IsNumeric() && writtenDate.MatchString(left):
		date := right
		if a.IsNumeric() {
			date = left
		}
		d.WithHint("a time is compared with a time: write date(\"%s\")", strings.ReplaceAll(date, " ", ""))
	case a.Kind == types.String && (b.Kind == types.Time || b.Kind == types.Duration && (n.Operator == "+" || n.Operator == "-")):
		d.WithHint("date(%s) makes a time of the text", left)
	case a.Kind == types.String && b.Kind == types.Duration:
		d.WithHint("duration(%s) makes a duration of the text", left)
	case a.Kind == types.String && b.Kind == types.Decimal:
		d.WithHint("decimal(%s) makes a decimal of the text", left)
	case a.Kind == types.String && b.IsNumeric() && isLiteral(left):
		d.WithHint("write the number without quotes")
	case a.Kind == types.String && b.IsNumeric():
		d.WithHint("int(%s) makes an integer of the text, string(%s) text of the number", left, right)
	case a.Kind == types.String && b.Kind == types.Bool:
		d.WithHint("a boolean is written true or false, without quotes")
	case a.Kind == types.Decimal && b.Kind == types.Number, a.Kind == types.Number && b.Kind == types.Decimal:
		d.WithHint(`decimals never mix with floats: write the number as text, such as decimal("0.19")`)
	}
}

func isLiteral(text string) bool { return text != "" && strings.ContainsRune("\"'`", rune(text[0])) }

var (
	durationText = regexp.MustCompile(`^["'` + "`" + `][0-9.]+(ms|s|m|h|d|w)["'` + "`" + `]$`)
	writtenDate  = regexp.MustCompile(`^[0-9]{4} ?- ?[0-9]{2} ?- ?[0-9]{2}$`)
)

func (c *checker) in(n *ast.BinaryNode) {
	a := c.typ(n.Left)
	if a.Kind == types.Secret {
		c.secret(n.Left)
		a = types.AnyType
	}
	b := c.given(n.Right)
	switch b.Kind {
	case types.Any:
	case types.List:
		if elem := elementOf(b); !canEqual(a, elem) {
			c.error("wrong-type", n, "%s is never an element of a %s", a.Kind.Article(), b).
				WithHint("the elements are of another kind: %s", elem)
		}
	case types.Object:
		if a.Kind != types.String && a.Kind != types.Any {
			c.error("wrong-type", n.Left, "in asks for the name of a field here, and this is %s", a.Kind.Article())
		}
	case types.String:
		c.error("wrong-type", n, "in looks for an element of a list or a field of an object").
			WithHint("for a part of a text write %s contains %s", c.text(n.Right), c.text(n.Left))
	default:
		c.error("wrong-type", n.Right, "in looks for an element of a list or a field of an object, and this is %s", b.Kind.Article())
	}
}

func (c *checker) textual(n *ast.BinaryNode) {
	a := c.given(n.Left)
	if a.Kind == types.List && n.Operator == "contains" {
		c.typ(n.Right)
		c.error("wrong-type", n, "contains looks for a part of a text, and this is a list").
			WithHint("write %s in %s", c.text(n.Right), c.text(n.Left))
		return
	}
	c.mustBeText(n.Left, n.Operator, a)
	c.mustBeText(n.Right, n.Operator, c.given(n.Right))
	if s, ok := n.Right.(*ast.StringNode); ok && n.Operator == "matches" {
		c.pattern(s)
	}
}

func (c *checker) mustBeText(n ast.Node, op string, t *types.Type) {
	if t.Kind != types.String && t.Kind != types.Any {
		c.error("wrong-type", n, "%s is for texts, and this is %s", op, t.Kind.Article()).WithHint("string(%s) makes text of it", c.text(n))
	}
}

func (c *checker) pattern(n *ast.StringNode) {
	if _, err := compilePattern(n.Value); err != nil {
		f := err.(*fault)
		c.error("wrong-type", n, "%s", f.message).WithHint("%s", f.hint)
	}
}

func (c *checker) arithmetic(n *ast.BinaryNode) *types.Type {
	a, b := c.given(n.Left), c.given(n.Right)
	if t := resultOf(n.Operator, a, b); t != nil {
		return t
	}
	d := c.error("wrong-type", n, "%s is not for %s and %s", n.Operator, a.Kind.Article(), b.Kind.Article())
	left, right := c.text(n.Left), c.text(n.Right)
	text, other := left, right
	if a.Kind != types.String {
		text, other = right, left
	}
	switch {
	case n.Operator == "+" && (a.Kind == types.List || b.Kind == types.List):
		d.WithHint("write concat(%s, %s)", asList(left, a), asList(right, b))
	case n.Operator == "+" && a.Kind == types.Object && b.Kind == types.Object:
		d.WithHint("write merge(%s, %s)", left, right)
	case n.Operator == "-" && a.Kind == types.List:
		d.WithHint("write without(%s, [%s])", left, strings.TrimSuffix(strings.TrimPrefix(right, "["), "]"))
	case n.Operator == "+" && (a.Kind == types.String || b.Kind == types.String) && !isMoment(a) && !isMoment(b):
		if other[0] >= '0' && other[0] <= '9' {
			d.WithHint("+ joins texts only: write \"%s\" with quotes", other)
			break
		}
		d.WithHint("+ joins texts only: write string(%s), or ${ } in a text field", other)
	case (n.Operator == "+" || n.Operator == "-") && (isMoment(a) && b.IsNumeric() || isMoment(b) && a.IsNumeric()):
		d.WithHint(`a time is moved by a duration, such as duration("5m")`)
	case n.Operator == "%" && a.Kind == types.String:
		d.WithHint("values are put into a text by ${ } in a text field, or by + string(…)")
	case n.Operator == "*" && (a.Kind == types.String || b.Kind == types.String) && (a.IsNumeric() || b.IsNumeric()):
		d.WithHint("repeat(%s, %s) repeats a text", text, other)
	case n.Operator == "/" && (a.Kind == types.Decimal || b.Kind == types.Decimal):
		d.WithHint("a quotient of decimals needs a number of places: write divide(%s, %s, 2)", left, right)
	default:
		c.mixHint(d, n, a, b)
	}
	return types.AnyType
}

// asList is the text of a value as a list: a single one gets brackets.
func asList(text string, t *types.Type) string {
	if t.Kind == types.List || t.Kind == types.Any {
		return text
	}
	return "[" + text + "]"
}

func isMoment(t *types.Type) bool { return t.Kind == types.Time || t.Kind == types.Duration }
