package dsl

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
)

// An Event is what happens to a run from outside in a test case. One of Signal,
// Update, Query, Decide, Answer and Cancel says what.
type Event struct {
	Span source.Span
	Kind string // the key that says what happens
	At   time.Duration

	Signal, Update, Query string
	Decide, Answer        string // the id of an approval or task
	Cancel                bool
	Child                 string // the workflow type or id of the child that it happens to; "" is the workflow under test

	With     any
	Args     []any
	Expect   *expr.Expr // on `result`, of an update or a query
	Rejected bool       // the validator must refuse it

	Decision, By, Comment, To string
	Form                      any

	kindAt, nameAt, childAt source.Span
	slots                   []fields.Slot
}

// eventKeys lists the kinds of events and the keys each may have besides `at`
// and `child`.
var eventKeys = []struct {
	kind string
	keys []string
}{
	{"signal", []string{"with", "args"}},
	{"update", []string{"with", "args", "expect", "rejected"}},
	{"query", []string{"with", "args", "expect"}},
	{"decide", []string{"decision", "by", "comment", "form", "to", "rejected"}},
	{"answer", []string{"by", "comment", "form", "rejected"}},
	{"cancel", nil},
}

// Fields declares the keys of an event.
func (e *Event) Fields(f *fields.Set) {
	e.Span = f.Span()
	f.Duration(&e.At, "at", "when, after the start of the run", fields.Required)
	f.String(&e.Signal, "signal", "the signal that arrives")
	f.String(&e.Update, "update", "the update that arrives")
	f.String(&e.Query, "query", "the query that is asked")
	f.String(&e.Decide, "decide", "the approval that is decided: its step's id, in a loop `id[key]`")
	f.String(&e.Answer, "answer", "the task that is answered: its step's id, in a loop `id[key]`")
	f.Bool(&e.Cancel, "cancel", "`true`: the run is cancelled")
	f.String(&e.Child, "child", "the child that it happens to instead of the workflow under test: its workflow type, or its workflow id where several of that type run")
	f.Any(&e.With, "with", "the single argument of the message", fields.Literal)
	e.bindArgs(f)
	f.Condition(&e.Expect, "expect", "what must hold of `result`, the answer")
	f.Bool(&e.Rejected, "rejected", "`true`: the update, decision or answer must be refused")
	f.Enum(&e.Decision, "decision", "how the approval is decided", []string{"approve", "reject", "delegate"})
	f.String(&e.By, "by", "the user who decides or answers")
	f.String(&e.Comment, "comment", "what the user says")
	f.String(&e.To, "to", "the user to whom the decision is delegated")
	f.Any(&e.Form, "form", "what the user fills in", fields.Literal)
	e.slots = f.Slots
	f.Slots = nil // they are checked with the event, in its own scope
	if f.Diags() != nil {
		e.checkKeys(f)
	}
}

var foreignEvent = map[string]word{
	"payload": same("with"), "input": same("with"), "data": same("with"), "message": same("with"), "after": same("at"), "time": same("at"), "when": same("at"),
	"approval": same("decide"), "task": same("answer"), "check": same("expect"), "user": same("by"), "reason": same("comment"),
}

// ExplainKey reports other words for the keys of an event.
func (e *Event) ExplainKey(entry syntax.Entry, _ []string, diags *diag.List) (meant string, done bool) {
	return explainWord("an event", foreignEvent, entry, diags)
}

// checkKeys finds what the event is, and reports keys that belong to others.
func (e *Event) checkKeys(f *fields.Set) {
	var kinds []string
	var allowed []string
	for _, k := range eventKeys {
		if f.Has(k.kind) || f.Broken(k.kind) {
			kinds, allowed = append(kinds, k.kind), k.keys
		}
	}
	if len(kinds) != 1 {
		e.reportKinds(f, kinds)
		return
	}
	e.Kind, e.kindAt = kinds[0], f.KeySpan(kinds[0])
	for _, entry := range f.Entries() {
		key := entry.Key.Value
		if key == e.Kind {
			e.nameAt = entry.Value.Span
		}
		if key == "child" {
			e.childAt = entry.Value.Span
		}
		if key == "at" || key == "child" || key == e.Kind || slices.Contains(allowed, key) || !isEventKey(key) {
			continue
		}
		d := f.Diags().Error("misplaced-key", entry.Key.Span, "%q does not belong to the event %q", key, e.Kind)
		if d.WithHint("leave it out"); len(allowed) > 0 {
			d.WithHint("it can have %s", strings.Join(allowed, ", "))
		}
		return
	}
	e.checkTogether(f)
}

func (e *Event) reportKinds(f *fields.Set, kinds []string) {
	if len(kinds) > 1 {
		f.Diags().Error("two-keys", f.KeySpan(kinds[1]), "one thing happens in an event, and this one has %q and %q", kinds[0], kinds[1]).
			WithHint("make two events of it: begin the second with `- `")
		return
	}
	known := len(f.Entries())
	for _, entry := range f.Entries() {
		if !isEventKey(entry.Key.Value) {
			known-- // a mistyped key is reported as such
		}
	}
	if known == len(f.Entries()) && len(f.Entries()) > 0 {
		f.Diags().Error("missing-key", f.Span().Sub(0, 1), "the event does not say what happens").
			WithHint("add signal: NAME, update: NAME, query: NAME, decide: ID, answer: ID or cancel: true")
	}
}

// checkTogether checks what the keys of an event say together.
func (e *Event) checkTogether(f *fields.Set) {
	switch {
	case f.Has("with") && f.Has("args"):
		f.Diags().Error("two-keys", f.KeySpan("args"), "an event has either %q or %q", "with", "args").
			WithHint("with: is the single argument, args: the list of several")
	case e.Rejected && f.Has("expect"):
		f.Diags().Error("two-keys", f.KeySpan("rejected"), "an update that is refused has no result to expect something of").
			WithHint("leave out one of them")
	case e.Kind == "decide" && !f.Has("decision"):
		f.Diags().Error("missing-key", e.kindAt, "the event does not say how the approval is decided").
			WithHint("add decision: approve, or reject")
	case e.Kind == "decide" && e.Decision == "delegate" && !f.Has("to"):
		f.Diags().Error("missing-key", e.kindAt, "the event does not say to whom the decision is delegated").WithHint("add to: USER")
	case (e.Kind == "decide" || e.Kind == "answer") && !f.Has("by"):
		f.Diags().Error("missing-key", e.kindAt, "the event does not say who it is by").WithHint("add by: USER")
	case e.Kind == "cancel" && f.Sound("cancel") && !e.Cancel:
		f.Diags().Error("bad-value", f.KeySpan("cancel"), "%q can only be true", "cancel").WithHint("leave the event out if nothing is cancelled")
	}
}

// bindArgs binds the arguments of a message.
func (e *Event) bindArgs(f *fields.Set) {
	f.Node("args", "the arguments of the message", map[string]any{"type": "array"}, func(n *syntax.Node) {
		if n.Kind != syntax.List {
			f.Diags().Error("wrong-type", n.Span, "%q must be a list of arguments, not %s", "args", shown(n)).
				WithHint("a single argument is with:, several are args: [first, second]")
			return
		}
		e.Args, _ = n.Data().([]any)
	})
}

func isEventKey(key string) bool {
	if key == "at" || key == "child" {
		return true
	}
	for _, k := range eventKeys {
		if key == k.kind || slices.Contains(k.keys, key) {
			return true
		}
	}
	return false
}

// engineQueries are those that every workflow answers.
var engineQueries = []string{"status", "definition", "partitur.status", "partitur.definition"}

// against checks the names that an event uses.
func (e *Event) against(d *Definition, diags *diag.List) {
	switch {
	case e.Query != "":
		names := slices.Clone(engineQueries)
		if d.agents() {
			names = append(names, "transcript", "partitur.transcript")
		}
		for _, q := range d.Queries {
			names = append(names, q.Name)
		}
		if !slices.Contains(names, e.Query) {
			diags.Error("unknown-name", e.nameAt, "the workflow answers no query %q", e.Query).Suggest(e.Query, names)
		}
	case e.Signal != "":
		var names []string
		for _, s := range d.Signals {
			names = append(names, s.Name)
		}
		if near := diag.Nearest(e.Signal, names); near != "" && !slices.Contains(names, e.Signal) {
			diags.Error("unknown-signal", e.nameAt, "the workflow declares no signal %q", e.Signal).
				WithHint("did you mean %s?", near).WithFix(e.nameAt, near)
		}
	case e.Update != "":
		e.againstUpdates(d, diags)
	case e.Decide != "", e.Answer != "":
		id, _, _ := strings.Cut(e.Decide+e.Answer, "[")
		var names []string
		readable := true
		d.WalkAll(func(s *Step) {
			if name := cmp.Or(s.ID, s.ToolName()); name != "" {
				names = append(names, name)
			}
			_, broken := s.Body.(none)
			readable = readable && !broken
		})
		if readable && !slices.Contains(names, id) {
			diags.Error("unknown-step", e.nameAt, "there is no step %q", id).Suggest(id, names)
		}
	}
}

// againstUpdates checks the name of an update. One that nobody takes can only be
// rejected.
func (e *Event) againstUpdates(d *Definition, diags *diag.List) {
	names := []string{"decide", "answer", "reassign", "withdraw"}
	if d.agents() {
		names = append(names, "add_message", "pause", "resume")
	}
	for _, u := range d.Updates {
		names = append(names, u.Name)
	}
	if slices.Contains(names, e.Update) || strings.HasPrefix(e.Update, "partitur.") || e.Rejected {
		return
	}
	diags.Error("unknown-name", e.nameAt, "the workflow takes no update %q", e.Update).Suggest(e.Update, names)
}
