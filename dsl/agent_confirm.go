package dsl

import (
	"slices"

	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
)

// A Confirmation is an approval that a call of a tool needs. It is read as an
// approval step, so this only declares its keys.
type Confirmation struct{}

// Fields declares the keys of confirm.
func (Confirmation) Fields(f *fields.Set) {
	var when *expr.Expr
	var limit *Timeout
	f.Condition(&when, "when", "which calls need it, by `args`; all if not set")
	approvalFields{new(Approval)}.Fields(f)
	f.Node("edit", "whether the form of who approves changes the arguments: `true`, or the names of those that it may change", editSchema, func(*syntax.Node) {})
	bindTimeout(f, &limit, "how long it waits for a decision", false)
	f.Node("on_timeout", "what happens then: `reject`, `approve`, or `fail`, which ends the conversation; required with `timeout`", map[string]any{"enum": []string{"reject", "approve", "fail"}}, func(*syntax.Node) {})
}

var editSchema = map[string]any{"anyOf": []any{
	map[string]any{"const": true}, map[string]any{"type": "array", "items": map[string]any{"type": "string"}},
}}

// besideApproval are the keys of confirm that stand beside an approval, and what they are
// called there.
var besideApproval = map[string]string{"when": "if", "timeout": "timeout", "on_timeout": "on_timeout"}

// parseConfirm makes an approval step of the mapping n, which stands under a key.
func (t *Tool) parseConfirm(key, n *syntax.Node, input *syntax.Node, f *fields.Set) {
	if n.Kind != syntax.Map {
		f.Diags().Error("wrong-type", n.Span, "%q must be a mapping, not %s", "confirm", shown(n)).
			WithHint("write confirm: {approvers: [group:NAME]}")
		return
	}
	approval := &syntax.Node{Kind: syntax.Map, Span: n.Span}
	step := &syntax.Node{Kind: syntax.Map, Span: n.Span, Entries: []syntax.Entry{
		{Key: &syntax.Node{Value: "approval", Type: syntax.String, Span: key.Span}, Value: approval},
	}}
	for _, e := range n.Entries {
		switch ours, beside := besideApproval[e.Key.Value]; {
		case beside:
			k := *e.Key
			k.Value = ours
			step.Entries = append(step.Entries, syntax.Entry{Key: &k, Value: e.Value})
			checkOutcome(e, f)
		case e.Key.Value == "edit":
			if form := t.editForm(e.Value, input, f); form != nil {
				k := *e.Key
				k.Value = "form"
				approval.Entries = append(approval.Entries, syntax.Entry{Key: &k, Value: form})
			}
		default:
			approval.Entries = append(approval.Entries, e)
		}
	}
	t.Confirm = parseStep(step, f)
	t.Confirm.tool, t.Confirm.confirms = "confirm", true
	t.Edits = n.Entry("edit") != nil
}

// checkOutcome reports an on_timeout after which it would not be known whether
// the tool may be used.
func checkOutcome(e syntax.Entry, f *fields.Set) {
	if e.Key.Value == "on_timeout" && (e.Value.Kind == syntax.List || e.Value.Kind == syntax.Map) {
		f.Diags().Error("wrong-type", e.Value.Span, "%q of a confirmation must be reject, approve or fail, not %s", "on_timeout", shown(e.Value)).
			WithHint("write reject: the model is told, and can do something else")
	}
}

// editForm is the schema of what may be changed of the arguments: those of the
// tool, none of which is required or has a default.
func (t *Tool) editForm(edit, input *syntax.Node, f *fields.Set) *syntax.Node {
	var only []string
	switch {
	case edit.Kind == syntax.List:
		for _, item := range edit.Items {
			only = append(only, item.Value)
		}
	case edit.Kind != syntax.Scalar || edit.Value != "true":
		f.Diags().Error("wrong-type", edit.Span, "%q must be true or a list of arguments, not %s", "edit", shown(edit)).
			WithHint("leave it out if the arguments may not be changed")
		return nil
	}
	form := &syntax.Node{Kind: syntax.Map, Span: edit.Span, Entries: []syntax.Entry{literalEntry("type", "object", syntax.String, edit.Span)}}
	props := &syntax.Node{Kind: syntax.Map, Span: edit.Span}
	if input != nil && input.Get("properties") != nil {
		for _, p := range input.Get("properties").Entries {
			if only == nil || slices.Contains(only, p.Key.Value) {
				props.Entries = append(props.Entries, syntax.Entry{Key: p.Key, Value: withoutDefault(p.Value)})
			}
		}
	}
	for i, name := range only {
		if !slices.ContainsFunc(props.Entries, func(e syntax.Entry) bool { return e.Key.Value == name }) {
			f.Diags().Error("unknown-field", edit.Items[i].Span, "the tool has no argument %q", name).WithHint("its arguments are those of input:")
		}
	}
	form.Entries = append(form.Entries,
		syntax.Entry{Key: &syntax.Node{Value: "properties", Type: syntax.String, Span: edit.Span}, Value: props},
		literalEntry("additionalProperties", "false", syntax.Bool, edit.Span))
	return form
}

func literalEntry(key, value string, kind syntax.ScalarType, at source.Span) syntax.Entry {
	return syntax.Entry{
		Key:   &syntax.Node{Value: key, Type: syntax.String, Span: at},
		Value: &syntax.Node{Value: value, Type: kind, Span: at},
	}
}

func withoutDefault(n *syntax.Node) *syntax.Node {
	if n.Kind != syntax.Map {
		return n
	}
	c := *n
	c.Entries = slices.DeleteFunc(slices.Clone(n.Entries), func(e syntax.Entry) bool { return e.Key.Value == "default" })
	return &c
}
