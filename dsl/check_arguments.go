package dsl

import (
	"strings"

	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/jsonschema"
	"github.com/partitur/partitur/dsl/types"
)

// checkArguments checks what an activity is given against the catalogue.
func (a *Activity) checkArguments(c *checker, t *ActivityType, sc scope) {
	args := a.values()
	schemas, complete := t.schemas(), c.argumentsSound()
	if complete && t.refuses(len(args)) {
		c.diags.Error("wrong-arguments", c.step.verbSpan, "the activity %q takes %s, and this gives %s", t.Name, count(len(schemas)), count(len(args))).
			WithNote(t.Span, "it is declared here").
			WithHint("%s", t.usage())
		complete = false
	}
	for i, v := range args {
		slot := fields.Slot{Name: "with", Value: v}
		if i < len(schemas) && schemas[i] != nil && complete {
			c.obeys(slot, schemas[i], sc, argumentRule)
			continue
		}
		c.check(slot, sc)
	}
}

// refuses tells whether the activity cannot be given that many arguments. One
// that takes an object may get none if it needs no field of it.
func (t *ActivityType) refuses(given int) bool {
	switch {
	case t.With != nil && given == 0:
		return len(t.With.Validate(t.With.Default(map[string]any{}))) > 0
	case t.schemas() == nil:
		return false
	}
	return given != len(t.schemas())
}

// argumentsSound tells whether all arguments of the step could be read.
func (c *checker) argumentsSound() bool {
	return !c.diags.Within(c.step.Span)
}

// schemas are those of the arguments, in order; nil if nothing is declared.
func (t *ActivityType) schemas() (list []*jsonschema.Schema) {
	if t.With != nil {
		return []*jsonschema.Schema{t.With}
	}
	for _, a := range t.Args {
		list = append(list, a.Schema)
	}
	return list
}

// usage shows how the arguments are written.
func (t *ActivityType) usage() string {
	if t.With != nil {
		return "write with: " + sample(t.With.Type())
	}
	names := make([]string, len(t.Args))
	for i, a := range t.Args {
		names[i] = a.Name
	}
	return "write args: [" + strings.Join(names, ", ") + "]"
}

// sample shows how a value of the type begins.
func sample(t *types.Type) string {
	if t == nil || t.Kind != types.Object {
		return "and the argument"
	}
	var names []string
	for _, f := range t.Fields {
		if f.Type == nil || f.Type.Maybe == "" {
			names = append(names, f.Name+": …")
		}
	}
	if len(names) == 0 {
		return "and the argument"
	}
	return "{" + strings.Join(names, ", ") + "}"
}

func count(n int) string {
	switch n {
	case 0:
		return "no argument"
	case 1:
		return "one argument"
	case 2:
		return "two arguments"
	case 3:
		return "three arguments"
	}
	return "more arguments"
}
