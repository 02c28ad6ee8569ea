package jsonschema

import (
	"slices"
	"strconv"

	js "github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/partitur/partitur/dsl/value"
)

// newLibrarySchema is a schema of the library that allows everything. The fields
// are filled in by the compiler instead of by the library's own: that one
// validates every schema against the meta-schema, which takes a hundred times as
// long as all that is done here, and it reports mistakes without their place.
// The location is the index of our node, so that an error leads back to it.
func newLibrarySchema(index int) *js.Schema {
	return &js.Schema{
		Location:      strconv.Itoa(index),
		MinProperties: -1, MaxProperties: -1,
		MinItems: -1, MaxItems: -1,
		MinContains: 1, MaxContains: -1,
		MinLength: -1, MaxLength: -1,
		ContainsEval: true,
	}
}

// boolOrSchema is how the library wants additionalProperties.
func boolOrSchema(s *js.Schema) any {
	if s.Always != nil {
		return *s.Always
	}
	return s
}

// enumCheck asserts an enum: the library's own error for it, which its compiler
// would set, has no public field.
type enumCheck []any

// Validate implements js.ExtSchema.
func (e enumCheck) Validate(ctx js.ValidationContext, v any) error {
	if e.allows(v) {
		return nil
	}
	return ctx.Error("enum", "enum")
}

func (e enumCheck) allows(v any) bool {
	return slices.ContainsFunc(e, func(allowed any) bool { return value.Equal(v, allowed) })
}

// formatCheck asserts a format; the library keeps its own field for that to
// itself.
type formatCheck struct{ valid func(any) bool }

// Validate implements js.ExtSchema.
func (f formatCheck) Validate(ctx js.ValidationContext, v any) error {
	if f.valid(v) {
		return nil
	}
	return ctx.Error("format", "format")
}
