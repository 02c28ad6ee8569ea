package types

import "slices"

// Stored is the type of a value once it has been kept as JSON: times, durations
// and decimals are text then.
func (t *Type) Stored() *Type {
	if t == nil {
		return t
	}
	switch t.Kind {
	case Time, Duration, Decimal:
		text := *t
		text.Kind, text.Fields = String, nil
		return &text
	case List:
		if elem := t.Elem.Stored(); elem != t.Elem {
			list := *t
			list.Elem = elem
			return &list
		}
	case Object:
		return t.storedFields()
	}
	return t
}

func (t *Type) storedFields() *Type {
	var object *Type
	for i, f := range t.Fields {
		stored := f.Type.Stored()
		if stored == f.Type {
			continue
		}
		if object == nil {
			whole := *t
			whole.Fields = slices.Clone(t.Fields)
			object = &whole
		}
		object.Fields[i].Type = stored
	}
	if object == nil {
		return t
	}
	return object
}
