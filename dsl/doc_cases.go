package dsl

import (
	"time"

	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
)

// A Cases is a `test:` document.
type Cases struct {
	Span     source.Span
	Workflow string
	Defaults CaseDefaults
	Cases    []*TestCase // a case with a table is there once for each row

	testAt source.Span
}

// Fields declares the keys of a test document.
func (t *Cases) Fields(f *fields.Set) {
	t.Span, t.testAt = f.Span(), f.KeySpan("test")
	f.String(&t.Workflow, "test", "the workflow type under test", fields.Required)
	f.Object(&t.Defaults, "defaults", "what holds for every case that says nothing else")
	f.Objects(func() fields.Declarer {
		c := new(TestCase)
		t.Cases = append(t.Cases, c)
		return c
	}, "cases", "the cases", fields.Required)
	for _, c := range t.Cases {
		c.inherit(&t.Defaults)
	}
}

// CaseDefaults are what the cases of a document have in common.
type CaseDefaults struct {
	Tags      []string
	StartTime time.Time
	Env       map[string]any
	Mocks     Mocks

	env []syntax.Entry
}

// Fields declares the keys of the mapping.
func (d *CaseDefaults) Fields(f *fields.Set) {
	f.Strings(&d.Tags, "tags", "words by which cases are chosen, beside those of the case")
	bindStartTime(f, &d.StartTime)
	f.Map(&d.Env, "env", "settings of the worker; a case adds to them", nil)
	bindMocks(f, &d.Mocks)
	d.env = entriesOf(f, "env")
}

// A TestCase is one test case.
type TestCase struct {
	Span      source.Span
	Name      string
	Tags      []string
	Row       map[string]any // of the table; nil if there is none
	Engine    string         // the one that can play it; "" is each
	StartTime time.Time      // zero if not set
	Unpatched []string
	Input     any
	Env       map[string]any
	Mocks     Mocks
	Shared    Mocks // those of the document that the case does not replace
	Events    []*Event
	Expect    Expectation
	Schedule  *CaseSchedule // nil if nobody scheduled the run

	nameAt               source.Span
	input, unpatched     *syntax.Node
	env                  []syntax.Entry
	calls, compensations *syntax.Node
	slots                []fields.Slot
}

// Engines that play cases.
const (
	InMemory = "memory"
	OnServer = "server"
)

// Fields declares the keys of a case.
func (c *TestCase) Fields(f *fields.Set) {
	c.Span = f.Span()
	f.String(&c.Name, "name", "what the case shows", fields.Required)
	f.Strings(&c.Tags, "tags", "words by which cases are chosen")
	bindTable(f, &c.Row)
	f.Enum(&c.Engine, "engine", "the only engine that can play the case; each if not set", []string{InMemory, OnServer}, fields.Meant(engineMeant))
	bindStartTime(f, &c.StartTime)
	c.bindSchedule(f)
	f.Strings(&c.Unpatched, "unpatched", "patches that the run does not have, as if it had begun before them")
	f.Any(&c.Input, "input", "the workflow's input", fields.Literal)
	f.Map(&c.Env, "env", "settings of the worker", nil)
	bindMocks(f, &c.Mocks)
	f.Objects(func() fields.Declarer {
		e := new(Event)
		c.Events = append(c.Events, e)
		return e
	}, "events", "what happens from outside, each with `at`")
	f.Object(&c.Expect, "expect", "what must come of it", fields.Required)
	c.nameAt, c.slots, c.env = f.KeySpan("name"), f.Slots, entriesOf(f, "env")
	for _, e := range f.Entries() {
		switch e.Key.Value {
		case "input":
			c.input = e.Value
		case "unpatched":
			c.unpatched = e.Value
		case "expect":
			c.calls, c.compensations = e.Value.Get("calls"), e.Value.Get("compensations")
		}
	}
}

var engineMeant = map[string]string{"in_memory": InMemory, "mem": InMemory, "embedded": OnServer, "temporal": OnServer, "live": OnServer}

// inherit takes over what the document says for all cases.
func (c *TestCase) inherit(d *CaseDefaults) {
	c.Tags = append(c.Tags, d.Tags...)
	if c.StartTime.IsZero() {
		c.StartTime = d.StartTime
	}
	for name, v := range d.Env {
		if _, own := c.Env[name]; own {
			continue
		}
		if c.Env == nil {
			c.Env = map[string]any{}
		}
		c.Env[name] = v
	}
	for _, m := range d.Mocks {
		if c.Mocks.Find(m.Name) == nil {
			c.Shared = append(c.Shared, m)
		}
	}
}

func entriesOf(f *fields.Set, key string) []syntax.Entry {
	for _, e := range f.Entries() {
		if e.Key.Value == key {
			return e.Value.Entries
		}
	}
	return nil
}

// bindStartTime binds the time at which a case begins.
func bindStartTime(f *fields.Set, p *time.Time) {
	var text string
	f.String(&text, "start_time", "when the case begins by the clock of its run; 2026-01-05T09:00:00Z if not set", fields.Example("'2026-03-01T00:00:00Z'"))
	if text == "" {
		return
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		f.Diags().Error("bad-value", f.ValueSpan("start_time"), "%q is no time", text).WithHint("write it like '2026-03-01T00:00:00Z'")
		return
	}
	*p = t.UTC()
}

// An Expectation is what must come of a test case.
type Expectation struct {
	Status           string
	Output           any
	Error            map[string]any
	Calls            []string
	Counts           []Count // of calls, by name
	Compensations    []Compensated
	Elapsed          time.Duration
	ContinuedAsNew   int
	SearchAttributes map[string]any
	Memo             map[string]any
	Check            *expr.Expr
	Snapshot         bool

	at map[string]source.Span
}

// A Count is how often something must be called.
type Count struct {
	Name  string
	Times int
	Span  source.Span
}

// A Compensated is a compensation that must have run.
type Compensated struct {
	Step   string
	Status string // succeeded, failed or skipped
}

// At is where a key of the expectation stands, if it is there.
func (e *Expectation) At(key string) (at source.Span, there bool) {
	at, there = e.at[key]
	return at, there
}

// statusMeant is what the ends of a run are called elsewhere.
var statusMeant = map[string]string{
	"success": "completed", "succeeded": "completed", "successful": "completed", "ok": "completed", "done": "completed", "passed": "completed", "complete": "completed",
	"failure": "failed", "error": "failed", "errored": "failed", "timeout": "timed_out", "canceled": "cancelled", "terminated": "failed",
	"waiting": "running", "open": "running", "pending": "running",
}

// Fields declares the keys of an expectation.
func (e *Expectation) Fields(f *fields.Set) {
	f.Enum(&e.Status, "status", "how the run ends; `running`: it goes on after the last event", []string{"completed", "failed", "cancelled", "timed_out", "running"}, fields.Meant(statusMeant))
	f.Any(&e.Output, "output", "the result", fields.Literal)
	f.Map(&e.Error, "error", "fields of the error, `type` and `message` among them", nil, fields.Literal)
	e.bindCalls(f)
	e.bindCompensations(f)
	f.Duration(&e.Elapsed, "elapsed", "how long the run takes, by its own clock")
	f.Int(&e.ContinuedAsNew, "continued_as_new", "how often the run continues as new", fields.AtLeast(0))
	f.Map(&e.SearchAttributes, "search_attributes", "search attributes that the run has set in the end", nil, fields.Literal)
	f.Map(&e.Memo, "memo", "what the run has noted in the end", nil, fields.Literal)
	f.Condition(&e.Check, "check", "a condition on `output`, `error`, `calls`, `elapsed`, `continued_as_new` and `row`")
	f.Bool(&e.Snapshot, "snapshot", "`true`: everything must be as the snapshot beside the file says")
	e.at = map[string]source.Span{}
	for _, entry := range f.Entries() {
		e.at[entry.Key.Value] = entry.Key.Span.To(entry.Value.Span)
	}
}
