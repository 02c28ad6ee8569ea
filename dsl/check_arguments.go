package dsl

import (
	"strings"

	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/jsonschema"
)

// checkArguments checks what an activity is given against the catalogue.
func (a *Activity) checkArguments(c *checker, t *ActivityType, sc scope) {
	args := a.Args
	if a.With != nil {
		args = []*expr.Value{a.With}
	}
	schemas := t.schemas()
	given, complete := len(args), c.argumentsSound()
	if schemas != nil && complete && given != len(schemas) && !(t.With != nil && given == 0) {
		c.diags.Error("wrong-arguments", c.step.verbSpan, "the activity %q takes %s, and this gives %s", t.Name, count(len(schemas)), count(given)).
			WithNote(t.Span, "it is declared here").
			WithHint("%s", t.usage())
	}
	for i, v := range args {
		slot := fields.Slot{Name: "with", Value: v}
		if i < len(schemas) && schemas[i] != nil && complete {
			c.argument(slot, schemas[i], sc)
			continue
		}
		c.check(slot, sc)
	}
}

// argument checks one argument against its schema.
func (c *checker) argument(slot fields.Slot, schema *jsonschema.Schema, sc scope) {
	if !slot.Value.IsConst() {
		slot.Want = written(schema)
		c.check(slot, sc)
		return
	}
	for _, v := range schema.Validate(schema.Default(slot.Value.Const)) {
		c.diags.Error("wrong-arguments", within(slot.Value, v.Path).Span, "the argument breaks its schema: %s", v)
		return
	}
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
		return "write with: and the argument"
	}
	names := make([]string, len(t.Args))
	for i, a := range t.Args {
		names[i] = a.Name
	}
	return "write args: [" + strings.Join(names, ", ") + "]"
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
