package expr

import "github.com/partitur/partitur/dsl/types"

// join2 is the type of a value that is of one type or the other.
func join2(a, b *types.Type) *types.Type {
	if a == nil || b == nil {
		return types.AnyType
	}
	if a == b {
		return a
	}
	maybe := a.Maybe
	if maybe == "" {
		maybe = b.Maybe
	}
	t := joinKinds(a, b)
	if maybe != "" {
		return t.OrNil(maybe)
	}
	return t
}

func joinKinds(a, b *types.Type) *types.Type {
	switch {
	case a.Kind == types.Nil:
		return b.OrNil("it is nil in one of the cases")
	case b.Kind == types.Nil:
		return a.OrNil("it is nil in one of the cases")
	case isNumeric(a) && isNumeric(b):
		if a.Kind == types.Int && b.Kind == types.Int {
			return types.IntType
		}
		return types.NumberType
	case a.Kind != b.Kind:
		return types.AnyType
	case a.Kind == types.List:
		return types.ListOf(join2(elementOf(a), elementOf(b)))
	case a.Kind == types.Object:
		return joinObjects(a, b)
	}
	return &types.Type{Kind: a.Kind}
}

// joinObjects has the fields of both; those of one alone may be missing.
func joinObjects(a, b *types.Type) *types.Type {
	var fields []types.Field
	for _, f := range a.Fields {
		if other, ok := b.Field(f.Name); ok {
			fields = append(fields, types.Field{Name: f.Name, Type: join2(f.Type, other)})
		} else {
			fields = append(fields, lonely(f, b))
		}
	}
	for _, f := range b.Fields {
		if _, ok := a.Field(f.Name); !ok {
			fields = append(fields, lonely(f, a))
		}
	}
	t := types.ObjectOf(fields...)
	t.Open = a.Open || b.Open
	return t
}

// lonely is a field that the other object does not declare.
func lonely(f types.Field, other *types.Type) types.Field {
	if other.Open {
		f.Type = types.AnyType
	}
	f.Type = f.Type.OrNil("not all of the objects have it")
	return f
}

func isNumeric(t *types.Type) bool { return t.Kind == types.Int || t.Kind == types.Number }
