package dsl

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/syntax"
	"github.com/partitur/partitur/dsl/types"
)

// checkCases checks test documents against the workflows they test.
func (w *Workspace) checkCases(diags *diag.List) {
	for _, t := range w.Tests {
		names := map[string]bool{}
		for _, k := range t.Cases {
			if k.Name != "" && names[k.Name] {
				diags.Error("duplicate-name", k.nameAt, "there are two cases called %q", k.Name).WithHint("choose another name")
			}
			names[k.Name] = true
			k.checkConditions(diags)
			k.checkExpectation(diags)
		}
		t.Defaults.Mocks.check(expr.NewScope(), diags)
		d := w.Definition(t.Workflow)
		if d == nil {
			w.reportNoWorkflow(t, diags)
			continue
		}
		w.checkDefaults(t, d, diags)
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

// checkDefaults checks the names that the defaults of a document use.
func (w *Workspace) checkDefaults(t *Cases, d *Definition, diags *diag.List) {
	checkEnv(t.Defaults.env, d, diags)
	if known, readable := w.callable(d); readable {
		for _, m := range t.Defaults.Mocks {
			reportCall(m.key, known, diags)
		}
	}
}

// checkConditions checks the expressions of a case.
func (k *TestCase) checkConditions(diags *diag.List) {
	names := expr.NewScope()
	if k.Row != nil {
		names = names.With("row", rowType(k.Row))
	}
	k.Mocks.check(names, diags)
	for _, e := range k.Events {
		for _, slot := range e.slots {
			slot.Expr.CheckWant(names.With("result", types.AnyType).With("error", errorType.OrNil("the update may have succeeded")), slot.Want, diags)
		}
	}
	names = names.With("output", types.AnyType).With("error", k.errorType()).With("calls", types.ListOf(types.StringType)).
		With("elapsed", types.DurationType).With("continued_as_new", types.IntType)
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

// rowType is the type of a row of a table.
func rowType(row map[string]any) *types.Type {
	var known []types.Field
	for _, name := range slices.Sorted(maps.Keys(row)) {
		known = append(known, types.Field{Name: name, Type: types.AnyType})
	}
	return types.ObjectOf(known...)
}

// check checks the expressions of mocks, in the scope of what was sent.
func (m Mocks) check(names *expr.Scope, diags *diag.List) {
	names = names.With("with", types.AnyType).With("args", types.AnyList).With("attempt", types.IntType)
	for _, one := range m {
		for _, a := range one.Answers {
			for _, slot := range a.slots {
				if slot.Expr != nil {
					slot.Expr.CheckWant(names, slot.Want, diags)
				} else {
					slot.Value.Check(names, diags)
				}
			}
		}
	}
}

// checkExpectation checks what the keys of an expectation say together.
func (k *TestCase) checkExpectation(diags *diag.List) {
	e := &k.Expect
	if _, asks := e.At("output"); asks && e.Status != "" && e.Status != "completed" {
		at, _ := e.At("output")
		diags.Error("misplaced-key", at, "a run that is %s has no output", strings.ReplaceAll(e.Status, "_", " ")).
			WithHint("leave out output, or write status: completed")
	}
	if _, asks := e.At("error"); asks && e.Status != "" && e.Status != "failed" {
		at, _ := e.At("error")
		diags.Error("misplaced-key", at, "a run that is %s has no error", strings.ReplaceAll(e.Status, "_", " ")).
			WithHint("leave out error, or write status: failed")
	}
}

// errorType is what `error` holds when the case has ended as it expects.
func (k *TestCase) errorType() *types.Type {
	if k.fails() {
		return errorType
	}
	return errorType.OrNil("the case does not expect the run to fail")
}

func (k *TestCase) fails() bool { return k.Expect.Status == "failed" || k.Expect.Error != nil }

// against checks the names that a case uses.
func (k *TestCase) against(w *Workspace, d *Definition, diags *diag.List) {
	checkEnv(k.env, d, diags)
	k.takenBy(d, diags)
	for _, e := range k.Events {
		if to := w.receiver(e, d, diags); to != nil {
			e.against(to, diags)
		}
	}
	k.checkPatches(d, diags)
	known, readable := w.callable(d)
	if !readable {
		return
	}
	for _, m := range k.Mocks {
		reportCall(m.key, known, diags)
	}
	for _, n := range namesIn(k.calls) {
		reportCall(n, known, diags)
	}
	for _, n := range namesIn(k.compensations) {
		if n.Kind == syntax.Scalar && n.Type == syntax.String && !slices.Contains(known, n.Value+".compensate") && !diags.Within(n.Span) {
			d := diags.Error("unknown-call", n.Span, "the workflow has no step %q with a compensation", n.Value)
			suggestOr(d, n.Value, undoable(known), "add compensate: to the step")
		}
	}
}

// namesIn are the names of a list, of a mapping, or the one that stands alone.
func namesIn(n *syntax.Node) (names []*syntax.Node) {
	if n == nil {
		return nil
	}
	for _, e := range n.Entries {
		names = append(names, e.Key)
	}
	if n.Kind == syntax.Scalar {
		return []*syntax.Node{n}
	}
	return append(names, n.Items...)
}

func undoable(known []string) (ids []string) {
	for _, name := range known {
		if id, is := strings.CutSuffix(name, ".compensate"); is {
			ids = append(ids, id)
		}
	}
	return ids
}

func checkEnv(entries []syntax.Entry, d *Definition, diags *diag.List) {
	if d.looseEnv {
		return
	}
	var env []string
	for _, v := range d.Env {
		env = append(env, v.Name)
	}
	for _, e := range entries {
		if !slices.Contains(env, e.Key.Value) {
			found := diags.Error("unknown-env", e.Key.Span, "the workflow declares no setting %q", e.Key.Value)
			suggestOr(found, e.Key.Value, env, fmt.Sprintf("add it to the workflow: env: {%s: null}", e.Key.Value))
		}
	}
}

// checkPatches checks the patches that a run is said not to have.
func (k *TestCase) checkPatches(d *Definition, diags *diag.List) {
	if d.loosePatches {
		return
	}
	var ids []string
	for _, p := range d.Patches {
		ids = append(ids, p.ID)
	}
	for _, n := range namesIn(k.unpatched) {
		if n.Type == syntax.String && !slices.Contains(ids, n.Value) {
			found := diags.Error("unknown-patch", n.Span, "the workflow declares no patch %q", n.Value)
			suggestOr(found, n.Value, ids, fmt.Sprintf("add it to the workflow: patches: {%s: active}", n.Value))
		}
	}
}

// takenBy checks the input of a case, unless the case is about an input that is
// refused.
func (k *TestCase) takenBy(d *Definition, diags *diag.List) {
	at := k.Span
	if k.input != nil {
		at = k.input.Span
	}
	if d.Input != nil && !k.fails() && !diags.Within(at) {
		d.takes(k.input, k.nameAt, diags)
	}
}
