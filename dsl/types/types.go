// Package types describes what an expression can yield, as far as it is known
// before anything runs.
package types

import (
	"slices"
	"strings"
)

// A Kind is the outermost shape of a value.
type Kind int

// The kinds. Any is a value nothing is known of; it is compatible with all.
const (
	Any Kind = iota
	Nil
	Bool
	Int
	Number // an integer or a float
	String
	List
	Object
	Time
	Duration
	Decimal
	Secret // a reference that only builtin actions resolve
	Func
)

var kindNames = [...]string{"any", "nil", "boolean", "integer", "number", "text", "list", "object", "time", "duration", "decimal", "secret", "function"}

func (k Kind) String() string { return kindNames[k] }

// Article names the kind with its article, for use in a sentence.
func (k Kind) Article() string {
	switch k {
	case String, Any, Nil:
		return k.String()
	case Int, Object:
		return "an " + k.String()
	}
	return "a " + k.String()
}

// A Type describes a value. Types are immutable once made; nil means Any.
type Type struct {
	Kind   Kind
	Elem   *Type   // of a List
	Fields []Field // of an Object, sorted by name
	Open   bool    // of an Object: it may have fields beyond Fields, of type Any
	Maybe  string  // non-empty: the value may be nil, and this says why
	Hidden string  // non-empty: reading it is an error, and this says why
}

// A Field is a field of an object.
type Field struct {
	Name string
	Type *Type
}

// Basic types.
var (
	AnyType      = &Type{Kind: Any}
	NilType      = &Type{Kind: Nil}
	BoolType     = &Type{Kind: Bool}
	IntType      = &Type{Kind: Int}
	NumberType   = &Type{Kind: Number}
	StringType   = &Type{Kind: String}
	TimeType     = &Type{Kind: Time}
	DurationType = &Type{Kind: Duration}
	DecimalType  = &Type{Kind: Decimal}
	SecretType   = &Type{Kind: Secret}
	OpenObject   = &Type{Kind: Object, Open: true}
	AnyList      = &Type{Kind: List, Elem: AnyType}
)

// ListOf is the type of a list whose elements are of type elem.
func ListOf(elem *Type) *Type { return &Type{Kind: List, Elem: elem} }

// ObjectOf is a closed object with the given fields.
func ObjectOf(fields ...Field) *Type {
	slices.SortStableFunc(fields, func(a, b Field) int { return strings.Compare(a.Name, b.Name) })
	return &Type{Kind: Object, Fields: fields}
}

// Field finds a field of an object by name.
func (t *Type) Field(name string) (*Type, bool) {
	i, ok := slices.BinarySearchFunc(t.Fields, name, func(f Field, n string) int { return strings.Compare(f.Name, n) })
	if !ok {
		return nil, false
	}
	return t.Fields[i].Type, true
}

// Names lists the fields of an object, sorted.
func (t *Type) Names() []string {
	names := make([]string, len(t.Fields))
	for i, f := range t.Fields {
		names[i] = f.Name
	}
	return names
}

// OrNil returns t as a type whose value may be nil, for the reason given.
func (t *Type) OrNil(why string) *Type {
	if t == nil {
		t = AnyType
	}
	c := *t
	c.Maybe = why
	return &c
}

// NotNil returns t as a type whose value is never nil.
func (t *Type) NotNil() *Type {
	if t == nil || t.Maybe == "" {
		return t
	}
	c := *t
	c.Maybe = ""
	return &c
}

// String names the type as messages do.
func (t *Type) String() string {
	switch {
	case t == nil:
		return "any"
	case t.Kind == List && t.Elem != nil && t.Elem.Kind != Any:
		return "list of " + t.Elem.String()
	}
	return t.Kind.String()
}
