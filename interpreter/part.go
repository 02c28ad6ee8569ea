package interpreter

import (
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
)

// PartType is the workflow type of runs that work on a part of the items of
// another run's loop, or undo what they have done.
const PartType = "partitur.part"

// A part is what such a run is told besides what it carries.
type part struct {
	Loop   string     `json:"loop"`            // the path of the for_each step
	Undo   bool       `json:"undo,omitempty"`  // the compensations that are carried are run, and nothing else
	First  int        `json:"first,omitempty"` // the position of its first item
	Allow  int        `json:"allow,omitempty"` // how many items may fail
	Teller *teller    `json:"teller,omitempty"`
	Frame  *loopFrame `json:"frame,omitempty"` // its items; after the run was continued its frames have those that are left

	Vars *kept    `json:"vars,omitempty"` // what the items read of what is around the loop
	In   string   `json:"in,omitempty"`   // the path of the innermost loop around
	Item string   `json:"item,omitempty"` // and that of its current item
	Keys string   `json:"keys,omitempty"` // those of the items around
	How  string   `json:"how,omitempty"`  // the path of the saga around, if it says how to undo
	Held []string `json:"held,omitempty"` // the locks around

	identity
}

// identity is what ids and keys are made of. A part has that of the run whose
// loop it works on.
type identity struct {
	KeyBase    string `json:"key_base"` // of idempotency keys
	WorkflowID string `json:"workflow_id"`
	RunID      string `json:"run_id"`
}

// A partResult is what the run of a part returns. It ends well, whatever has
// become of the items.
type partResult struct {
	Results *kept           `json:"results,omitempty"`
	Failed  *kept           `json:"failed,omitempty"`
	Bad     int             `json:"bad,omitempty"`
	Done    int             `json:"done,omitempty"`
	Undone  *kept           `json:"undone,omitempty"`  // reports of compensations that no error carries
	Ran     *kept           `json:"ran,omitempty"`     // reports of all that have been run
	Entries []*carriedEntry `json:"entries,omitempty"` // of what is to be undone if the loop is
	Ends    string          `json:"ends,omitempty"`    // how the loop ends with it; it goes on if nothing
	Failure *carriedFailure `json:"failure,omitempty"`
}

// How a loop ends with one of its parts.
const (
	partFailed    = "failed"
	partTooMany   = "too_many" // more items have failed than may
	partBroken    = "break"
	partCancelled = "cancelled"
)

// runPart is the workflow function of a part.
func (r *run) runPart(ctx workflow.Context, in *given) (any, error) {
	root := r.rootScope()
	sc, err := r.beginPart(root, in.before)
	if err != nil {
		return nil, r.fail(fromError(err))
	}
	var result *partResult
	if r.part.Undo {
		r.undoAll(ctx, root.undo.entries, sc)
		result = undoResult(root.undo.entries)
	} else {
		l := r.partLoop(sc)
		r.workOn(ctx, l)
		if err := r.goOnPart(ctx, root, in, l); err != nil {
			return nil, err
		}
		result = r.partResult(root, l)
	}
	data, err := toJSON(result)
	if err != nil {
		return nil, r.fail(fromError(err))
	}
	if len(data) > r.largest() {
		return nil, r.fail(fromError(tooLarge(len(data), r.largest())))
	}
	return converter.NewRawValue(&commonpb.Payload{Metadata: encodedJSON, Data: data}), nil
}

// beginPart makes the scope in which the loop stands.
func (r *run) beginPart(root *scope, c *carried) (*scope, error) {
	p := c.Part
	r.part, r.identity = p, p.identity
	vars := p.Vars.object()
	root.vars["input"] = vars["input"]
	if err := r.resume(root, c); err != nil {
		return nil, err
	}
	sc := root.child()
	for _, name := range workflow.DeterministicKeys(vars) {
		if steps, ok := vars[name].(map[string]any); ok && name == "steps" {
			copyMap(sc.steps, steps)
		} else if name != "input" {
			sc.vars[name] = vars[name]
		}
	}
	sc.loop, sc.item, sc.keys, sc.held = p.In, p.Item, p.Keys, p.Held
	if saga := r.program.StepAt(p.How); saga != nil {
		sc.how = saga.Body.(*dsl.Saga).Compensation
	}
	return sc, nil
}

// partLoop is the loop with the items of the part.
func (r *run) partLoop(sc *scope) *loop {
	if len(r.cursor) > 0 {
		r.here, r.cursor = r.cursor[0], r.cursor[1:]
	}
	s := r.program.StepAt(r.part.Loop)
	r.viewOf(s).status = "running"
	l := &loop{
		group: &group{parent: sc.group}, step: s, body: s.Body.(*dsl.ForEach), scope: sc, failed: []any{},
		offset: r.part.First, part: r.part,
	}
	if f := r.loopFrame(); f != nil {
		l.fromFrame(f)
	} else {
		l.fromFrame(r.part.Frame)
	}
	return l
}

// goOnPart continues the run of a part as new where that is due. If it cannot
// be, the loop fails.
func (r *run) goOnPart(ctx workflow.Context, root *scope, in *given, l *loop) error {
	if l.group.first == nil && l.next < l.total {
		l.note(continued(l.frame(l.next)))
	}
	e := continuing(l.group.first)
	if e == nil {
		return nil
	}
	e.leave(l.step)
	err := r.goOn(ctx, root, in, e, e)
	if workflow.IsContinueAsNewError(err) {
		return err
	}
	l.group.first = fromError(err)
	return nil
}

// partResult is how the part has ended.
func (r *run) partResult(root *scope, l *loop) *partResult {
	res := &partResult{Results: keep(l.results), Failed: keep(l.failed), Bad: l.bad, Done: l.done, Undone: keep(l.undone), Ran: keep(r.undone())}
	c := &carried{}
	for _, e := range root.undo.entries {
		res.Entries = append(res.Entries, r.carryEntry(c, e))
	}
	switch f, failed := l.group.first.(*Failure); {
	case l.over != nil:
		res.Ends = partTooMany
	case failed:
		res.Ends, res.Failure = partFailed, carryFailure(f)
	case isCancel(l.group.first):
		res.Ends = partCancelled
	case l.group.first != nil:
		res.Ends = partBroken
	}
	return res
}

// undoResult is what has become of compensations.
func undoResult(entries []*entry) *partResult {
	res := &partResult{Undone: keep(reports(entries))}
	for _, e := range entries {
		if e.err != nil && res.Failure == nil {
			res.Ends, res.Failure = partFailed, carryFailure(e.err)
		}
	}
	return res
}
