package fields

import (
	"slices"
	"strings"

	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/jsonschema"
	"github.com/partitur/partitur/dsl/syntax"
	"github.com/partitur/partitur/dsl/types"
)

// Value binds any value, in which ${ } is replaced when the step runs.
func (s *Set) Value(p **expr.Value, name, doc string, opts ...Option) {
	n, sp := s.declare(Spec{Name: name, Doc: doc}, opts)
	if n == nil {
		return
	}
	if *p = expr.ParseValue(n, s.diags); *p != nil {
		s.slot(sp, *p)
	}
}

var expressionSchema = map[string]any{"type": []string{"string", "boolean", "number"}}

// Expr binds a bare expression.
func (s *Set) Expr(p **expr.Expr, name, doc string, opts ...Option) {
	n, sp := s.declare(Spec{Name: name, Doc: doc, Schema: expressionSchema}, opts)
	if n == nil {
		return
	}
	if n.Kind != syntax.Scalar {
		d := s.wrong(n, name, "an expression").WithHint("if the expression begins with a bracket, put it in quotes")
		if list, ok := listExpression(n); ok {
			d.WithHint("a list in an expression stands in quotes: write %s", list)
		}
		return
	}
	if n.Type == syntax.Null {
		s.diags.Error("empty-expression", s.KeySpan(name), "there is no expression behind %q", name).
			WithHint("write one, such as `input.amount > 100`")
		return
	}
	if *p = expr.ParseNode(n, s.diags); *p != nil {
		s.Slots = append(s.Slots, Slot{Name: name, Expr: *p, Want: sp.want, Sees: sp.sees})
	}
}

// listExpression is a short list of texts and numbers as an expression, in quotes.
func listExpression(n *syntax.Node) (string, bool) {
	if n.Kind != syntax.List || len(n.Items) == 0 || len(n.Items) > 5 {
		return "", false
	}
	var items []string
	for _, item := range n.Items {
		switch {
		case item.Kind != syntax.Scalar || item.Type == syntax.Null || strings.ContainsAny(item.Value, "'\"\\$"):
			return "", false
		case item.Type == syntax.String:
			items = append(items, "'"+item.Value+"'")
		default:
			items = append(items, item.Value)
		}
	}
	return `"[` + strings.Join(items, ", ") + `]"`, true
}

// Condition binds a bare expression that must be true or false.
func (s *Set) Condition(p **expr.Expr, name, doc string, opts ...Option) {
	s.Expr(p, name, doc, append([]Option{Want(types.BoolType)}, opts...)...)
}

// Schema binds a JSON Schema.
func (s *Set) Schema(p **jsonschema.Schema, name, doc string, opts ...Option) {
	n, _ := s.declare(Spec{Name: name, Doc: doc, Schema: map[string]any{"$ref": "#/$defs/json_schema"}}, opts)
	if n != nil {
		*p = jsonschema.Compile(n, s.diags)
	}
}

// SchemaValue binds a JSON Schema of an action: compiled while binding source,
// and as it is among values.
func (s *Set) SchemaValue(p **jsonschema.Schema, raw *any, name, doc string) {
	n, _ := s.declare(Spec{Name: name, Doc: doc, Schema: map[string]any{"$ref": "#/$defs/json_schema"}}, []Option{Literal})
	if v, ok := s.values[name]; ok {
		*raw = v
	}
	if n != nil {
		*p, *raw = jsonschema.Compile(n, s.diags), n.Data()
	}
}

// Any binds a value of any shape. In a set without expressions it is literal.
func (s *Set) Any(p *any, name, doc string, opts ...Option) {
	n, sp := s.declare(Spec{Name: name, Doc: doc}, opts)
	if v, ok := s.values[name]; ok {
		*p = v
	}
	if n != nil && !s.bindDynamic(sp, n) && !s.holdsExpression(sp, n) {
		*p = n.Data()
	}
}

// Map binds a mapping from any names to values of one type; a nil elem means
// any.
func (s *Set) Map(p *map[string]any, name, doc string, elem *types.Type, opts ...Option) {
	schema := map[string]any{"type": "object"}
	n, sp := s.declare(Spec{Name: name, Doc: doc, Schema: schema, want: &types.Type{Kind: types.Object, Open: true}}, opts)
	if v, ok := s.values[name]; ok && v != nil {
		m, isMap := v.(map[string]any)
		if !isMap {
			s.fail(name, "must be a mapping, not %s", describe(v))
		}
		*p = m
	}
	if n == nil {
		return
	}
	if n.Kind != syntax.Map {
		if v := s.evaluated(sp); v != nil && !v.IsConst() {
			s.slot(sp, v)
			return
		}
		s.wrong(n, name, "a mapping").WithHint("write {name: value}")
		return
	}
	s.bindEntries(n, sp, elem)
	if s.holdsExpression(sp, n) {
		return
	}
	*p, _ = n.Data().(map[string]any)
}

// holdsExpression reports ${ } within a field that is literal, once. The fields
// of actions say so themselves.
func (s *Set) holdsExpression(sp *Spec, n *syntax.Node) bool {
	if !sp.Literal || s.value != nil {
		return false
	}
	for _, item := range n.Items {
		if s.holdsExpression(sp, item) {
			return true
		}
	}
	for _, e := range n.Entries {
		if s.holdsExpression(sp, e.Value) {
			return true
		}
	}
	return s.isExpression(n, sp.Name)
}

func (s *Set) bindEntries(n *syntax.Node, sp *Spec, elem *types.Type) {
	v := s.evaluated(sp)
	for _, e := range n.Entries {
		if v == nil {
			continue
		}
		if ev := v.Get(e.Key.Value); ev != nil && !ev.IsConst() {
			s.Slots = append(s.Slots, Slot{Name: sp.Name + "." + e.Key.Value, Value: ev, Want: elem, Sees: sp.sees})
		} else if elem == types.StringType && (e.Value.Kind == syntax.Map || e.Value.Kind == syntax.List) {
			s.wrong(e.Value, e.Key.Value, "text")
		}
	}
}

func (s *Set) evaluated(sp *Spec) *expr.Value {
	if !s.dynamic(sp) {
		return nil
	}
	return s.value.Get(sp.Name)
}

func (s *Set) bindDynamic(sp *Spec, _ *syntax.Node) bool {
	v := s.evaluated(sp)
	if v != nil {
		s.slot(sp, v)
	}
	return v != nil
}

var stringsSchema = map[string]any{
	"anyOf": []any{map[string]any{"type": "string"}, map[string]any{"type": "array", "items": map[string]any{"type": "string"}}},
}

// Strings binds a list of texts; a single text is a list of one.
func (s *Set) Strings(p *[]string, name, doc string, opts ...Option) {
	n, sp := s.declare(Spec{Name: name, Doc: doc, Schema: stringsSchema}, opts)
	if v, ok := s.values[name]; ok && v != nil {
		s.decodeStrings(p, name, v)
	}
	if n == nil {
		return
	}
	if v := s.evaluated(sp); v != nil && !v.IsConst() {
		s.slot(sp, v)
		return
	}
	items := n.Items
	if n.Kind != syntax.List {
		items = []*syntax.Node{n}
	}
	for _, item := range items {
		if t, ok := s.bindText(item, name); ok {
			*p = append(*p, t)
		}
	}
}

// bindText binds one element of a list of texts.
func (s *Set) bindText(item *syntax.Node, name string) (string, bool) {
	looks := item.LooksLike()
	switch {
	case item.Kind == syntax.Broken, s.isExpression(item, name):
	case item.Kind == syntax.Scalar && item.Type == syntax.String && looks == "":
		return item.Value, true
	case item.Kind == syntax.Scalar && item.Type != syntax.Null:
		quoteHint(s.diags.Error("wrong-type", item.Span, "%q must be a list of texts, and %s without quotes is %s", name, item.Value, looks), item)
	default:
		d := s.wrong(item, name, "a list of texts")
		if item.Kind == syntax.Map && len(item.Entries) > 0 {
			d.WithHint("write [%s]", item.Entries[0].Key.Value)
		}
	}
	return "", false
}

func (s *Set) decodeStrings(p *[]string, name string, v any) {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	for _, e := range list {
		t, ok := e.(string)
		if !ok {
			s.fail(name, "must be a list of texts, not %s", describe(v))
			return
		}
		*p = append(*p, t)
	}
}

// Object binds a mapping to d, if it is there, and tells so.
func (s *Set) Object(d Declarer, name, doc string, opts ...Option) bool {
	n, sp := s.declare(Spec{Name: name, Doc: doc}, opts)
	if s.node == nil && s.values == nil {
		sp.Schema = ObjectSchema(d)
	}
	if v, ok := s.values[name]; ok && v != nil {
		s.decodeObject(d, name, v)
		return true
	}
	if n == nil {
		return false
	}
	sub := &Set{what: name, node: n, value: s.evaluated(sp), env: s.env, diags: s.diags}
	sub.bind(d, nil)
	s.Slots = append(s.Slots, sub.Slots...)
	return true
}

func (s *Set) decodeObject(d Declarer, name string, v any) {
	m, ok := v.(map[string]any)
	if !ok {
		s.fail(name, "must be a mapping, not %s", describe(v))
		return
	}
	sub := &Set{values: m, errs: s.errs, path: s.path + name + "."}
	sub.decode(d)
}

// Objects binds a list of mappings; add makes the next element.
func (s *Set) Objects(add func() Declarer, name, doc string, opts ...Option) {
	n, sp := s.declare(Spec{Name: name, Doc: doc}, opts)
	if s.node == nil && s.values == nil {
		sp.Schema = map[string]any{"type": "array", "items": ObjectSchema(add())}
		return
	}
	if list, ok := s.values[name].([]any); ok {
		for _, e := range list {
			s.decodeObject(add(), name, e)
		}
	}
	if n == nil {
		return
	}
	if n.Kind != syntax.List {
		d := s.wrong(n, name, "a list").WithHint("begin each element with `- `")
		if text := n.Span.Text(); n.Kind == syntax.Map && !strings.ContainsAny(text, "\r\n") && isElement(n, Describe(add())) {
			d.WithHint("write [%s]", text).WithFix(n.Span, "["+text+"]")
		}
		return
	}
	for i, item := range n.Items {
		sub := &Set{what: "an element of " + name, node: item, env: s.env, diags: s.diags}
		if v := s.evaluated(sp); v != nil && i < len(v.List) {
			sub.value = v.List[i]
		}
		sub.bind(add(), nil)
		s.Slots = append(s.Slots, sub.Slots...)
	}
}

// isElement tells whether a mapping could be the one element of a list.
func isElement(n *syntax.Node, specs []Spec) bool {
	return slices.ContainsFunc(specs, func(spec Spec) bool { return n.Get(spec.Name) != nil })
}

// Named binds a mapping whose keys are names the author invents, in source
// order; add makes the element of a name.
func (s *Set) Named(add func(name string, key *syntax.Node) Declarer, name, doc string, opts ...Option) {
	n, sp := s.declare(Spec{Name: name, Doc: doc}, opts)
	if s.node == nil && s.values == nil {
		sp.Schema = map[string]any{"type": "object", "additionalProperties": ObjectSchema(add("", nil))}
		return
	}
	if n == nil {
		return
	}
	if n.Kind != syntax.Map {
		s.wrong(n, name, "a mapping from names")
		return
	}
	for _, e := range n.Entries {
		if e.Value.Kind == syntax.Broken {
			continue
		}
		body := e.Value
		if body.Kind == syntax.Scalar && body.Type == syntax.Null {
			body = &syntax.Node{Kind: syntax.Map, Span: body.Span}
		}
		sub := &Set{what: name + "." + e.Key.Value, node: body, env: s.env, diags: s.diags}
		sub.bind(add(e.Key.Value, e.Key), nil)
		s.Slots = append(s.Slots, sub.Slots...)
	}
}

// Node binds a value of a shape this package does not know.
func (s *Set) Node(name, doc string, schema map[string]any, bind func(*syntax.Node), opts ...Option) {
	if n, _ := s.declare(Spec{Name: name, Doc: doc, Schema: schema}, opts); n != nil {
		bind(n)
	}
}

// AddSlots adds the expressions that a function given to Node has bound.
func (s *Set) AddSlots(slots ...Slot) { s.Slots = append(s.Slots, slots...) }

// Merge adds the expressions of another set.
func (s *Set) Merge(other *Set) { s.Slots = append(s.Slots, other.Slots...) }
