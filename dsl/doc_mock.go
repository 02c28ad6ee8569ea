package dsl

import (
	"slices"
	"time"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
)

// Mocks are the mocks of a case, in source order.
type Mocks []*Mock

// Find finds a mock by its name, or returns nil.
func (m Mocks) Find(name string) *Mock {
	if i := slices.IndexFunc(m, func(one *Mock) bool { return one.Name == name }); i >= 0 {
		return m[i]
	}
	return nil
}

// A Mock answers in place of an activity, a builtin action or a child.
type Mock struct {
	Name    string // a step id, ID.compensate, a type or an HTTP route
	Span    source.Span
	Answers []*MockAnswer

	key *syntax.Node
}

// A MockAnswer is one answer of a mock: a result or an error.
type MockAnswer struct {
	Span   source.Span
	Return *expr.Value // nil if it is an error
	Error  *MockError
	Times  int           // 0 is without end
	Takes  time.Duration // by the clock of the run
	When   *expr.Expr    // it answers only what this holds for; nil for all
	Expect *expr.Expr    // must hold for what it answers

	slots []fields.Slot
}

// A MockError is an error as `error` shows it.
type MockError struct {
	Type, Message string
	Details       any
	Retryable     bool
}

// Timeouts are the kinds of timeouts that details.timeout of a mocked error of
// the type Timeout can have.
var Timeouts = []string{"start_to_close", "schedule_to_close", "schedule_to_start", "heartbeat"}

var foreignAnswerKeys = map[string]word{
	"returns": same("return"), "result": same("return"), "output": same("return"), "response": same("return"), "value": same("return"),
	"throw": same("error"), "throws": same("error"), "fail": same("error"), "raise": same("error"), "fails": same("error"),
	"delay": same("takes"), "duration": same("takes"), "after": same("takes"), "if": same("when"), "match": same("when"), "repeat": same("times"), "count": same("times"),
	"args": same("expect"), "with": same("expect"), "check": same("expect"),
	"sequence": {ours: "mocks", how: "a sequence is a list of answers: NAME: [{return: 1}, {return: 2}]"},
	"body":     {ours: "return", how: "it stands inside return: {status: 200, body: …}"}, "status": {ours: "return", how: "it stands inside return: {status: 200, body: …}"},
}

// ExplainKey reports what other tools call the keys of an answer.
func (a *MockAnswer) ExplainKey(e syntax.Entry, _ []string, diags *diag.List) (meant string, done bool) {
	return explainWord("a mock", foreignAnswerKeys, e, diags)
}

// Fields declares the keys of an answer.
func (a *MockAnswer) Fields(f *fields.Set) {
	a.Span, a.Times = f.Span(), 1
	f.Value(&a.Return, "return", "the result; it may use `with`, `args`, `attempt` and `row`")
	e := &MockError{Retryable: true}
	if f.Object(e, "error", "the error instead of a result") {
		a.Error = e
	}
	f.Int(&a.Times, "times", "how often it answers; in a list once if not set, unless it has `when`", fields.AtLeast(1))
	f.Duration(&a.Takes, "takes", "how long it takes, by the clock of the run")
	f.Condition(&a.When, "when", "what it answers, on `with` and `args`; whatever comes if not set")
	f.Condition(&a.Expect, "expect", "what must hold of what was sent: of `with`, `args` and `attempt`")
	if a.When != nil && !f.Has("times") {
		a.Times = 0
	}
	a.slots, f.Slots = f.Slots, nil // they are checked with the case, in a scope of their own
	if f.Diags() == nil || f.Diags().Within(f.Span()) {
		return
	}
	switch {
	case f.Has("return") && f.Has("error"):
		f.Diags().Error("two-keys", f.KeySpan("error"), "a mock either returns or fails").WithHint("leave out one of them, or make a list of two answers")
	case !f.Has("return") && !f.Has("error") && !f.Broken("return") && !f.Broken("error") && len(f.Entries()) == countKnown(f, "times", "takes", "when", "expect"):
		f.Diags().Error("missing-key", f.Span().Sub(0, 1), "the mock does not say what it answers").
			WithHint("write {return: VALUE} or {error: {type: NAME, message: TEXT}}")
	}
}

// countKnown counts the keys of those named that are there.
func countKnown(f *fields.Set, names ...string) (n int) {
	return len(names) - countMissing(f, names...)
}

// Fields declares the keys of an error.
func (e *MockError) Fields(f *fields.Set) {
	f.String(&e.Type, "type", "its type; `Timeout` is a timeout of the kind in details.timeout", fields.Required)
	f.String(&e.Message, "message", "its message")
	f.Any(&e.Details, "details", "its details", fields.Literal)
	f.Bool(&e.Retryable, "retryable", "`false`: it is not retried")
	if f.Diags() == nil || e.Type != "Timeout" {
		return
	}
	details, _ := e.Details.(map[string]any)
	if kind, given := details["timeout"]; given && !slices.Contains(Timeouts, text(kind)) {
		f.Diags().Error("bad-value", f.ValueSpan("details"), "there is no timeout %q", text(kind)).Suggest(text(kind), Timeouts)
	}
}

func text(v any) string { s, _ := v.(string); return s }

// bindMocks binds the mocks of a case or of a document.
func bindMocks(f *fields.Set, p *Mocks) {
	const doc = "answers by step id, activity type or HTTP route; lists are sequences"
	var schema map[string]any
	if f.Describing() {
		one := fields.ObjectSchema(new(MockAnswer))
		schema = map[string]any{"type": "object", "additionalProperties": map[string]any{"anyOf": []any{map[string]any{"type": "array", "items": one}, one}}}
	}
	f.Node("mocks", doc, schema, func(n *syntax.Node) {
		if n.Kind != syntax.Map {
			f.Diags().Error("wrong-type", n.Span, "%q must be a mapping, not %s", "mocks", shown(n)).WithHint("write {NAME: {return: VALUE}}")
			return
		}
		for _, e := range n.Entries {
			*p = append(*p, bindMock(f, e))
		}
	})
}

func bindMock(f *fields.Set, e syntax.Entry) *Mock {
	m := &Mock{Name: e.Key.Value, Span: e.Key.Span.To(e.Value.Span), key: e.Key}
	items, list := e.Value.Items, e.Value.Kind == syntax.List
	if !list {
		items = []*syntax.Node{e.Value}
	}
	for _, item := range items {
		a := &MockAnswer{Times: 1}
		fields.Bind(a, "the mock of "+m.Name, item, f.Env())
		if !list && item.Get("times") == nil {
			a.Times = 0 // it serves for ever
		}
		m.Answers = append(m.Answers, a)
	}
	if list && len(items) == 0 {
		f.Diags().Error("missing-key", e.Value.Span, "the mock of %s has no answer", m.Name).WithHint("write {return: VALUE}, or leave it out")
	}
	return m
}
