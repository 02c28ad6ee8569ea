package interpreter

import (
	"cmp"
	"slices"

	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
)

// An undoList holds the compensations registered in a block. A block that ends
// well hands them to the block around it; one that fails runs them.
type undoList struct {
	parent  *undoList
	entries []*entry
}

// An entry is one registered compensation, with all it sees frozen.
type entry struct {
	step   *dsl.Step
	scope  *scope
	number int // in the order of registration, over the whole run
	status string
	err    *Failure
}

// register notes how to undo a step, and freezes what the compensation sees.
func (r *run) register(s *dsl.Step, sc *scope) {
	if sc.undo == nil {
		return
	}
	snap := sc.snapshot(r.state)
	snap.undoing = r.key(s, sc)
	snap.undo = nil
	r.undos++
	e := &entry{step: s, scope: snap, number: r.undos, status: "registered"}
	sc.undo.entries = append(sc.undo.entries, e)
	r.open = append(r.open, e)
}

// nested returns a scope whose compensations are its own until hand is called.
func (sc *scope) nested() *undoList {
	u := &undoList{parent: sc.undo}
	sc.undo = u
	return u
}

// hand gives the compensations of a block that ended well to the block around it.
func (u *undoList) hand() {
	if u.parent != nil {
		u.parent.entries = append(u.parent.entries, u.entries...)
	}
	u.entries = nil
}

// clear forgets every compensation registered so far, here and further out.
func (u *undoList) clear(r *run) {
	for ; u != nil; u = u.parent {
		for _, e := range u.entries {
			e.status = "dropped"
		}
		u.entries = nil
	}
	r.open = slices.DeleteFunc(r.open, func(e *entry) bool { return e.status == "dropped" })
}

// undo runs the compensations of a block that failed with err or was cancelled,
// detached from cancellation, and adds what came of them to the error.
func (r *run) undo(ctx workflow.Context, u *undoList, how *dsl.Compensation, err error) {
	if u == nil || len(u.entries) == 0 {
		return
	}
	entries := slices.SortedStableFunc(slices.Values(u.entries), func(a, b *entry) int { return cmp.Compare(b.number, a.number) })
	u.entries = nil
	if how == nil {
		how = new(dsl.Compensation)
	}
	detached, cancel := workflow.NewDisconnectedContext(ctx)
	defer cancel()
	if how.Order == "parallel" {
		r.undoTogether(detached, entries, how)
	} else {
		r.undoInOrder(detached, entries, how)
	}
	if f, ok := err.(*Failure); ok {
		f.Compensations = append(f.Compensations, reports(entries)...)
	}
}

func (r *run) undoInOrder(ctx workflow.Context, entries []*entry, how *dsl.Compensation) {
	stopped := false
	for _, e := range entries {
		if stopped {
			e.status = "skipped"
			continue
		}
		r.undoOne(ctx, e, how)
		stopped = e.err != nil && how.OnError == "stop"
	}
}

func (r *run) undoTogether(ctx workflow.Context, entries []*entry, how *dsl.Compensation) {
	wg := workflow.NewWaitGroup(ctx)
	for _, e := range entries {
		wg.Add(1)
		workflow.GoNamed(ctx, "undo "+e.step.Path, func(ctx workflow.Context) {
			defer wg.Done()
			r.undoOne(ctx, e, how)
		})
	}
	wg.Wait(ctx)
}

// undoOne runs one compensation, and the dead letter steps if it fails for good.
func (r *run) undoOne(ctx workflow.Context, e *entry, how *dsl.Compensation) {
	e.status = "running"
	err := r.steps(ctx, e.step.Compensate.Steps, e.scope)
	if err == nil {
		e.status = "succeeded"
		return
	}
	e.status, e.err = "failed", fromError(err)
	workflow.GetLogger(ctx).Error("a compensation failed", "step", e.step.Path, "error", e.err.Error())
	if how.DeadLetter == nil {
		return
	}
	inner := e.scope.child()
	letter := e.err.value()
	letter["step"] = e.step.ID
	inner.vars["error"] = letter
	inner.undoing = ""
	if err := r.steps(ctx, how.DeadLetter, inner); err != nil {
		workflow.GetLogger(ctx).Error("a dead letter step failed", "step", e.step.Path, "error", err.Error())
	}
}

// reports is the compensations as `error.compensations` lists them.
func reports(entries []*entry) []any {
	list := make([]any, len(entries))
	for i, e := range entries {
		var failure any
		if e.err != nil {
			failure = e.err.value()
		}
		list[i] = map[string]any{"step": name(e.step), "status": e.status, "error": failure}
	}
	return list
}

// compensationReport lists every compensation of the run that has been started.
func (r *run) compensationReport() []any {
	var done []*entry
	for _, e := range r.open {
		if e.status != "registered" {
			done = append(done, e)
		}
	}
	return reports(done)
}
