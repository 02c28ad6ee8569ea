package dsl

import (
	"strings"

	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/syntax"
	"github.com/partitur/partitur/dsl/types"
)

// Arguments are what an activity or a workflow is given: one argument, several,
// or none.
type Arguments struct {
	With    *expr.Value   // the one argument, or
	Args    []*expr.Value // all of them, or none
	HasArgs bool
}

func (a *Arguments) bind(f *fields.Set) {
	f.Value(&a.With, "with", "the single argument", fields.Sees(seesLater))
	f.Node("args", "the arguments, in order", map[string]any{"type": "array"}, func(n *syntax.Node) {
		if n.Kind != syntax.List {
			f.Diags().Error("wrong-type", n.Span, "%q must be a list of arguments, not %s", "args", shown(n)).
				WithHint("a single argument is with:, several are args: [first, second]")
			return
		}
		a.HasArgs = true
		for _, item := range n.Items {
			if v := expr.ParseValue(item, f.Diags()); v != nil {
				a.Args = append(a.Args, v)
				f.AddSlots(fields.Slot{Name: "args", Value: v, Sees: seesLater})
			}
		}
	})
	if f.Has("with") && f.Has("args") {
		f.Diags().Error("two-keys", f.KeySpan("args"), "a step has either %q or %q", "with", "args").
			WithHint("with: is the single argument, args: the list of several")
	}
}

// values are the arguments as the receiver gets them, in order.
func (a *Arguments) values() []*expr.Value {
	if a.With != nil {
		return []*expr.Value{a.With}
	}
	return a.Args
}

// unchecked checks arguments of which nothing is known but that they must
// evaluate.
func (a *Arguments) unchecked(c *checker, sc scope) {
	c.slot("with", sc)
	for _, slot := range c.pending {
		if slot.Name == "args" {
			c.check(slot, sc)
		}
	}
}

// A TypeName is the type of an activity or a workflow: written out, or computed
// and then one of those allowed.
type TypeName struct {
	Type  *expr.Value // constant unless Allow names what it may yield
	Allow []string
}

// Name is the type as it is written out, or "".
func (t *TypeName) Name() string {
	if t.Type == nil {
		return ""
	}
	name, _ := t.Type.Const.(string)
	return name
}

// Names are all names the type may have.
func (t *TypeName) Names() []string {
	if name := t.Name(); name != "" {
		return []string{name}
	}
	return t.Allow
}

// bind declares the type under the key that is the verb, and `allow`.
func (t *TypeName) bind(f *fields.Set, verb, example string) {
	f.Value(&t.Type, verb, "the "+verb+" type", fields.Required, fields.Want(types.StringType), fields.Example(example))
	f.Strings(&t.Allow, "allow", "the names that a computed "+verb+" type may have")
	if f.Diags() == nil || t.Type == nil {
		return
	}
	switch name, isText := t.Type.Const.(string); {
	case isText && strings.TrimSpace(name) == "":
		f.Diags().Error("bad-value", t.Type.Span, "%q must not be empty", verb).WithHint("write the name under which the %s is registered", verb)
	case t.Type.IsConst() && f.Has("allow"):
		f.Diags().Error("useless-key", f.KeySpan("allow"), "%q is for %s type that is computed, and this one is written out", "allow", map[string]string{"activity": "an activity", "workflow": "a workflow"}[verb]).
			WithHint("leave it out")
	case !t.Type.IsConst() && !f.Has("allow"):
		f.Diags().Error("missing-key", t.Type.Span, "this %s type is computed, so the names it may have must be listed", verb).
			WithHint("add allow: [first_name, second_name] to the step")
	}
}
