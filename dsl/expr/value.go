package expr

import (
	"strings"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
	"github.com/partitur/partitur/dsl/types"
	"github.com/partitur/partitur/dsl/value"
)

// A Value is a literal with ${ } in it. It is one of: an expression (Expr), a
// text with expressions in it (Parts), a list (List), a mapping (Entries), or
// another constant. Lists and mappings without expressions are constants, too.
// It is immutable.
type Value struct {
	Span    source.Span
	Const   any // of a constant
	Expr    *Expr
	Parts   []Part
	List    []*Value
	Entries []ValueEntry // in source order

	varies bool // a list or mapping with an expression in it
	broken bool // a mistake was reported here; it has no value and no type
}

// A Part is a piece of text, or an expression whose value becomes text.
type Part struct {
	Text string
	Span source.Span
	Expr *Expr
}

// A ValueEntry is one key of a mapping.
type ValueEntry struct {
	Key     string
	KeySpan source.Span
	Value   *Value
}

// Literal is a value that is always v.
func Literal(v any) *Value { return &Value{Const: v} }

// ParseValue reads a literal with ${ } in it. It returns nil where the node
// itself is broken; mistakes in parts of a list or mapping leave the rest intact.
func ParseValue(n *syntax.Node, diags *diag.List) *Value {
	if v := parseValue(n, diags); !v.broken {
		return v
	}
	return nil
}

func parseValue(n *syntax.Node, diags *diag.List) *Value {
	v := &Value{Span: n.Span}
	switch n.Kind {
	case syntax.Broken:
		v.broken = true
	case syntax.List:
		v.parseList(n, diags)
	case syntax.Map:
		v.parseMap(n, diags)
	default:
		v.parseScalar(n, diags)
	}
	return v
}

func (v *Value) parseList(n *syntax.Node, diags *diag.List) {
	v.List = make([]*Value, len(n.Items))
	for i, item := range n.Items {
		v.List[i] = parseValue(item, diags)
		v.varies = v.varies || !v.List[i].IsConst()
	}
	if !v.varies {
		v.Const = n.Data()
	}
}

func (v *Value) parseMap(n *syntax.Node, diags *diag.List) {
	v.Entries = make([]ValueEntry, 0, len(n.Entries))
	for _, e := range n.Entries {
		if strings.Contains(e.Key.Value, "${") {
			diags.Error("expression-syntax", e.Key.Span, "the key of a mapping cannot have ${ } in it").
				WithHint("make the whole mapping an expression: ${ {(name): value} }")
			v.varies = true
			continue
		}
		item := parseValue(e.Value, diags)
		v.varies = v.varies || !item.IsConst()
		v.Entries = append(v.Entries, ValueEntry{e.Key.Value, e.Key.Span, item})
	}
	if !v.varies {
		v.Const = n.Data()
	}
}

// IsConst tells whether the value is a constant.
func (v *Value) IsConst() bool {
	return v.Expr == nil && v.Parts == nil && !v.varies && !v.broken
}

// Get is the value of a key of a mapping, or nil.
func (v *Value) Get(key string) *Value {
	if v == nil {
		return nil
	}
	for _, e := range v.Entries {
		if e.Key == key {
			return e.Value
		}
	}
	if m, ok := v.Const.(map[string]any); ok && v.Entries == nil {
		if item, ok := m[key]; ok {
			return &Value{Span: v.Span, Const: item}
		}
	}
	return nil
}

// Exprs lists the expressions in the value, in source order.
func (v *Value) Exprs() []*Expr {
	var out []*Expr
	v.each(func(e *Expr) { out = append(out, e) })
	return out
}

func (v *Value) each(f func(e *Expr)) {
	if v == nil {
		return
	}
	if v.Expr != nil {
		f(v.Expr)
	}
	for _, p := range v.Parts {
		if p.Expr != nil {
			f(p.Expr)
		}
	}
	for _, item := range v.List {
		item.each(f)
	}
	for _, e := range v.Entries {
		e.Value.each(f)
	}
}

// Eval evaluates the value over variables, which it never changes. The result
// is a JSON value that may share parts with the variables and with the Value
// itself: whoever gets it must not change it. The error is an *EvalError.
func (v *Value) Eval(vars map[string]any) (any, error) {
	switch {
	case v.IsConst():
		return v.Const, nil
	case v.broken:
		return nil, &EvalError{Span: v.Span, Message: "this value has a mistake"}
	case v.Expr != nil:
		return v.Expr.Eval(vars)
	case v.Parts != nil:
		return v.text(vars)
	case v.List != nil:
		out := make([]any, len(v.List))
		for i, item := range v.List {
			var err error
			if out[i], err = item.Eval(vars); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	out := make(map[string]any, len(v.Entries))
	for _, e := range v.Entries {
		item, err := e.Value.Eval(vars)
		if err != nil {
			return nil, err
		}
		out[e.Key] = item
	}
	return out, nil
}

func (v *Value) text(vars map[string]any) (any, error) {
	var b strings.Builder
	for _, p := range v.Parts {
		s, err := p.Eval(vars)
		if err != nil {
			return nil, err
		}
		b.WriteString(s)
	}
	return b.String(), nil
}

func textOf(e *Expr, x any) (string, error) {
	if x == nil {
		return "", &EvalError{Span: e.Span, Message: "this is nil, and nil has no text", Hint: `?? says what to write instead: ${ … ?? "" }`}
	}
	s, err := value.Text(x)
	if err != nil {
		return "", &EvalError{Span: e.Span, Message: err.Error()}
	}
	return s, nil
}

// constType is the type of a JSON value that is known.
func constType(v any) *types.Type {
	switch v := v.(type) {
	case nil:
		return types.NilType
	case bool:
		return types.BoolType
	case int:
		return types.IntType
	case float64:
		return types.NumberType
	case string:
		return types.StringType
	case []any:
		if len(v) == 0 {
			return types.AnyList
		}
		elem := constType(v[0])
		for _, item := range v[1:] {
			elem = types.Join(elem, constType(item))
		}
		return types.ListOf(elem)
	case map[string]any:
		fields := make([]types.Field, 0, len(v))
		for _, k := range sortedKeys(v) {
			fields = append(fields, types.Field{Name: k, Type: constType(v[k])})
		}
		return types.ObjectOf(fields...)
	}
	return types.AnyType
}
