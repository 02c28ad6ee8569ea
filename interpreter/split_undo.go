package interpreter

import (
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
)

// maxUndo is how many compensations one run undoes for another.
const maxUndo = 1000

// A bundle is the compensations that a part has registered. They are undone by
// a run of their own, too: the history of this one would be too long.
type bundle struct {
	label   string
	first   int
	entries []*carriedEntry
	reports []any // once they have been run
}

// adopt registers what a part has to be undone for.
func (r *run) adopt(l *loop, p *piece, entries []*carriedEntry) {
	for len(entries) > 0 && l.scope.undo != nil {
		n := min(len(entries), maxUndo)
		r.undos++
		e := &entry{
			step: l.step, scope: l.scope.handler(), number: r.undos, status: "registered",
			bundle: &bundle{first: l.offset + p.first, entries: entries[:n]},
		}
		entries = entries[n:]
		l.scope.undo.entries = append(l.scope.undo.entries, e)
		r.registered = append(r.registered, e)
	}
}

// undoBundle has a run undo what a part has done.
func (r *run) undoBundle(ctx workflow.Context, e *entry, how *dsl.Compensation) {
	e.status = "running"
	res, err := r.undoApart(ctx, e, how)
	switch {
	case err != nil:
		e.status, e.err = "failed", fromError(err)
	case res.Failure != nil:
		e.status, e.err = "failed", r.restoreFailure(res.Failure)
	default:
		e.status = "succeeded"
	}
	if res != nil {
		e.bundle.reports = res.Undone.list()
	}
	if e.err != nil {
		workflow.GetLogger(ctx).Error("a compensation failed", "step", e.step.Path, "error", e.err.Error())
	}
}

func (r *run) undoApart(ctx workflow.Context, e *entry, how *dsl.Compensation) (*partResult, error) {
	c := r.partCarried(&part{
		Loop: e.step.Path, Undo: true, First: e.bundle.first, How: r.sagaOf(how), Held: e.scope.held,
		Vars: keep(map[string]any{"input": r.vars["input"]}),
	})
	if e.text != nil {
		c.Pins = []carriedPin{{*e.text, e.text.Source}}
	}
	c.Entries = e.bundle.entries
	for _, k := range c.Entries {
		c.Undo, c.Undos = append(c.Undo, k.Number), max(c.Undos, k.Number)
	}
	f, err := r.startPart(ctx, e.step, e.scope, c)
	if err != nil {
		return nil, err
	}
	return r.endOf(ctx, f)
}

// list are the reports of an entry: one, or those of a bundle that has been run.
func (e *entry) list() []any {
	switch {
	case e.bundle == nil:
		return []any{e.report()}
	case e.bundle.reports != nil:
		return e.bundle.reports
	}
	report := map[string]any{"step": name(e.step), "status": e.status, "error": nil, "count": len(e.bundle.entries)}
	if e.err != nil {
		report["error"] = e.err.value()
	}
	return []any{report}
}
