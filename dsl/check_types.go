package dsl

import (
	"slices"
	"strings"

	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/types"
)

// elementOf is the type of an element of what for_each goes through.
func (c *checker) elementOf(t *types.Type, list *expr.Expr) *types.Type {
	switch {
	case list == nil || t.Kind == types.Any && t.Maybe == "":
		return types.AnyType
	case t.Maybe != "":
		c.diags.Error("may-be-nil", list.Span, "`for_each` goes over a list, and this may be nil: %s", t.Maybe).
			WithHint("say what is meant then: write %s ?? []", list.Text)
		return types.AnyType
	case t.Kind == types.List:
		if t.Elem == nil {
			return types.AnyType
		}
		return t.Elem
	case t.Kind == types.Object:
		return types.ObjectOf(types.Field{Name: "key", Type: types.StringType}, types.Field{Name: "value", Type: types.AnyType})
	}
	d := c.diags.Error("wrong-type", list.Span, "`for_each` goes over a list or an object, and this is %s", t.Kind.Article())
	switch t.Kind {
	case types.Int, types.Number:
		d.WithHint("to run so many times write 1..%s", list.Text)
	case types.String:
		d.WithHint("a text is cut into a list by split(%s, \",\")", list.Text)
	}
	return types.AnyType
}

// stateTypes are the types of the state's variables.
type stateTypes struct {
	read  *types.Type // what an expression gets
	write *types.Type // what `set` may assign
}

// stateTypes checks the initial values of the state and returns its types.
func (c *checker) stateTypes(start scope) stateTypes {
	var declared *types.Type
	if c.def.StateSchema != nil {
		declared = c.def.StateSchema.TypeBecause(func(string) string { return mayMiss })
		c.initialValues()
	}
	var read, write []types.Field
	for _, v := range c.def.State {
		t := types.AnyType
		if v.Value != nil {
			t = c.check(fields.Slot{Name: v.Name, Value: v.Value}, start).Stored()
			if readsLikeSchema(v.Value) {
				c.diags.Error("state-schema", v.Value.Span, "a variable has its initial value here, and this reads like a schema").
					WithHint("write the value it begins with, such as state: {%s: 0}; schemas stand under state_schema: {type: object, properties: {…}}", v.Name)
				t = types.AnyType
			}
		}
		w := widen(t)
		r := w
		if d, ok := declaredField(declared, v.Name); ok {
			r, w = d, d
			if d.Maybe == mayMiss {
				r = d.NotNil()
				if t.Kind == types.Nil || t.Maybe != "" {
					r = d.OrNil("the state begins with nil in it")
				}
			}
		}
		if c.def.looseTypes {
			r, w = types.AnyType, types.AnyType
		}
		read, write = append(read, field(v.Name, r)), append(write, field(v.Name, w))
	}
	out := stateTypes{types.ObjectOf(read...), types.ObjectOf(write...)}
	out.read.Open, out.write.Open = c.def.looseState, c.def.looseState
	return out
}

// readsLikeSchema tells whether a value is a mapping such as {type: integer}.
func readsLikeSchema(v *expr.Value) bool {
	t := v.Get("type")
	if t == nil {
		return false
	}
	return slices.Contains([]any{"string", "integer", "number", "boolean", "object", "array"}, t.Const)
}

// mayMiss marks variables that the schema of the state does not require. They
// are there all the same, with their initial values.
const mayMiss = "the schema of the state does not require it"

func declaredField(t *types.Type, name string) (*types.Type, bool) {
	if t == nil {
		return nil, false
	}
	f, ok := t.Field(name)
	return f, ok && f != nil
}

// initialValues reports constant initial values that break the schema.
func (c *checker) initialValues() {
	values := map[string]any{}
	for _, v := range c.def.State {
		if v.Value != nil && v.Value.IsConst() {
			values[v.Name] = v.Value.Const
		}
	}
	for _, wrong := range c.def.StateSchema.Validate(values) {
		for _, v := range c.def.State {
			if rest, ok := strings.CutPrefix(wrong.Path, v.Name); ok && values[v.Name] != nil && (rest == "" || rest[0] == '.' || rest[0] == '[') {
				c.diags.Error("state-schema", v.Value.Span, "the initial value breaks state_schema: %s", wrong)
				break
			}
		}
	}
}

// widen turns the type of an initial value into that of the variable: an empty
// list may come to hold anything, and a variable that begins as nil too.
func widen(t *types.Type) *types.Type {
	switch {
	case t == nil || t.Kind == types.Nil:
		return types.AnyType
	case t.Kind == types.List:
		return types.AnyList
	case t.Kind == types.Object:
		return types.OpenObject
	case t.Kind == types.Int:
		return types.NumberType
	}
	return t
}

func field(name string, t *types.Type) types.Field { return types.Field{Name: name, Type: t} }

// errorType is what `error` holds, as section 6 of the language lists it.
var errorType = types.ObjectOf(
	field("type", types.StringType),
	field("message", types.StringType),
	field("step", types.StringType),
	field("path", types.StringType),
	field("retryable", types.BoolType),
	field("retry_state", types.StringType),
	field("attempt", types.IntType),
	field("details", types.AnyType),
	field("cause", types.AnyType),
	field("compensations", types.ListOf(types.OpenObject)),
)

// workflowType is what `workflow` holds.
var workflowType = types.ObjectOf(
	field("id", types.StringType),
	field("run_id", types.StringType),
	field("type", types.StringType),
	field("version", types.StringType),
	field("task_queue", types.StringType),
	field("start_time", types.TimeType),
	field("attempt", types.IntType),
	field("parent", types.ObjectOf(
		field("id", types.StringType), field("run_id", types.StringType),
	).OrNil("the workflow may have no parent")),
)

const unscheduled = "nobody may have scheduled the run"

// scheduleType is what `schedule` holds.
var scheduleType = types.ObjectOf(
	field("id", types.StringType.OrNil(unscheduled)),
	field("time", types.TimeType.OrNil(unscheduled)),
	field("last_result", types.AnyType.OrNil(unscheduled)),
	field("last_error", types.ObjectOf(field("type", types.StringType), field("message", types.StringType)).OrNil(unscheduled)),
)

// ownStepType is what `step` holds.
var ownStepType = types.ObjectOf(
	field("id", types.StringType),
	field("path", types.StringType),
	field("idempotency_key", types.StringType),
)

// forEachExtras are what steps.x of a for_each holds besides.
var forEachExtras = []types.Field{
	field("errors", types.ListOf(types.ObjectOf(
		field("index", types.IntType), field("key", types.AnyType), field("error", errorType)))),
	field("counts", types.ObjectOf(field("succeeded", types.IntType), field("failed", types.IntType))),
}
