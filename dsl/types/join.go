package types

// Join is the type of a value that is of one type or the other.
func Join(a, b *Type) *Type {
	if a == nil || b == nil {
		return AnyType
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

func joinKinds(a, b *Type) *Type {
	switch {
	case a.Kind == Nil:
		return b.OrNil("it is nil in one of the cases")
	case b.Kind == Nil:
		return a.OrNil("it is nil in one of the cases")
	case a.IsNumeric() && b.IsNumeric():
		if a.Kind == Int && b.Kind == Int {
			return IntType
		}
		return NumberType
	case a.Kind != b.Kind:
		return AnyType
	case a.Kind == List:
		return ListOf(Join(a.Elem, b.Elem))
	case a.Kind == Object:
		return joinObjects(a, b)
	}
	return &Type{Kind: a.Kind}
}

// joinObjects has the fields of both; those of one alone may be missing.
func joinObjects(a, b *Type) *Type {
	var fields []Field
	for _, f := range a.Fields {
		if other, ok := b.Field(f.Name); ok {
			fields = append(fields, Field{f.Name, Join(f.Type, other)})
		} else {
			fields = append(fields, lonely(f, b))
		}
	}
	for _, f := range b.Fields {
		if _, ok := a.Field(f.Name); !ok {
			fields = append(fields, lonely(f, a))
		}
	}
	t := ObjectOf(fields...)
	t.Open = a.Open || b.Open
	return t
}

// lonely is a field that the other object does not declare.
func lonely(f Field, other *Type) Field {
	if other.Open {
		f.Type = AnyType
	}
	f.Type = f.Type.OrNil("not all of the objects have it")
	return f
}

// IsNumeric tells whether a value is an integer or a float.
func (t *Type) IsNumeric() bool { return t.Kind == Int || t.Kind == Number }
