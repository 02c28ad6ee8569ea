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
	marks   []mark
}

// An entry is one registered compensation, with all it sees frozen.
type entry struct {
	step   *dsl.Step
	scope  *scope
	number int // in the order of registration, over the whole run
	status string
	err    *Failure

	decision  *Decision // what an operator has decided and the run has not yet done
	by        string    // who decided last
	interrupt func()    // ends the steps that are under way

	text   *Pin    // it was registered with; nil for the run's own
	bundle *bundle // of what it stands for, or nil
}

// A compensated step is what a compensation undoes.
type compensated struct {
	key    string    // its idempotency key
	unmade string    // what that is made of when it is asked for, which may be never
	base   string    // the path of the compensation's steps
	only   *dsl.Step // the compensation, if it is a single step
}

// register notes how to undo a step, and freezes what the compensation sees.
func (r *run) register(s *dsl.Step, sc *scope) {
	if sc.undo == nil || s.Compensate == nil || s.Compensate.None {
		return
	}
	frozen := sc.freeze(r.state)
	at := sc.instance(s.Path)
	frozen.undone = &compensated{unmade: at, base: at + "/compensate/"}
	if s.IdempotencyKey != nil || sc.undone != nil {
		frozen.undone.key, frozen.undone.unmade = r.key(s, sc), ""
	}
	if len(s.Compensate.Steps) == 1 {
		frozen.undone.only = s.Compensate.Steps[0]
	}
	r.undos++
	e := &entry{step: s, scope: frozen, number: r.undos, status: "registered"}
	sc.undo.entries = append(sc.undo.entries, e)
	r.registered = append(r.registered, e)
}

// ownUndo gives the scope of a block a list of its own, until resolve ends it.
func (sc *scope) ownUndo() { sc.undo = &undoList{parent: sc.undo} }

// resolve ends a block with a list of its own: what it has registered is run if
// the block failed or was cancelled, and handed on if it ended well. What is
// cancelled because the workflow returns is not undone.
func (r *run) resolve(ctx workflow.Context, sc *scope, err error) error {
	if e := continuing(err); e != nil {
		f := e.frame()
		f.Undo, f.Marks = sc.undo.numbers(), sc.undo.marks
		return err
	}
	if err == nil || leaves(err) || isCancel(err) && sc.group.leaving() {
		sc.undo.hand(r)
		return err
	}
	r.undo(ctx, sc, err)
	return err
}

// hand gives the compensations of a block that ended well to the block around
// it. Around a handler there is none, and they are dropped.
func (u *undoList) hand(r *run) {
	if u.parent != nil {
		u.parent.entries = append(u.parent.entries, u.entries...)
	} else {
		r.drop(u.entries)
	}
	u.entries = nil
}

// pivot forgets every compensation registered so far, here and further out, but
// that of the pivot itself.
func (r *run) pivot(s *dsl.Step, u *undoList) {
	var own *entry
	if u != nil && s.Compensate != nil && s.Compensate.Before {
		if i := slices.IndexFunc(u.entries, func(e *entry) bool { return e.step == s }); i >= 0 {
			own = u.entries[i]
		}
	}
	for ; u != nil; u = u.parent {
		kept := slices.DeleteFunc(slices.Clone(u.entries), func(e *entry) bool { return e != own })
		r.drop(slices.DeleteFunc(u.entries, func(e *entry) bool { return e == own }))
		u.entries = kept
	}
}

func (r *run) drop(entries []*entry) {
	if len(entries) == 0 {
		return
	}
	for _, e := range entries {
		e.status = "dropped"
	}
	r.registered = slices.DeleteFunc(r.registered, func(e *entry) bool { return e.status == "dropped" })
}

// undo runs the compensations of a block that failed with err or was cancelled,
// detached from cancellation, and adds what came of them to the error.
func (r *run) undo(ctx workflow.Context, sc *scope, err error) {
	entries := sc.undo.entries
	sc.undo.entries = nil
	if len(entries) == 0 {
		return
	}
	r.undoAll(ctx, entries, sc)
	sc.group.carry(err, reports(entries))
}

// undoAll runs compensations in a scope, the newest first or all at once.
func (r *run) undoAll(ctx workflow.Context, entries []*entry, sc *scope) {
	if len(entries) == 0 {
		return
	}
	how := sc.how
	for _, e := range entries {
		if r.pin.Rules >= locksAround {
			e.scope.held = sc.held
		}
	}
	slices.SortStableFunc(entries, func(a, b *entry) int { return cmp.Compare(b.number, a.number) })
	detached, _ := workflow.NewDisconnectedContext(ctx)
	if how.Order == "parallel" {
		r.undoTogether(detached, entries, how)
		return
	}
	stopped := false
	for _, e := range entries {
		if stopped {
			e.status = "skipped"
			r.tellUndone(e)
			continue
		}
		r.undoOne(detached, e, how)
		r.decided(detached, entries, how)
		stopped = e.err != nil && how.OnError == "stop"
	}
	r.stuck(detached, entries, how)
}

func (r *run) undoTogether(ctx workflow.Context, entries []*entry, how *dsl.Compensation) {
	wg := workflow.NewWaitGroup(ctx)
	for _, e := range entries {
		wg.Add(1)
		workflow.GoNamed(ctx, "undo "+e.step.Path, func(ctx workflow.Context) {
			r.undoOne(ctx, e, how)
			r.stuck(ctx, []*entry{e}, how)
			wg.Done()
		})
	}
	wg.Wait(ctx)
}

// undoOne runs one compensation until it has succeeded or failed for good,
// unless an operator decides something else meanwhile.
func (r *run) undoOne(ctx workflow.Context, e *entry, how *dsl.Compensation) {
	if e.bundle != nil {
		r.undoBundle(ctx, e, how)
		return
	}
	for _, s := range e.step.Compensate.Steps {
		r.undoes[s] = name(e.step)
	}
	for {
		e.status, e.decision = "running", nil
		inner, cancel := workflow.WithCancel(ctx)
		e.interrupt = cancel
		err := r.steps(inner, e.step.Compensate.Steps, e.scope)
		cancel()
		switch {
		case err == nil:
			e.status, e.err = "succeeded", nil
			r.tellUndone(e)
			return
		case e.decision == nil:
			r.undoFails(ctx, e, how, err)
			return
		case e.decision.Action == Skip:
			e.skip()
			r.tellUndone(e)
			return
		}
	}
}

// undoFails notes that a compensation has failed for good, and runs the dead
// letter steps the first time.
func (r *run) undoFails(ctx workflow.Context, e *entry, how *dsl.Compensation, err error) {
	first := e.err == nil
	e.status, e.err = "failed", fromError(err)
	if how.OnError == "wait" {
		e.status = "waiting"
	}
	workflow.GetLogger(ctx).Error("a compensation failed", "step", e.step.Path, "error", e.err.Error())
	r.tellUndone(e)
	if how.DeadLetter != nil && first {
		r.deadLetter(ctx, e, how.DeadLetter)
	}
}

// deadLetter runs the steps for a compensation that failed. What they do has
// keys of its own for each step that is not undone.
func (r *run) deadLetter(ctx workflow.Context, e *entry, steps []*dsl.Step) {
	sc := e.scope.handler()
	letter := e.err.value()
	letter["step"] = name(e.step)
	sc.vars["error"] = letter
	sc.loop, sc.item = "", e.scope.instance(e.step.Path)
	sc.undone = nil
	if err := r.steps(ctx, steps, sc); err != nil {
		workflow.GetLogger(ctx).Error("a dead letter step failed", "step", e.step.Path, "error", err.Error())
	}
}

// reports is the compensations as `error.compensations` lists them.
func reports(entries []*entry) []any {
	list := make([]any, 0, len(entries))
	for _, e := range entries {
		list = append(list, e.list()...)
	}
	return list
}

func (e *entry) report() map[string]any {
	report := map[string]any{"step": name(e.step), "status": e.status, "error": nil}
	if e.err != nil {
		report["error"] = e.err.value()
	}
	if at := e.scope.instance(e.step.Path); at != e.step.Path {
		report["item"] = at
	}
	if e.by != "" {
		report["by"] = e.by
	}
	return report
}

// undone lists every compensation of the run that has been started, or was
// passed over.
func (r *run) undone() []any {
	list := slices.Clone(r.past)
	for _, e := range r.registered {
		if e.status != "registered" {
			list = append(list, e.list()...)
		}
	}
	return list
}
