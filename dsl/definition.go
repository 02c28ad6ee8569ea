// Package dsl is the language: documents and steps as authors write them, and
// the rules that make a checked Program of them. A Program is valid by type:
// every name in it refers to something, and every expression compiles.
package dsl

import (
	"slices"
	"strings"
	"time"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/jsonschema"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
)

// Language is the version of the language that this package reads.
const Language = "1"

// A Definition is one `workflow:` document, as written.
type Definition struct {
	Span source.Span

	Name, Version, Title, Description, Owner string
	Labels                                   map[string]any
	TaskQueue                                string

	Input        *jsonschema.Schema
	Output       *expr.Value
	OutputSchema *jsonschema.Schema
	State        []Variable
	StateSchema  *jsonschema.Schema
	Env          []EnvVar
	Secrets      []string

	Defaults      Defaults
	RetryPolicies []*NamedRetry
	Limits
	Timeouts RunTimeouts
	Queries  []*Query
	Signals  []*Signal
	Updates  []*Update

	SearchAttributes []Attribute // set when a run starts
	Memo             []Attribute // noted when a run starts
	Compensation     *Compensation
	History          History
	Versioning       Versioning
	Patches          []PatchState

	Steps                        []*Step
	OnFailure, OnCancel, Finally []*Step

	slots []fields.Slot

	nameAt, secretsAt, timeoutsAt      source.Span
	looseEnv, looseSecrets, looseState bool // a declaration could not be read, so unknown names are not reported
	loosePolicies                      bool
	looseTypes                         bool // nor wrong types in the state
	patchesAt                          source.Span
	loosePatches                       bool // nor patches that nobody declares
	looseSignals                       bool // nor signals that nobody declares
	keys                               []string
	secretSpans                        []source.Span
	mentions                           []*Retry
}

// A Variable is one name of the state with its initial value.
type Variable struct {
	Name  string
	Span  source.Span
	Value *expr.Value
}

// An EnvVar is a setting of the worker that a run pins when it starts.
type EnvVar struct {
	Name     string
	Span     source.Span
	Default  string
	Required bool
}

// A Query is a read-only question that a running workflow answers.
type Query struct {
	Name  string
	Span  source.Span
	Value *expr.Value
}

// RunTimeouts are the server's bounds on a run, and the bound on its cleanup.
type RunTimeouts struct{ Execution, Run, Task, Cleanup time.Duration }

// DefaultCleanup bounds compensations, on_failure, on_cancel and finally when
// the definition does not.
const DefaultCleanup = 10 * time.Minute

// Fields declares the keys of the mapping.
func (t *RunTimeouts) Fields(f *fields.Set) {
	f.Duration(&t.Execution, "execution", "the longest the workflow may take, all its runs together; the server ends it without cleanup")
	f.Duration(&t.Run, "run", "the longest a single run may take; the server ends it without cleanup")
	f.Duration(&t.Task, "task", "the longest a worker may take for one workflow task, 10s if not set")
	f.Duration(&t.Cleanup, "cleanup", "the longest `on_failure`, `on_cancel` and `finally` may take, 10m if not set")
}

// Defaults apply to every activity step that says nothing itself.
type Defaults struct {
	Timeout   *Timeout
	Retry     *Retry
	TaskQueue string

	looseTimeout bool // it could not be read
}

// Fields declares the keys of the mapping.
func (d *Defaults) Fields(f *fields.Set) {
	bindTimeout(f, &d.Timeout, "bounds one attempt of an activity step, or `{start_to_close, schedule_to_close, schedule_to_start, heartbeat}`", true)
	bindRetry(f, &d.Retry, "how activity steps are retried")
	f.String(&d.TaskQueue, "task_queue", "the task queue of activity steps")
	d.looseTimeout = !f.Sound("timeout")
}

// Fields declares the keys of a workflow document.
func (d *Definition) Fields(f *fields.Set) {
	f.String(&d.Name, "workflow", "the workflow type, by which any Temporal client starts it", fields.Required, fields.Example("order-fulfillment"))
	f.String(&d.Version, "version", "the author's version of the text, for people and labels", fields.Example("'3'"))
	f.String(&d.Title, "title", "what the workflow does, in a few words")
	f.String(&d.Description, "description", "what a colleague should know before using it")
	f.String(&d.Owner, "owner", "who answers for the workflow")
	f.Map(&d.Labels, "labels", "names and texts of your own, for searching", nil)
	f.String(&d.TaskQueue, "task_queue", "the task queue its workers poll")
	f.Schema(&d.Input, "input", "JSON Schema of the input; it is checked, and defaults are applied, before the first step")
	f.Value(&d.Output, "output", "the result of the workflow", fields.Sees(seesEnd))
	f.Schema(&d.OutputSchema, "output_schema", "JSON Schema of the result")
	f.Node("state", "variables that `set` changes, each with its initial value", map[string]any{"type": "object"}, func(n *syntax.Node) { d.bindState(f, n) })
	f.Schema(&d.StateSchema, "state_schema", "JSON Schema of the state, where initial values do not tell the types")
	f.Node("env", "settings of the worker, pinned when a run starts; null means that the worker must set it", map[string]any{"type": "object"}, func(n *syntax.Node) { d.bindEnv(n, f) })
	f.Strings(&d.Secrets, "secrets", "names of secrets that builtin actions may use")
	f.Object(&d.Defaults, "defaults", "what activity steps use that say nothing themselves")
	f.Named(func(name string, key *syntax.Node) fields.Declarer {
		p := &NamedRetry{Name: name, Retry: newRetry()}
		if key != nil {
			p.Span = key.Span
		}
		d.RetryPolicies = append(d.RetryPolicies, p)
		return p.Retry
	}, "retry_policies", "retry policies that steps use by name")
	d.Limits.bind(f)
	f.Object(&d.Timeouts, "timeouts", "bounds on the whole run")
	attributesKey{"search_attributes", "what runs are found by, set when one starts", seesStart}.bind(f, &d.SearchAttributes)
	attributesKey{"memo", "values noted with a run when it starts, which lists show", seesStart}.bind(f, &d.Memo)
	f.Node("queries", "questions a running workflow answers, by name", map[string]any{"type": "object"}, func(n *syntax.Node) { d.bindQueries(f, n) })
	d.bindMessages(f)
	bindCompensation(f, &d.Compensation)
	f.Object(&d.Versioning, "versioning", "what becomes of runs that go on when the text changes")
	d.bindPatches(f)
	f.Object(&d.History, "history", "how long the history of a run may become")
	bindSteps(f, &d.Steps, "steps", "what the workflow does, in order", fields.Required)
	bindSteps(f, &d.OnFailure, "on_failure", "steps that run when an error ends the workflow; they see `error`")
	bindSteps(f, &d.OnCancel, "on_cancel", "steps that run when the workflow has been cancelled")
	bindSteps(f, &d.Finally, "finally", "steps that run in the end, whatever happened")
	d.slots = f.Slots
	d.Span = f.Span()
	for _, e := range f.Entries() {
		d.keys = append(d.keys, e.Key.Value)
		if e.Key.Value == "secrets" {
			for _, item := range e.Value.Items {
				if slices.Contains(d.Secrets, item.Value) {
					d.secretSpans = append(d.secretSpans, item.Span)
				}
			}
		}
	}
	d.nameAt, d.secretsAt, d.timeoutsAt = f.KeySpan("workflow"), f.KeySpan("secrets"), f.KeySpan("timeouts")
	d.looseEnv, d.looseSecrets = len(d.Env) == 0 && !f.Sound("env"), len(d.Secrets) == 0 && !f.Sound("secrets")
	d.loosePolicies = len(d.RetryPolicies) == 0 && !f.Sound("retry_policies")
	d.Defaults.looseTimeout = d.Defaults.looseTimeout || d.Defaults.Timeout == nil && !f.Sound("defaults")
	d.looseState, d.looseTypes = len(d.State) == 0 && !f.Sound("state"), !f.Sound("state_schema")
}

// ExplainKey reports what other tools call the keys of a workflow.
func (d *Definition) ExplainKey(e syntax.Entry, known []string, diags *diag.List) (meant string, done bool) {
	w, ok := foreignTop[strings.ReplaceAll(strings.ToLower(e.Key.Value), "-", "_")]
	if !ok {
		return "", false
	}
	found := diags.Error("unknown-key", e.Key.Span, "a workflow has no key %q", e.Key.Value).WithHint("%s", w.hint())
	if w.same && !slices.ContainsFunc(d.keys, func(k string) bool { return k == w.ours }) {
		found.WithFix(e.Key.Span, w.ours)
	}
	return w.ours, true
}

// SecretSpan is where the secret of that position is listed.
func (d *Definition) SecretSpan(i int) source.Span {
	if i < len(d.secretSpans) {
		return d.secretSpans[i]
	}
	return d.secretsAt
}

// Mentions are the retries as they are written that name a policy.
func (d *Definition) Mentions() (list []*Retry) { return d.mentions }

// Walk calls visit for every step of the list and the steps inside them, outer
// before inner, in source order.
func Walk(steps []*Step, visit func(*Step)) {
	for _, s := range steps {
		visit(s)
		for _, b := range s.blocks() {
			Walk(b.Steps, visit)
		}
	}
}

// WalkAll visits every step of the definition, handlers included.
func (d *Definition) WalkAll(visit func(*Step)) {
	for _, list := range d.lists() {
		Walk(list.Steps, visit)
	}
}

// lists are the blocks of the document itself.
func (d *Definition) lists() []Block {
	blocks := []Block{{Name: "", Steps: d.Steps, Exports: true}}
	if d.Compensation != nil {
		blocks = append(blocks, Block{Name: "dead_letter", Steps: d.Compensation.DeadLetter})
	}
	blocks = append(blocks, d.handlers()...)
	return append(blocks,
		Block{Name: "on_failure", Steps: d.OnFailure},
		Block{Name: "on_cancel", Steps: d.OnCancel},
		Block{Name: "finally", Steps: d.Finally})
}
