package expr

import (
	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/types"
)

// Check reports everything that is wrong with the names and types in the value
// in a scope, and returns its type. A text with a secret in it is a secret.
func (v *Value) Check(sc *Scope, diags *diag.List) *types.Type {
	switch {
	case v.broken:
		return types.AnyType
	case v.Expr != nil:
		return v.Expr.Check(sc, diags)
	case v.Parts != nil:
		return v.checkText(sc, diags)
	case v.IsConst():
		return constType(v.Const)
	case v.List != nil:
		elem := v.List[0].Check(sc, diags)
		for _, item := range v.List[1:] {
			elem = types.Join(elem, item.Check(sc, diags))
		}
		return types.ListOf(elem)
	case v.Entries != nil:
		fields := make([]types.Field, len(v.Entries))
		for i, e := range v.Entries {
			fields[i] = types.Field{Name: e.Key, Type: e.Value.Check(sc, diags)}
		}
		return types.ObjectOf(fields...)
	}
	return constType(v.Const)
}

func (v *Value) checkText(sc *Scope, diags *diag.List) *types.Type {
	out := types.StringType
	for _, p := range v.Parts {
		if p.Expr == nil {
			continue
		}
		c := checker{e: p.Expr, scope: sc, diags: diags}
		switch t := c.typ(p.Expr.tree); {
		case t.Kind == types.Secret:
			out = types.SecretType
		case t.Kind == types.Nil:
			diags.Error("may-be-nil", p.Expr.Span, "this is nil, and nil has no text").WithHint("write a value")
		case t.Maybe != "":
			c.maybeNil(p.Expr.tree, t).WithHint(`write ${ %s ?? "" }, or another text for that case`, c.text(p.Expr.tree))
		}
	}
	return out
}
