package expr

import (
	"slices"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/types"
)

// CheckWant is Check for a place that asks for a type: a value that cannot be
// of it is an error. A nil type asks for nothing, a boolean for a condition.
func (e *Expr) CheckWant(sc *Scope, want *types.Type, diags *diag.List) *types.Type {
	if want != nil && want.Kind == types.Bool && want.Maybe == "" {
		e.CheckBool(sc, diags)
		return types.BoolType
	}
	before := len(*diags)
	got := e.Check(sc, diags)
	if len(*diags) == before {
		reportMisfit(e.Span, misfit(got, want, ""), diags)
	}
	return got
}

// CheckWant is Check for a place that asks for a type. What does not fit is
// reported at the part of the value that does not.
func (v *Value) CheckWant(sc *Scope, want *types.Type, diags *diag.List) *types.Type {
	switch {
	case v.broken || want == nil || want.Kind == types.Any && want.Maybe != "":
		return v.Check(sc, diags)
	case v.Expr != nil:
		return v.Expr.CheckWant(sc, want, diags)
	case v.List != nil && want.Kind == types.List:
		for _, item := range v.List {
			item.CheckWant(sc, want.Elem, diags)
		}
		return want
	case v.Entries != nil && want.Kind == types.Object:
		return v.wantObject(sc, want, diags)
	}
	before := len(*diags)
	got := v.Check(sc, diags)
	if len(*diags) == before && !v.holdsBroken() {
		reportMisfit(v.Span, misfit(got, want, ""), diags)
	}
	return got
}

// holdsBroken tells whether a mistake was reported in the value, or in a value
// in it.
func (v *Value) holdsBroken() bool {
	return v.broken || slices.ContainsFunc(v.List, (*Value).holdsBroken) ||
		slices.ContainsFunc(v.Entries, func(e ValueEntry) bool { return e.Value.holdsBroken() })
}

func (v *Value) wantObject(sc *Scope, want *types.Type, diags *diag.List) *types.Type {
	slips := v.slips(want, "")
	fields := make([]types.Field, len(v.Entries))
	for i, e := range v.Entries {
		t, known := want.Field(e.Key)
		if !known && !want.Open && !slices.ContainsFunc(slips, func(s Slip) bool { return s.Needed && s.At == e.KeySpan }) {
			diags.Error("unknown-field", e.KeySpan, "there is no field %q here", e.Key).Suggest(e.Key, want.Names())
		}
		fields[i] = types.Field{Name: e.Key, Type: e.Value.CheckWant(sc, t, diags)}
	}
	for _, s := range slips {
		if s.Needed {
			s.Report(diags)
		}
	}
	for _, f := range want.Fields {
		meant := slices.ContainsFunc(slips, func(s Slip) bool { return s.Meant == f.Name })
		if v.Get(f.Name) == nil && needed(f.Type) && !meant {
			diags.Error("missing-field", v.Span, "the field %q is missing", f.Name).WithHint("write %s: with %s", f.Name, f.Type.Kind.Article())
		}
	}
	return types.ObjectOf(fields...)
}

// needed tells whether a field of this type must be there.
func needed(t *types.Type) bool { return t != nil && t.Maybe == "" && t.Kind != types.Nil }

func reportMisfit(at source.Span, m *misfitted, diags *diag.List) {
	if m == nil {
		return
	}
	what := "this"
	if m.path != "" {
		what = "its " + m.path
	}
	if m.maybe != "" {
		diags.Error("may-be-nil", at, "%s may be nil: %s", what, m.maybe).WithHint("?? says what to use instead")
		return
	}
	d := diags.Error("wrong-type", at, "%s must be %s, and it is %s", what, m.want.Kind.Article(), m.got.Kind.Article())
	if m.want.Kind == types.String && m.got.Kind != types.Nil {
		d.WithHint("string(…) makes text of it")
	}
}

// A misfitted part of a type is one that cannot be what is wanted.
type misfitted struct {
	path      string
	want, got *types.Type
	maybe     string
}

// misfit finds the first part of a type that cannot be used where the other is
// wanted. What is only known when it runs is left to then: a number may be an
// integer, text a time or a duration.
func misfit(got, want *types.Type, path string) *misfitted {
	switch {
	case want == nil, got == nil, got.Kind == types.Nil && want.Maybe != "":
		return nil
	case got.Maybe != "" && want.Maybe == "" && want.Kind != types.Any:
		return &misfitted{path: path, want: want, got: got, maybe: got.Maybe}
	case !fitsKind(got.Kind, want.Kind):
		return &misfitted{path: path, want: want, got: got}
	case got.Kind == types.List && want.Kind == types.List:
		return misfit(elementOf(got), elementOf(want), path+"[]")
	case got.Kind == types.Object && want.Kind == types.Object:
		return misfitObject(got, want, path)
	}
	return nil
}

func misfitObject(got, want *types.Type, path string) *misfitted {
	for _, f := range want.Fields {
		t, ok := got.Field(f.Name)
		at := f.Name
		if path != "" {
			at = path + "." + f.Name
		}
		if !ok {
			if got.Open || !needed(f.Type) {
				continue
			}
			return &misfitted{path: at, want: f.Type, got: types.NilType}
		}
		if m := misfit(t, f.Type, at); m != nil {
			return m
		}
	}
	return nil
}

func fitsKind(got, want types.Kind) bool {
	if got == want || got == types.Any || want == types.Any {
		return true
	}
	switch got {
	case types.Int, types.Number:
		return want == types.Int || want == types.Number
	case types.String:
		return want == types.Time || want == types.Duration || want == types.Decimal
	case types.Time, types.Duration, types.Decimal, types.Secret:
		return want == types.String
	}
	return false
}
