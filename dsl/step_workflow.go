package dsl

import (
	"time"

	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/syntax"
	"github.com/partitur/partitur/dsl/types"
)

// childKeys are verbs, but not beside `workflow`.
var childKeys = []string{"search_attributes", "memo", "details"}

// Child runs another workflow as a child of the run.
type Child struct {
	leaf
	TypeName
	Arguments

	WorkflowID        *expr.Value
	Wait              string // completed or started
	OnAlreadyStarted  string // fail or skip
	ParentClosePolicy string // "" is terminate
	ReusePolicy       string // "" is allow_duplicate
	Timeouts          ChildTimeouts
	Memo              []Attribute
	SearchAttributes  []Attribute
	Details           *expr.Value
	Versioning        *VersioningOverride
}

// ChildTimeouts are the server's bounds on a child workflow.
type ChildTimeouts struct{ Execution, Run, Task time.Duration }

// Fields declares the keys of the mapping.
func (t *ChildTimeouts) Fields(f *fields.Set) {
	f.Duration(&t.Execution, "execution", "the longest the child may take, all its runs together; the server ends it without cleanup")
	f.Duration(&t.Run, "run", "the longest a single run of the child may take; the server ends it without cleanup")
	f.Duration(&t.Task, "task", "the longest a worker may take for one workflow task of the child, 10s if not set")
	if f.Diags() != nil && t.Execution > 0 && t.Run > t.Execution {
		f.Diags().Error("bad-value", f.KeySpan("run"), "a single run may take longer than the whole execution").
			WithHint("%q must not be longer than %q", "run", "execution")
	}
}

// A VersioningOverride says which build of the child's worker takes it. Without
// a deployment, the child moves to newer builds as they come.
type VersioningOverride struct{ Deployment, BuildID string }

// Fields declares the keys of the mapping form.
func (v *VersioningOverride) Fields(f *fields.Set) {
	f.String(&v.Deployment, "deployment", "the name of the worker deployment", fields.Required)
	f.String(&v.BuildID, "build_id", "the build that it stays on", fields.Required)
}

// Fields declares the keys of a workflow step.
func (b *Child) Fields(f *fields.Set) {
	b.Wait, b.OnAlreadyStarted = "completed", "fail"
	b.TypeName.bind(f, "workflow", "ship-order")
	b.Arguments.bind(f)
	f.Value(&b.WorkflowID, "workflow_id", "the workflow id of the child; made of the run and the path of the step if not set", fields.Want(types.StringType))
	f.Enum(&b.Wait, "wait", "whether the step ends when the child has `completed`, or as soon as it has `started`; `completed` if not set", []string{"completed", "started"})
	f.Enum(&b.ParentClosePolicy, "parent_close_policy", "what becomes of the child when this run ends before it; `terminate` if not set, and required with `wait: started`", []string{"terminate", "abandon", "request_cancel"})
	f.Enum(&b.ReusePolicy, "workflow_id_reuse_policy", "whether the id of a run that has ended may be used again; `allow_duplicate` if not set", []string{"allow_duplicate", "allow_duplicate_failed_only", "reject_duplicate"})
	f.Enum(&b.OnAlreadyStarted, "on_already_started", "when the id is taken, the step `fail`s with WorkflowAlreadyStarted, or is skipped; `fail` if not set", []string{"fail", "skip"})
	f.Object(&b.Timeouts, "timeouts", "the server's bounds on the child")
	attributesKey{"memo", "names and values noted with the child", ""}.bind(f, &b.Memo)
	attributesKey{"search_attributes", "names of search attributes of the child, and their values", seesLater}.bind(f, &b.SearchAttributes)
	f.Value(&b.Details, "details", "text about the child for the Web UI", fields.Want(types.StringType))
	bindVersioningOverride(f, &b.Versioning)
	if f.Diags() != nil && b.Wait == "started" && !f.Has("parent_close_policy") {
		f.Diags().Error("missing-key", f.KeySpan("wait"), "nothing says what becomes of the child when this run ends before it").
			WithHint("add parent_close_policy: abandon to let it go on, request_cancel or terminate to end it")
	}
}

func bindVersioningOverride(f *fields.Set, p **VersioningOverride) {
	f.Node("versioning_override", "the build of the worker that takes it: `{deployment, build_id}`, or `auto_upgrade`", f.AnyOf(new(VersioningOverride), map[string]any{"const": "auto_upgrade"}), func(n *syntax.Node) {
		v := new(VersioningOverride)
		switch {
		case n.Kind == syntax.Map:
			fields.Bind(v, "versioning_override", n, f.Env())
		case n.Kind != syntax.Scalar || n.Value != "auto_upgrade":
			f.Diags().Error("wrong-type", n.Span, "%q must be auto_upgrade, or a mapping with deployment and build_id, not %s", "versioning_override", shown(n)).
				WithHint("write {deployment: NAME, build_id: ID}")
			return
		}
		*p = v
	})
}

func (b *Child) check(c *checker, s *Step, sc scope) *types.Type {
	checkAttributes(b.SearchAttributes, c.diags, func(name string) *types.Type { return c.slot("search_attributes."+name, sc) })
	s.Retry = c.space.resolve(s.Retry, c.def)
	if sc.undoing {
		if k := sc.compensation; k != nil {
			s.Retry = s.Retry.merge(k.Retry)
		}
		s.Retry = s.Retry.merge(defaultCompensationRetry)
	}
	result := b.checkAgainst(c, c.space.Definition(b.Name()), sc)
	if b.Wait == "started" {
		result = startedType
		b.checkEndless(c, sc)
		if s.Timeout != nil {
			c.diags.Warn("useless-modifier", s.Timeout.Span, "this step only starts the child, which takes no time: `timeout` has no effect").
				WithHint("leave it out, or write timeouts: {execution: …} to bound the child itself")
		}
	}
	return result
}

// checkEndless reports children that pile up for ever: while one of them would
// end with the run, the run cannot continue as new.
func (b *Child) checkEndless(c *checker, sc scope) {
	if b.ParentClosePolicy == "" || b.ParentClosePolicy == "abandon" {
		return
	}
	for _, l := range sc.loops {
		var rounds *Rounds
		switch body := l.step.Body.(type) {
		case *While:
			rounds = &body.Rounds
		case *Repeat:
			rounds = &body.Rounds
		default:
			continue
		}
		if rounds.Max == 0 && !c.diags.Within(c.step.Span) {
			c.diags.Error("endless-children", c.step.verbSpan, "a loop without a bound starts children that end with the run, so the run can never continue as new").
				WithNote(l.step.verbSpan, "the loop is here").
				WithHint("write parent_close_policy: abandon, or leave out wait: started to run one child at a time")
			return
		}
	}
}

// startedType is the output of a step that only starts its child.
var startedType = types.ObjectOf(field("workflow_id", types.StringType), field("run_id", types.StringType))

// checkAgainst checks the arguments against the definition of the child, if it
// is at hand, and returns the type of its result.
func (b *Child) checkAgainst(c *checker, child *Definition, sc scope) *types.Type {
	if child == nil || child.Name == "" {
		b.unchecked(c, sc)
		return types.AnyType
	}
	b.checkInput(c, child, sc)
	if child.OutputSchema == nil {
		return types.AnyType
	}
	return child.OutputSchema.Type()
}

// checkInput checks the input of the child against its schema.
func (b *Child) checkInput(c *checker, child *Definition, sc scope) {
	schema, sound := child.Input, c.argumentsSound()
	switch args := b.values(); {
	case schema == nil || !sound || len(args) > 1:
		b.unchecked(c, sc)
	case len(args) == 1:
		c.obeys(fields.Slot{Name: "with", Value: args[0]}, schema, sc, argumentRule)
	default:
		var none any
		if raw, _ := schema.Raw().(map[string]any); raw["type"] == "object" {
			none = map[string]any{}
		}
		for _, v := range schema.Validate(schema.Default(none)) {
			c.diags.Error("wrong-arguments", c.step.verbSpan, "the child gets no input, and it needs one: %s", v).
				WithNote(child.nameAt, "it is defined here").WithHint("add with: and the input")
			return
		}
	}
}

// childQueues are the task queues that the definitions of a workflow's children
// name.
func (w *Workspace) childQueues(d *Definition) map[string]string {
	queues := map[string]string{}
	for _, name := range d.Children() {
		if child := w.Definition(name); child != nil && child.TaskQueue != "" {
			queues[name] = child.TaskQueue
		}
	}
	return queues
}

// Children lists the workflow types that the definition may run as children, in
// source order.
func (d *Definition) Children() (names []string) {
	d.WalkAll(func(s *Step) {
		if b, ok := s.Body.(*Child); ok {
			names = append(names, b.Names()...)
		}
	})
	return names
}
