package dsl

import (
	"fmt"
	"time"

	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/types"
	"github.com/partitur/partitur/dsl/value"
)

// check checks one expression in a scope and returns its type.
func (c *checker) check(slot fields.Slot, sc scope) *types.Type {
	before := len(*c.diags)
	if slot.Value != nil {
		defer func() { c.bare(slot.Value, sc, before) }()
	}
	if slot.Value != nil && slot.Value.IsConst() && slot.Want != nil && !c.literal(slot) {
		return types.AnyType
	}
	var t *types.Type
	if slot.Expr != nil {
		t = slot.Expr.CheckWant(sc.expr(), slot.Want, c.diags)
	} else {
		t = slot.Value.CheckWant(sc.expr(), slot.Want, c.diags)
	}
	c.explain((*c.diags)[before:], sc)
	if t == nil || len(*c.diags) > before {
		return types.AnyType
	}
	return t
}

// literal checks a value without expressions where a text or a duration is
// wanted, in the words of what is written.
func (c *checker) literal(slot fields.Slot) bool {
	at, text := slot.Value.Span, slot.Value.Span.Text()
	got, isText := slot.Value.Const.(string)
	if slot.Value.Const == nil && slot.Want.Maybe != "" {
		return true
	}
	switch slot.Want.Kind {
	case types.String:
		if isText {
			return true
		}
		d := c.diags.Error("wrong-type", at, "%q must be text, not %s", slot.Name, inWords(slot.Value.Const))
		switch slot.Value.Const.(type) {
		case nil, []any, map[string]any:
			if slot.Name == "activity" {
				d.WithHint("write the name of the activity type, such as activity: inventory.reserve; what it is given stands under with:")
			}
		default:
			d.WithHint("quote it: '%s'", text).WithFix(at, "'"+text+"'")
		}
		return false
	case types.Duration:
		if _, err := value.ParseDuration(got); isText && err == nil {
			return true
		}
		d := c.diags.Error("wrong-type", at, "%q must be a duration such as 30s, 5m or 1h30m, not %s", slot.Name, inWords(slot.Value.Const))
		if i, ok := slot.Value.Const.(int); ok {
			d.WithHint("with its unit, such as %ds for seconds", i)
		} else if better := shortMapping(slot.Value.Const); better != "" {
			d.WithHint("write %s", better).WithFix(at, better)
		} else if better := fields.ShortDuration(got); isText && better != "" {
			d.WithHint("write %s", better).WithFix(at, better)
		}
		return false
	case types.Time:
		return c.literalTime(slot, got)
	}
	return true
}

// literalTime checks a time that is written out.
func (c *checker) literalTime(slot fields.Slot, got string) bool {
	if _, err := time.Parse(time.RFC3339Nano, got); err == nil {
		return true
	}
	d := c.diags.Error("wrong-type", slot.Value.Span, "%q must be a time such as 2026-01-31T12:00:00Z, not %s", slot.Name, inWords(slot.Value.Const))
	if _, err := value.ParseDuration(got); err == nil {
		d.WithHint("to pause for %s write sleep: %s", got, got)
	} else {
		d.WithHint(`with a zone, or as ${ date("2026-01-31 12:00", "Europe/Berlin") }`)
	}
	return false
}

// shortMapping is a duration such as {seconds: 5} as it is written here, or "".
func shortMapping(v any) string {
	m, _ := v.(map[string]any)
	for _, unit := range []string{"seconds", "minutes", "hours", "days", "weeks", "second", "minute", "hour", "day", "milliseconds"} {
		if n, ok := m[unit].(int); ok && len(m) == 1 {
			return fields.ShortDuration(fmt.Sprintf("%d %s", n, unit))
		}
	}
	return ""
}

// inWords names a JSON value, for use in a sentence.
func inWords(v any) string {
	switch v := v.(type) {
	case nil:
		return "empty"
	case bool:
		return fmt.Sprintf("the boolean %t", v)
	case int, float64:
		return fmt.Sprintf("the number %v", v)
	case string:
		return fmt.Sprintf("the text %q", v)
	case []any:
		return "a list"
	}
	return "a mapping"
}

// slot checks the expression of the current step's field of that name, which
// waited for its scope. It returns Any if there is none.
func (c *checker) slot(name string, sc scope) *types.Type { return c.slotAs(name, sc, nil) }

// slotAs is slot for a field whose type depends on others.
func (c *checker) slotAs(name string, sc scope, want *types.Type) *types.Type {
	for _, slot := range c.pending {
		if slot.Name == name {
			if want != nil {
				slot.Want = want
			}
			c.slots[name] = c.check(slot, sc.seeing(slot.Sees))
			return c.slots[name]
		}
	}
	return types.AnyType
}

// typeOf is the type of an expression of the current step.
func (c *checker) typeOf(name string) *types.Type {
	if t := c.slots[name]; t != nil {
		return t
	}
	return types.AnyType
}

// constant reports a condition whose outcome is known before anything runs.
func (c *checker) constant(e *expr.Expr, what string) {
	holds, known := c.known(e)
	if !known {
		return
	}
	word := "never"
	if holds {
		word = "always"
	}
	c.diags.Warn("constant-condition", e.Span, "this condition is always %t: %s %s runs", holds, what, word).
		WithHint("compare something that varies, such as a field of input")
}

// known is the outcome of a condition that depends on nothing.
func (c *checker) known(e *expr.Expr) (holds, known bool) {
	if e == nil || len(e.Refs()) > 0 || c.diags.Within(e.Span) {
		return false, false
	}
	v, err := e.Eval(map[string]any{})
	holds, known = v.(bool)
	return holds, known && err == nil
}

// returned checks a result of the workflow against its schema.
func (c *checker) returned(slot fields.Slot, sc scope) {
	schema := c.def.OutputSchema
	if schema == nil {
		c.check(slot, sc)
		return
	}
	c.obeys(slot, schema, sc, outputRule)
}
