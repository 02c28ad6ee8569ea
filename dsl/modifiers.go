package dsl

import (
	"fmt"
	"slices"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
)

// A Catch is one answer to an error.
type Catch struct {
	Span   source.Span
	Types  []string
	When   *expr.Expr
	Do     []*Step
	Output *expr.Value
	slots  []fields.Slot
	sound  bool
}

// Fields declares the keys of an element of catch.
func (c *Catch) Fields(f *fields.Set) {
	c.Span = f.Span()
	f.Strings(&c.Types, "type", "types or categories of the errors it is for; all if not set")
	f.Condition(&c.When, "when", "a further condition, on `error`", fields.Sees(seesCatch))
	bindSteps(f, &c.Do, "do", "what to do; they see `error`")
	f.Value(&c.Output, "output", "what the step's output is then; the step counts as succeeded", fields.Sees(seesCatch))
	if f.Diags() != nil && !f.Has("do") && !f.Has("output") && len(f.Entries()) == len(f.Specs)-2-countMissing(f, "type", "when") {
		f.Diags().Error("missing-key", f.Span().Sub(0, 1), "the entry does not say what to do about the error").
			WithHint("add do: [steps], or output: VALUE to go on with; on_error: continue goes on after any error")
	}
	c.sound = f.Sound("type") && f.Sound("when")
	c.slots = f.Slots
	f.Slots = nil // they are checked with the entry, in its own scope
}

// foreignCatch is what other tools call the keys of an entry of catch.
var foreignCatch = map[string]string{
	"if": "when", "condition": "when", "types": "type", "error": "type", "errors": "type", "error_type": "type", "error_equals": "type", "on": "type",
	"then": "do", "steps": "do", "handler": "do", "result": "output", "value": "output",
}

// ExplainKey reports steps that stand in the entry itself, and what other tools
// call its keys.
func (c *Catch) ExplainKey(e syntax.Entry, known []string, diags *diag.List) (meant string, done bool) {
	return explainEntry("catch", foreignCatch, e, diags)
}

// explainEntry reports a key of an entry of a list that has its steps under `do`.
func explainEntry(list string, foreign map[string]string, e syntax.Entry, diags *diag.List) (meant string, done bool) {
	key := e.Key.Value
	if ours := foreign[foreignName(key)]; ours != "" && (ours != "do" || e.Value.Kind == syntax.List) {
		diags.Error("unknown-key", e.Key.Span, "an element of %s has no key %q", list, key).WithHint("write %s", ours).WithFix(e.Key.Span, ours)
		return ours, true
	}
	if newBody(key, NoActions{}) == nil && key != "http" {
		return "", false
	}
	diags.Error("misplaced-key", e.Key.Span, "%q is a step, and %s has entries that have their steps under do:", key, list).
		WithHint("write %s: [{do: [{%s: …}]}]", list, key)
	return "do", true
}

// countMissing counts the keys of those named that are not there.
func countMissing(f *fields.Set, names ...string) (n int) {
	for _, name := range names {
		if !f.Has(name) {
			n++
		}
	}
	return n
}

// OnTimeout is what happens when the timeout of a whole step is up.
type OnTimeout struct {
	Fail     bool
	Decision string // of an approval: approve or reject
	Steps    []*Step
	Output   *expr.Value
	slots    []fields.Slot
}

// Fields declares the keys of the mapping form.
func (o *OnTimeout) Fields(f *fields.Set) {
	f.Value(&o.Output, "output", "the output of the step, which then counts as succeeded", fields.Required)
	o.slots = f.Slots
}

// bindOnTimeout binds what happens at the end of a timeout. The words, besides
// fail, are decisions.
func bindOnTimeout(f *fields.Set, p **OnTimeout, words ...string) {
	doc, word := "what happens at the end of `timeout`: `fail`, steps, or `{output: VALUE}`", map[string]any{"const": "fail"}
	if len(words) > 0 {
		doc, word = "what happens at the end of `timeout`: `fail`, `reject`, `approve`, steps, or `{output: VALUE}`", map[string]any{"enum": append([]string{"fail"}, words...)}
	}
	f.Node("on_timeout", doc, f.AnyOf(new(OnTimeout), word, stepsRef), func(n *syntax.Node) {
		o := new(OnTimeout)
		switch {
		case n.Kind == syntax.Scalar && slices.Contains(words, n.Value):
			o.Decision = n.Value
		case n.Kind == syntax.Scalar && n.Value == "fail":
			o.Fail = true
		case n.Kind == syntax.List:
			o.Steps = parseSteps(n, f)
		case n.Kind == syntax.Map:
			fields.Bind(o, "on_timeout", n, f.Env())
		default:
			reportOnTimeout(n, words, f.Diags())
			return
		}
		if !f.Has("timeout") && len(words) == 0 { // the stages of an approval have timeouts of their own
			f.Diags().Error("missing-key", f.KeySpan("on_timeout"), "there is no timeout that could end the step").
				WithHint("add timeout: with a duration")
		}
		*p = o
	})
}

func reportOnTimeout(n *syntax.Node, words []string, diags *diag.List) {
	d := diags.Error("wrong-type", n.Span, "%q must be fail, a list of steps, or a mapping with output, not %s", "on_timeout", shown(n)).
		WithHint("write fail, [steps] or {output: VALUE}")
	switch {
	case len(words) > 0 && n.Kind == syntax.Scalar:
		d.Message = fmt.Sprintf("%q must be fail, reject, approve, a list of steps, or a mapping with output, not %s", "on_timeout", shown(n))
		d.Suggest(n.Value, append([]string{"fail"}, words...))
	case slices.Contains(decisions, n.Value):
		d.WithHint("only an approval is decided: write fail, [steps] or {output: VALUE}")
	}
}

// decisions are what an approval can be decided by when its time is up.
var decisions = []string{"reject", "approve"}

// Compensate undoes a step that has succeeded.
type Compensate struct {
	Span   source.Span
	None   bool // the author says that there is nothing to undo
	Steps  []*Step
	Before bool // it is registered before its step runs
}

var compensateSchema = map[string]any{"anyOf": []any{
	map[string]any{"const": "none"}, stepsRef, map[string]any{"$ref": "#/$defs/step"},
}}

func bindCompensate(f *fields.Set, p **Compensate) {
	f.Node("compensate", "what undoes the step: a step, a list of steps, or `none`", compensateSchema, func(n *syntax.Node) {
		c := &Compensate{Span: n.Span}
		switch {
		case n.Kind == syntax.Scalar && n.Value == "none":
			c.None = true
		case n.Kind == syntax.List:
			c.Steps = parseSteps(n, f)
		case n.Kind == syntax.Map:
			c.Steps = []*Step{parseStep(c.takeRegister(n, f.Diags()), f)}
		case n.Kind == syntax.Scalar && foreignVerb(n.Value) == "" && newBody(n.Value, f.Env().Context.(Catalog)) == nil && n.Type == syntax.String:
			f.Diags().Error("wrong-type", n.Span, "%q must be a step, a list of steps, or none, not %s", "compensate", shown(n)).
				WithHint("to run an activity of that name write {activity: %s}", n.Value)
			return
		default:
			f.Diags().Error("wrong-type", n.Span, "%q must be a step, a list of steps, or none, not %s", "compensate", shown(n)).
				WithHint("write {activity: NAME}, or another step")
			return
		}
		*p = c
	})
}

// takeRegister reads the key `register`, which only a compensation has, and
// returns the step without it.
func (c *Compensate) takeRegister(n *syntax.Node, diags *diag.List) *syntax.Node {
	e := n.Entry("register")
	if e == nil {
		return n
	}
	if e.Value.Value != "before" {
		diags.Error("bad-value", e.Value.Span, "%q can only be before", "register").
			WithHint("leave the key out to register the compensation when the step has succeeded")
	}
	c.Before = true
	rest := *n
	rest.Entries = nil
	for _, other := range n.Entries {
		if other.Key.Value != "register" {
			rest.Entries = append(rest.Entries, other)
		}
	}
	return &rest
}
