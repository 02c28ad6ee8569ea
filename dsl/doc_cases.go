package dsl

import (
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
)

// A Cases is a `test:` document.
type Cases struct {
	Span     source.Span
	Workflow string
	Cases    []*TestCase

	testAt source.Span
}

// Fields declares the keys of a test document.
func (t *Cases) Fields(f *fields.Set) {
	t.Span, t.testAt = f.Span(), f.KeySpan("test")
	f.String(&t.Workflow, "test", "the workflow type under test", fields.Required)
	f.Objects(func() fields.Declarer {
		c := new(TestCase)
		t.Cases = append(t.Cases, c)
		return c
	}, "cases", "the cases", fields.Required)
}

// A TestCase is one test case.
type TestCase struct {
	Span   source.Span
	Name   string
	Input  any
	Env    map[string]any
	Mocks  map[string]any
	Events []*Event
	Expect Expectation

	nameAt source.Span
	input  *syntax.Node
	env    []syntax.Entry
	mocks  []syntax.Entry
	calls  *syntax.Node
	slots  []fields.Slot
}

// Fields declares the keys of a case.
func (c *TestCase) Fields(f *fields.Set) {
	c.Span = f.Span()
	f.String(&c.Name, "name", "what the case shows", fields.Required)
	f.Any(&c.Input, "input", "the workflow's input", fields.Literal)
	f.Map(&c.Env, "env", "settings of the worker", nil)
	f.Map(&c.Mocks, "mocks", "answers by step id, activity type or HTTP route; lists are sequences", nil, fields.Literal)
	f.Objects(func() fields.Declarer {
		e := new(Event)
		c.Events = append(c.Events, e)
		return e
	}, "events", "what happens from outside, each with `at`")
	f.Object(&c.Expect, "expect", "what must come of it", fields.Required)
	c.nameAt, c.slots = f.KeySpan("name"), f.Slots
	for _, e := range f.Entries() {
		switch e.Key.Value {
		case "input":
			c.input = e.Value
		case "env":
			c.env = e.Value.Entries
		case "mocks":
			c.mocks = e.Value.Entries
		case "expect":
			c.calls = e.Value.Get("calls")
		}
	}
}

// An Expectation is what must come of a test case.
type Expectation struct {
	Status string
	Output any
	Error  map[string]any
	Calls  []string
	Check  *expr.Expr
}

// statusMeant is what the ends of a run are called elsewhere.
var statusMeant = map[string]string{
	"success": "completed", "succeeded": "completed", "successful": "completed", "ok": "completed", "done": "completed", "passed": "completed", "complete": "completed",
	"failure": "failed", "error": "failed", "errored": "failed", "timed_out": "failed", "timeout": "failed", "canceled": "cancelled", "terminated": "failed",
}

// Fields declares the keys of an expectation.
func (e *Expectation) Fields(f *fields.Set) {
	f.Enum(&e.Status, "status", "how the run ends", []string{"completed", "failed", "cancelled"}, fields.Meant(statusMeant))
	f.Any(&e.Output, "output", "the result", fields.Literal)
	f.Map(&e.Error, "error", "fields of the error, `type` and `message` among them", nil, fields.Literal)
	f.Strings(&e.Calls, "calls", "the calls in order, by step id, compensations as `ID.compensate`")
	f.Condition(&e.Check, "check", "a condition on `output` and `error`")
}
