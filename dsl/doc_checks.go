package dsl

import (
	"fmt"
	"slices"
	"strings"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/syntax"
	"github.com/partitur/partitur/dsl/types"
)

// knownZone asks the time zones of the expression language, which are the same
// on every machine.
func knownZone(name string) bool {
	_, err := zoneProbe().Eval(map[string]any{"zone": name})
	return err == nil
}

func zoneProbe() *expr.Expr {
	var diags diag.List
	f := syntax.Node{Kind: syntax.Scalar, Value: `date("2026-01-01T00:00:00", zone)`}
	return expr.ParseNode(&f, &diags)
}

// checkProject checks what the keys of the project document say together.
func (w *Workspace) checkProject(diags *diag.List) {
	p := w.Project
	if p == nil {
		return
	}
	w.checkPolicies(p.RetryPolicies, nil, diags)
	w.mention(p.Defaults.Retry, nil, diags)
	c := &checker{diags: diags}
	if p.Defaults.Timeout != nil {
		c.contradiction(p.Defaults.Timeout)
	}
}

// checkCatalogues reports activity types that are declared twice or that
// contradict themselves.
func (w *Workspace) checkCatalogues(diags *diag.List) {
	seen := map[string]*ActivityType{}
	c := &checker{diags: diags}
	for _, catalogue := range w.Catalogues {
		for _, t := range catalogue.Types {
			if first := seen[t.Name]; first != nil {
				diags.Error("duplicate-activity", t.Span, "the activity type %q is declared twice", t.Name).
					WithNote(first.Span, "it is declared here, too").WithHint("remove one of them")
			}
			seen[t.Name] = t
			w.mention(t.Retry, nil, diags)
			if t.Timeout != nil {
				c.contradiction(t.Timeout)
			}
		}
	}
}

// checkCases checks test documents against the workflows they test.
func (w *Workspace) checkCases(diags *diag.List) {
	for _, t := range w.Tests {
		names := map[string]bool{}
		for _, k := range t.Cases {
			if k.Name != "" && names[k.Name] {
				diags.Error("duplicate-name", k.nameAt, "there are two cases called %q", k.Name).WithHint("choose another name")
			}
			names[k.Name] = true
			checkExpectation(k, diags)
		}
		d := w.Definition(t.Workflow)
		if d == nil {
			w.reportNoWorkflow(t, diags)
			continue
		}
		for _, k := range t.Cases {
			k.against(w, d, diags)
		}
	}
}

func (w *Workspace) reportNoWorkflow(t *Cases, diags *diag.List) {
	if t.Workflow == "" {
		return
	}
	var names []string
	for _, d := range w.definitions {
		names = append(names, d.Name)
	}
	if len(names) == 0 { // a test file that is checked alone
		return
	}
	diags.Error("unknown-workflow", t.testAt, "there is no workflow %q to test", t.Workflow).Suggest(t.Workflow, names)
}

// checkExpectation checks the conditions a case asks for.
func checkExpectation(k *TestCase, diags *diag.List) {
	names := expr.NewScope()
	for _, e := range k.Events {
		for _, slot := range e.slots {
			slot.Expr.CheckWant(names.With("result", types.AnyType).With("error", errorType.OrNil("the update may have succeeded")), slot.Want, diags)
		}
	}
	names = names.With("output", types.AnyType).With("error", k.errorType())
	for _, slot := range k.slots {
		if slot.Expr == nil {
			continue
		}
		before := len(*diags)
		slot.Expr.CheckWant(names, slot.Want, diags)
		for i := range (*diags)[before:] {
			if d := &(*diags)[before+i]; d.Code == "may-be-nil" && strings.HasPrefix(d.Message, "error") {
				d.WithHint("say that the run fails: add status: failed to expect")
			}
		}
	}
}

// errorType is what `error` holds when the case has ended as it expects.
func (k *TestCase) errorType() *types.Type {
	if k.Expect.Status == "failed" || k.Expect.Error != nil {
		return errorType
	}
	return errorType.OrNil("the case does not expect the run to fail")
}

// against checks the names that a case uses.
func (k *TestCase) against(w *Workspace, d *Definition, diags *diag.List) {
	if !d.looseEnv {
		var env []string
		for _, v := range d.Env {
			env = append(env, v.Name)
		}
		for _, e := range k.env {
			if !slices.Contains(env, e.Key.Value) {
				found := diags.Error("unknown-env", e.Key.Span, "the workflow declares no setting %q", e.Key.Value)
				suggestOr(found, e.Key.Value, env, fmt.Sprintf("add it to the workflow: env: {%s: null}", e.Key.Value))
			}
		}
	}
	k.takenBy(d, diags)
	known, readable := w.callable(d)
	if !readable {
		return
	}
	for _, e := range k.mocks {
		reportCall(e.Key, known, diags)
	}
	if k.calls != nil {
		for _, n := range k.calls.Items {
			reportCall(n, known, diags)
		}
	}
}

// takenBy checks the input of a case, unless the case is about an input that is
// refused, and what its events name.
func (k *TestCase) takenBy(d *Definition, diags *diag.List) {
	fails, at := k.Expect.Status == "failed" || k.Expect.Error != nil, k.Span
	if k.input != nil {
		at = k.input.Span
	}
	if d.Input != nil && !fails && !diags.Within(at) {
		d.takes(k.input, k.nameAt, diags)
	}
	for _, e := range k.Events {
		e.against(d, diags)
	}
}

// callable lists what a mock can stand for besides HTTP routes, in a workflow and
// the children that run with it: the ids of a child's steps begin with its
// workflow type.
func (w *Workspace) callable(d *Definition) (names []string, readable bool) {
	names, readable = callable(d)
	family, seen := d.Children(), map[string]bool{d.Name: true}
	for len(family) > 0 {
		name := family[0]
		family = family[1:]
		child := w.Definition(name)
		if child == nil || seen[name] {
			continue
		}
		seen[name] = true
		own, sound := callable(child)
		for _, n := range own {
			names = append(names, n, name+"."+n)
		}
		family, readable = append(family, child.Children()...), readable && sound
	}
	return names, readable
}

// callable lists what a mock can stand for besides HTTP routes: ids, with those
// of compensations, and activity types.
func callable(d *Definition) (names []string, readable bool) {
	readable = true
	d.WalkAll(func(s *Step) {
		if s.ID != "" {
			names = append(names, s.ID)
			if s.Compensate != nil && !s.Compensate.None {
				names = append(names, s.ID+".compensate")
			}
		}
		if tool := s.ToolName(); tool != "" {
			names = append(names, tool)
		}
		switch b := s.Body.(type) {
		case none:
			readable = false
		case *Activity:
			if b.Type != nil {
				if name, ok := b.Type.Const.(string); ok {
					names = append(names, name)
				}
			}
			names = append(names, b.Allow...)
		case *Child:
			names = append(names, b.Names()...)
		case *Action:
			names = append(names, b.Spec.Name)
		case *Agent:
			names = append(names, LLM)
		}
	})
	return names, readable
}

// reportCall reports the name of a call that the workflow never makes.
func reportCall(n *syntax.Node, known []string, diags *diag.List) {
	if n.Kind != syntax.Scalar || n.Type != syntax.String || strings.ContainsAny(n.Value, " /") || slices.Contains(known, n.Value) {
		return
	}
	d := diags.Error("unknown-call", n.Span, "the workflow has no step or activity %q", n.Value)
	if id, ok := strings.CutSuffix(n.Value, ".compensate"); ok && slices.Contains(known, id) {
		d.Message = fmt.Sprintf("the step %q has no compensation", id)
		return
	}
	d.Suggest(n.Value, known)
}
