package expr

import "github.com/partitur/partitur/dsl/types"

// canEqual tells whether values of two types can be equal.
func canEqual(a, b *types.Type) bool {
	switch {
	case a.Kind == types.Any, b.Kind == types.Any, a.Kind == types.Nil, b.Kind == types.Nil, a.Kind == b.Kind:
		return true
	case a.IsNumeric() && b.IsNumeric():
		return true
	}
	return a.Kind == types.Decimal && b.Kind == types.Int || a.Kind == types.Int && b.Kind == types.Decimal
}

// resultOf is the type of a calculation or comparison, nil if the operator is
// not for these types.
func resultOf(op string, a, b *types.Type) *types.Type {
	switch op {
	case "<", "<=", ">", ">=":
		if ordered(a, b) {
			return types.BoolType
		}
		return nil
	}
	if a.Kind == types.Any || b.Kind == types.Any {
		return resultWithAny(op, a, b)
	}
	if a.IsNumeric() && b.IsNumeric() {
		return numericResult(op, a, b)
	}
	for _, r := range resultTable {
		if r.op == op && (r.a == a.Kind && r.b == b.Kind) {
			return &types.Type{Kind: r.result}
		}
	}
	return nil
}

func numericResult(op string, a, b *types.Type) *types.Type {
	ints := a.Kind == types.Int && b.Kind == types.Int
	switch {
	case op == "%":
		return types.IntType
	case op != "/" && op != "**" && op != "^" && ints:
		return types.IntType
	}
	return types.NumberType
}

// resultTable is what operators do beyond numbers.
var resultTable = []struct {
	op           string
	a, b, result types.Kind
}{
	{"+", types.String, types.String, types.String},
	{"+", types.Time, types.Duration, types.Time}, {"+", types.Duration, types.Time, types.Time},
	{"+", types.Duration, types.Duration, types.Duration}, {"-", types.Duration, types.Duration, types.Duration},
	{"-", types.Time, types.Duration, types.Time}, {"-", types.Time, types.Time, types.Duration},
	{"*", types.Duration, types.Int, types.Duration}, {"*", types.Duration, types.Number, types.Duration},
	{"*", types.Int, types.Duration, types.Duration}, {"*", types.Number, types.Duration, types.Duration},
	{"/", types.Duration, types.Int, types.Duration}, {"/", types.Duration, types.Number, types.Duration},
	{"/", types.Duration, types.Duration, types.Number},
	{"+", types.Decimal, types.Decimal, types.Decimal}, {"-", types.Decimal, types.Decimal, types.Decimal}, {"*", types.Decimal, types.Decimal, types.Decimal},
	{"+", types.Decimal, types.Int, types.Decimal}, {"-", types.Decimal, types.Int, types.Decimal}, {"*", types.Decimal, types.Int, types.Decimal},
	{"+", types.Int, types.Decimal, types.Decimal}, {"-", types.Int, types.Decimal, types.Decimal}, {"*", types.Int, types.Decimal, types.Decimal},
}

// resultWithAny is the type of a calculation of which one operand is known, or
// none.
func resultWithAny(op string, a, b *types.Type) *types.Type {
	known := a
	if a.Kind == types.Any {
		known = b
	}
	if known.Kind == types.Any {
		if op == "%" {
			return types.IntType
		}
		return types.AnyType
	}
	if op == "%" {
		if known.IsNumeric() {
			return types.IntType
		}
		return nil
	}
	if known.IsNumeric() {
		if op == "**" || op == "^" {
			return types.NumberType
		}
		return types.AnyType
	}
	for _, r := range resultTable {
		if r.op == op && (a.Kind == r.a || a.Kind == types.Any) && (b.Kind == r.b || b.Kind == types.Any) {
			if op == "+" && known.Kind == types.String {
				return types.StringType
			}
			return types.AnyType
		}
	}
	return nil
}

func ordered(a, b *types.Type) bool {
	for _, t := range []*types.Type{a, b} {
		switch t.Kind {
		case types.Bool, types.List, types.Object, types.Func:
			return false
		}
	}
	return canEqual(a, b)
}
