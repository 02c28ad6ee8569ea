package dsl

import (
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/types"
)

// assignable reports a value of type got in a place for want.
func (c *checker) assignable(got, want *types.Type, at source.Span, what string) {
	if got == nil || want == nil || got.Kind == types.Any && got.Maybe == "" || want.Kind == types.Any {
		return
	}
	if got.Kind == types.Nil || got.Maybe != "" && want.Maybe == "" {
		why := got.Maybe
		if why == "" {
			why = "it is"
		}
		c.diags.Error("may-be-nil", at, "%s must be %s, and this may be nil: %s", what, article(want), why).
			WithHint("say what is meant then: ${ … ?? default }")
		return
	}
	if !fits(got, want) {
		c.diags.Error("wrong-type", at, "%s must be %s, not %s", what, article(want), article(got))
	}
}

// fits tells whether a value of one type can stand where another is wanted.
func fits(got, want *types.Type) bool {
	switch {
	case got.Kind == types.Any || want.Kind == types.Any || got.Kind == want.Kind:
		return true
	case want.Kind == types.Number:
		return got.Kind == types.Int
	case want.Kind == types.String: // these are texts in JSON
		return got.Kind == types.Time || got.Kind == types.Duration || got.Kind == types.Decimal || got.Kind == types.Secret
	case want.Kind == types.Duration:
		return got.Kind == types.String
	case want.Kind == types.Int: // a computed number is checked when the step runs
		return got.Kind == types.Number
	}
	return false
}

func article(t *types.Type) string {
	switch t.Kind {
	case types.Any:
		return "any value"
	case types.Nil:
		return "nil"
	case types.String:
		return "text"
	case types.Int, types.Object:
		return "an " + t.String()
	case types.Duration:
		return "a duration such as 30s"
	}
	return "a " + t.String()
}

// elementOf is the type of an element of what for_each goes through.
func (c *checker) elementOf(t *types.Type, list *expr.Expr) *types.Type {
	switch {
	case list == nil || t.Kind == types.Any && t.Maybe == "":
		return types.AnyType
	case t.Maybe != "":
		c.diags.Error("may-be-nil", list.Span, "`for_each` needs a list, and this may be nil: %s", t.Maybe).
			WithHint("say what is meant then: %s ?? []", list.Text)
		return types.AnyType
	case t.Kind == types.List:
		if t.Elem == nil {
			return types.AnyType
		}
		return t.Elem
	case t.Kind == types.Object:
		return types.ObjectOf(types.Field{Name: "key", Type: types.StringType}, types.Field{Name: "value", Type: types.AnyType})
	}
	c.diags.Error("wrong-type", list.Span, "`for_each` needs a list or an object, not %s", article(t))
	return types.AnyType
}

// stateType checks the initial values of the state and returns its type.
func (c *checker) stateType(start scope) *types.Type {
	var declared *types.Type
	if c.def.StateSchema != nil {
		declared = c.def.StateSchema.Type()
	}
	vars := make([]types.Field, 0, len(c.def.State))
	for _, slot := range c.def.slots {
		if slot.Sees != seesStart {
			continue
		}
		name := slot.Name[len("state."):]
		t := widen(c.check(slot, start))
		if declared != nil {
			if d, ok := declared.Field(name); ok {
				t = d
			}
		}
		vars = append(vars, types.Field{Name: name, Type: t})
	}
	return types.ObjectOf(vars...)
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
	field("last_error", types.AnyType.OrNil(unscheduled)),
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
