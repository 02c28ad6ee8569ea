package dsl

import (
	"strings"

	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/syntax"
	"github.com/partitur/partitur/dsl/types"
)

// Activity runs an activity type that some worker has registered.
type Activity struct {
	leaf
	Type    *expr.Value // constant unless Allow names what it may yield
	Allow   []string
	With    *expr.Value   // the one argument, or
	Args    []*expr.Value // all of them, or none
	HasArgs bool
}

// Fields declares the keys of an activity step.
func (a *Activity) Fields(f *fields.Set) {
	f.Value(&a.Type, "activity", "the activity type", fields.Required, fields.Want(types.StringType), fields.Example("inventory.reserve"))
	f.Strings(&a.Allow, "allow", "the names that a computed activity type may have")
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
	if f.Diags() != nil && a.Type != nil {
		a.checkAllow(f)
	}
}

func (a *Activity) checkAllow(f *fields.Set) {
	switch name, isText := a.Type.Const.(string); {
	case isText && strings.TrimSpace(name) == "":
		f.Diags().Error("bad-value", a.Type.Span, "%q must not be empty", "activity").WithHint("write the name under which the activity is registered")
	case a.Type.IsConst() && f.Has("allow"):
		f.Diags().Error("useless-key", f.KeySpan("allow"), "%q is for an activity type that is computed, and this one is written out", "allow").
			WithHint("leave it out")
	case !a.Type.IsConst() && !f.Has("allow"):
		f.Diags().Error("missing-key", a.Type.Span, "this activity type is computed, so the names it may have must be listed").
			WithHint("add allow: [first_name, second_name] to the step")
	}
}

func (a *Activity) check(c *checker, s *Step, sc scope) *types.Type {
	c.needsTimeout(s)
	t := c.catalogued(s)
	if t == nil {
		c.slot("with", sc)
		for _, slot := range c.pending {
			if slot.Name == "args" {
				c.check(slot, sc)
			}
		}
		return types.AnyType
	}
	a.checkArguments(c, t, sc)
	if t.Result == nil {
		return types.AnyType
	}
	return t.Result.Type()
}

// Action runs a builtin action: an activity that ships with the program.
type Action struct {
	leaf
	Spec    *ActionSpec
	Input   *expr.Value
	Secrets []string // the secrets Input names, sorted
}

// Fields declares the keys of a step with a builtin action.
func (a *Action) Fields(f *fields.Set) {
	var schema map[string]any
	if a.Spec.Input != nil && f.Describing() {
		schema = fields.ObjectSchema(a.Spec.Input())
	}
	f.Node(a.Spec.Name, a.Spec.Doc, schema, func(n *syntax.Node) {
		if n.Kind != syntax.Map {
			d := f.Diags().Error("wrong-type", n.Span, "%q takes a mapping, not %s", a.Spec.Name, shown(n))
			if a.Spec.Name == "http" && n.Kind == syntax.Scalar && n.Type == syntax.String {
				d.WithHint("write http: {url: \"%s\"}", n.Value)
			} else {
				d.WithHint("write its fields below it")
			}
			return
		}
		if a.Input = expr.ParseValue(n, f.Diags()); a.Input == nil {
			return
		}
		set := fields.BindValues(a.Spec.Input(), a.Spec.Name, n, a.Input, f.Env())
		for _, slot := range set.Slots {
			slot.Sees = seesSecrets
			f.AddSlots(slot)
		}
	}, fields.Required)
}

func (a *Action) check(c *checker, s *Step, _ scope) *types.Type {
	c.needsTimeout(s)
	if a.Spec.Result == nil {
		return types.AnyType
	}
	return a.Spec.Result
}
