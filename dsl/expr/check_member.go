package expr

import (
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/types"
)

// member checks a name or a chain of accesses; soft says that ?? follows.
func (c *checker) member(n ast.Node, soft bool) *types.Type {
	base, links := spine(n)
	t, chainNil := c.base(base), ""
	if t == nil { // reported
		c.indices(links)
		return types.AnyType
	}
	var at ast.Node = base
	for i, l := range links {
		if t.Kind == types.Nil {
			t = types.AnyType.OrNil("it is nil")
		}
		if t.Maybe != "" {
			if !l.optional {
				c.skipsNil(at, l, t)
				c.indices(links[i:])
				return types.AnyType
			}
			chainNil, t = t.Maybe, t.NotNil()
		}
		last := i == len(links)-1
		l.soft = l.optional || last && soft || !last && links[i+1].optional
		if t = c.access(t, at, l); t == nil {
			c.indices(links[i+1:])
			return types.AnyType
		}
		at = l.node
		t = c.narrowed(t, at)
	}
	if chainNil != "" && !c.known(n) {
		return t.OrNil(chainNil)
	}
	return t
}

// indices checks what stands in the brackets of links whose value is unknown.
func (c *checker) indices(links []link) {
	for _, l := range links {
		switch l.node.Property.(type) {
		case *ast.StringNode, *ast.IntegerNode:
		default:
			c.typ(l.node.Property)
		}
	}
}

// skipsNil reports an access of what may be nil.
func (c *checker) skipsNil(at ast.Node, l link, t *types.Type) {
	text := c.text(at)
	after := "?." + strings.TrimPrefix(c.property(l.node), ".")
	c.maybeNil(at, t).WithHint("write %s%s, which is nil then, or (%s%s ?? …) with a value for that case", text, after, text, after)
}

// property is the text of an access, such as .name or [0].
func (c *checker) property(n *ast.MemberNode) string {
	c.extent(n)
	at := c.layout.bracketed(n)
	text := c.e.Text[at[0]:at[1]]
	if strings.HasPrefix(text, "[") {
		return text
	}
	return "." + text
}

// base checks what a chain begins with. It returns nil for what it reported.
func (c *checker) base(n ast.Node) *types.Type {
	id, ok := n.(*ast.IdentifierNode)
	if !ok {
		return c.typ(n)
	}
	t := c.letType(id.Value)
	if t == nil {
		var known bool
		if t, known = c.scope.Lookup(id.Value); !known {
			c.unknownName(id)
			return nil
		}
	}
	if t.Hidden != "" {
		c.hidden(id, t)
		return nil
	}
	return c.narrowed(t, n)
}

func (c *checker) hidden(n ast.Node, t *types.Type) {
	c.error("not-available", n, "%s", t.Hidden)
}

func (c *checker) unknownName(id *ast.IdentifierNode) {
	d := c.error("unknown-name", id, "unknown name %q", id.Value)
	if hint := foreignNames[id.Value]; hint != "" && c.applies(hint) {
		d.WithHint("%s", hint)
		if nilWord[id.Value] {
			d.WithFix(d.Span, "nil")
		}
		return
	}
	if f := function(id.Value); f != nil {
		d.WithHint("%s is a function: write %s", id.Value, f.usage())
		return
	}
	if n := len(c.loops); n > 0 && c.loops[n-1].elem != nil && c.loops[n-1].elem.Kind == types.Object {
		if _, has := c.loops[n-1].elem.Field(id.Value); has {
			d.WithHint("a field of the element is written .%s", id.Value).WithFix(d.Span, "."+id.Value)
			return
		}
	}
	if root := c.rootOf(id.Value); root != "" {
		d.WithHint("did you mean %s.%s?", root, id.Value).WithFix(d.Span, root+"."+id.Value)
		return
	}
	if c.textExpected && diag.Nearest(id.Value, c.names()) == "" {
		d.WithHint("text stands in quotes: write '%s'", id.Value)
		return
	}
	d.Suggest(id.Value, c.names())
}

// rootOf is the name of the scope that has a field of that name, or "".
func (c *checker) rootOf(field string) string {
	for _, root := range []string{"input", "state", "item", "message", "result", "env", "steps"} {
		if t, ok := c.scope.Lookup(root); ok && t != nil && t.Kind == types.Object {
			if _, has := t.Field(field); has {
				return root
			}
		}
	}
	return ""
}

// applies tells whether the name that a hint is about is in scope.
func (c *checker) applies(hint string) bool {
	name, _, _ := strings.Cut(strings.TrimPrefix(hint, "write "), ".")
	name, _, _ = strings.Cut(name, ",")
	if _, known := c.scope.Lookup(name); known {
		return true
	}
	return !slices.Contains(ScopeNames, name)
}

func (c *checker) names() []string {
	names := c.scope.Names()
	for _, l := range c.lets {
		names = append(names, l.name)
	}
	return names
}

// access checks one access of a value that is not nil. It returns nil for what
// it reported.
func (c *checker) access(t *types.Type, at ast.Node, l link) *types.Type {
	if t.Kind == types.Secret {
		c.secret(at)
		return nil
	}
	if s, ok := l.node.Property.(*ast.StringNode); ok {
		return c.field(t, at, l.node, s.Value)
	}
	return c.element(t, l)
}

func (c *checker) field(t *types.Type, at ast.Node, n *ast.MemberNode, name string) *types.Type {
	switch t.Kind {
	case types.Any:
		return types.AnyType
	case types.Object:
		return c.objectField(t, n, name)
	case types.Time:
		if _, ok := timeField(zeroTime, name); ok {
			return types.IntType
		}
		c.noField(n, t, name).Suggest(name, timeFields)
	case types.Duration:
		if _, ok := durationField(0, name); ok {
			return types.NumberType
		}
		c.noField(n, t, name).Suggest(name, durationFields)
	default:
		d := c.noField(n, t, name)
		switch {
		case lengthWords[name] && (t.Kind == types.List || t.Kind == types.String):
			d.WithHint("write len(%s)", c.text(at)).WithFix(c.e.at(c.extent(n)), "len("+c.text(at)+")")
		case t.Kind == types.List:
			d.WithHint("an element is read by its number, such as %s[0]; map(%s, .%s) is the list of the field of each", c.text(at), c.text(at), name)
		case t.Kind == types.String:
			d.WithHint("from_json(text) reads JSON")
		}
	}
	return nil
}

var lengthWords = map[string]bool{"length": true, "len": true, "size": true, "count": true, "Length": true}

func (c *checker) noField(n *ast.MemberNode, t *types.Type, name string) *diag.Diagnostic {
	c.extent(n)
	own := c.layout.bracketed(n)
	return c.diags.Error("unknown-field", c.e.at(own[0], own[1]), "%s has no field %q", t.Kind.Article(), name)
}

func (c *checker) objectField(t *types.Type, n *ast.MemberNode, name string) *types.Type {
	f, ok := t.Field(name)
	switch {
	case ok && f != nil && f.Hidden != "":
		c.hidden(n, f)
		return nil
	case ok && f != nil:
		return f
	case ok || t.Open:
		return types.AnyType
	}
	at := c.property(n)
	own := c.layout.bracketed(n)
	d := c.diags.Error("unknown-field", c.e.at(own[0], own[1]), "%s has no field %q", shorten(c.text(n.Node)), name)
	if lengthWords[name] {
		d.WithHint("write len(%s)", c.text(n.Node))
		return nil
	}
	if strings.HasPrefix(at, "[") && len(t.Fields) > 20 {
		return nil
	}
	d.Suggest(name, visible(t))
	return nil
}

// visible lists the fields that can be read.
func visible(t *types.Type) []string {
	var names []string
	for _, f := range t.Fields {
		if f.Type == nil || f.Type.Hidden == "" {
			names = append(names, f.Name)
		}
	}
	return names
}

func (c *checker) element(t *types.Type, l link) *types.Type {
	i := c.given(l.node.Property)
	switch t.Kind {
	case types.Any:
		return types.AnyType
	case types.List:
		if i.Kind != types.Int && i.Kind != types.Number && i.Kind != types.Any {
			c.error("wrong-type", l.node.Property, "an element of a list is read by its number, not by %s", i.Kind.Article())
			return nil
		}
		if l.soft {
			return elementOf(t).OrNil("the list may be shorter")
		}
		return elementOf(t)
	case types.Object:
		if i.Kind == types.String || i.Kind == types.Any {
			return types.AnyType
		}
		c.error("wrong-type", l.node.Property, "a field of an object is read by its name, not by %s", i.Kind.Article()).
			WithHint("values(object) is the list of its values")
	case types.String:
		c.error("wrong-type", l.node, "text has no elements").WithHint("a piece of it is written [0:1]")
	default:
		c.error("wrong-type", l.node, "%s has no elements", t.Kind.Article())
	}
	return nil
}
