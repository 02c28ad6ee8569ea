package interpreter

import (
	"cmp"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/limit"
	"github.com/partitur/partitur/interpreter/shared"
)

// A run is one execution of a program.
type run struct {
	program *dsl.Program
	pin     Pin
	info    *workflow.Info
	host    *host
	identity
	part *part // it works on a part of another run's loop; nil if it does not

	vars       map[string]any // what every scope of the run sees
	state      map[string]any // what `set` changes
	counts     map[string]int // activities scheduled, by path
	pending    int            // activities scheduled and not ended
	awaited    int            // children under way that a step waits for
	started    []startedChild // those that no step waits for
	notifying  int            // notifications of people under way
	requests   int            // signals and cancellations sent to others and not confirmed
	undos      int            // compensations registered so far
	registered []*entry       // every compensation that has not been dropped
	chain

	link      *link
	mail      *mailbox
	converter converter.DataConverter
	watch     Watcher           // nil but where a history is replayed for its own sake
	told      func(Notice)      // nil but in tests
	stopAt    string            // the path of a step; set in such a replay only
	base      workflow.Context  // of the run itself
	root      *scope            // of the main flow
	locks     map[string]*mutex // of the run, by what is locked
	tallies   map[string]int    // items that have failed, by part of a loop that is under way
	left      []*grip           // of blocks that were left to be continued
	limits    limit.Book        // the breakers and rate limits of the run
	namespace                   // what it shares with others
	broken    *Failure          // of a handler: it ends the run
	abort     func()            // cancels the main flow
	talks     []*talk           // of agents, in the order in which they began
	purse     *purse            // that all agents of the run share; nil if nothing bounds them together

	views  map[string]*view     // by path
	undoes map[*dsl.Step]string // by step of a compensation: the step that it undoes
	order  []*view              // in the order in which steps began
}

func newRun(ctx workflow.Context, program *dsl.Program, pin Pin, c chain) *run {
	r := &run{
		program: program, pin: pin, info: workflow.GetInfo(ctx), chain: c,
		state: map[string]any{}, counts: map[string]int{}, views: map[string]*view{}, undoes: map[*dsl.Step]string{},
		locks: map[string]*mutex{}, tallies: map[string]int{}, abort: func() {},
		namespace: namespace{desks: map[string]*desk{}, asked: map[string][]shared.Reply{}},
	}
	r.host = &host{ctx: ctx, program: program}
	r.identity = identity{cmp.Or(c.keyed, keyBase(r.info, c.epoch)), r.info.WorkflowExecution.ID, originalRunID(r.info)}
	r.vars = r.names()
	return r
}

// output is the result of the main steps, which ended with err.
func (r *run) output(sc *scope, err error) (any, error) {
	if isReturn(err) {
		return r.returned(err)
	}
	if err != nil || r.program.Output == nil {
		return nil, err
	}
	result, err := r.evalAt("output", r.program.Output, sc)
	if err != nil {
		return nil, fromError(err)
	}
	return r.result(result, r.program.Output.Span)
}

// returned is the result of a run that a `return` ends.
func (r *run) returned(err error) (any, error) {
	e := err.(*exit)
	if e.kind == exitAgain {
		return e, nil
	}
	return r.result(e.value, e.at)
}

// end runs the handlers of the document, and decides how the run ends. Only a
// run that was asked to cancel ends Cancelled.
func (r *run) end(ctx workflow.Context, sc *scope, result any, err error) (any, error) {
	var details []any
	switch f, failed := err.(*Failure); {
	case failed:
		result, err = r.onFailure(ctx, sc, f)
	case isCancel(err):
		details = r.onCancel(ctx, sc, err)
	}
	if e := r.last(ctx, sc, err); err == nil && e != nil {
		err = e
	}
	e, again := result.(*exit)
	if f := r.farewell(ctx, again && err == nil); f != nil && err == nil {
		err = f
	}
	switch f, failed := err.(*Failure); {
	case failed:
		return nil, r.fail(f)
	case isCancel(err):
		return nil, temporal.NewCanceledError(details...)
	}
	if again {
		return nil, r.anew(ctx, e)
	}
	return r.purse.tells(result), nil
}

// onFailure runs the handler of the run's failure. A `return` in it completes
// the run, a `fail` replaces the error; anything else that goes wrong in it
// does not.
func (r *run) onFailure(ctx workflow.Context, sc *scope, f *Failure) (any, error) {
	if r.program.OnFailure == nil {
		return nil, f
	}
	err := r.cleanup(ctx, r.program.OnFailure, sc, f, "on_failure")
	if isReturn(err) {
		return r.returned(err)
	}
	if e, ok := err.(*Failure); ok && e.raised {
		e.Compensations = f.Compensations
		return nil, because(e, f)
	}
	r.logHandler(ctx, "on_failure", err)
	return nil, f
}

// onCancel runs the handler of a cancellation, and returns what the caller is
// told: what the handler returned, if it did, and what was undone.
func (r *run) onCancel(ctx workflow.Context, sc *scope, err error) []any {
	report, _ := r.encode(map[string]any{"compensations": r.undone()})
	if r.program.OnCancel == nil {
		return []any{report}
	}
	e := r.cleanup(ctx, r.program.OnCancel, sc, err, "on_cancel")
	if isReturn(e) {
		value, e := r.encode(e.(*exit).value)
		if e == nil {
			return []any{value, report}
		}
		r.logHandler(ctx, "on_cancel", e)
		return []any{report}
	}
	r.logHandler(ctx, "on_cancel", e)
	return []any{report}
}

// last runs the `finally` of the document.
func (r *run) last(ctx workflow.Context, sc *scope, because error) error {
	if r.program.Finally == nil {
		return nil
	}
	err := r.cleanup(ctx, r.program.Finally, sc, because, "finally")
	if because != nil {
		r.logHandler(ctx, "finally", err)
	}
	return err
}

func (r *run) logHandler(ctx workflow.Context, handler string, err error) {
	if err != nil {
		workflow.GetLogger(ctx).Error("a handler of the workflow failed", "handler", handler, "error", err.Error())
	}
}
