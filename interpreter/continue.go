package interpreter

import (
	"slices"

	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/value"
)

// anew ends the run with a new one that begins with the first step.
func (r *run) anew(ctx workflow.Context, e *exit) error {
	input, err := r.encode(e.value)
	if err != nil {
		return r.fail(fromError(err))
	}
	c := &carried{Anew: true, Epoch: r.epoch + 1, Pins: []carriedPin{{r.pin, r.pin.Source}}, Mail: keep(r.mail.save()), Limits: r.limits.Used(), Said: r.said, Purse: r.purse.save()}
	state, err := c.payload()
	if err != nil {
		return r.fail(fromError(err))
	}
	return workflow.NewContinueAsNewError(ctx, r.info.WorkflowType.Name, input, state)
}

// goOn ends the run with a new one that goes on where this one stands, unless
// something else ends it with err. If the server would not take what the new one
// needs, the run fails.
func (r *run) goOn(ctx workflow.Context, sc *scope, in *given, e *exit, err error) error {
	if continuing(err) == nil {
		r.gather(ctx, sc)
		return err
	}
	c := r.pack(sc, e)
	state, err := c.payload()
	if err != nil {
		return fromError(err)
	}
	args, size := make([]any, 0, len(in.input)+1), len(state.Payload().GetData())
	for _, raw := range in.input {
		args = append(args, raw)
		size += len(raw.Payload().GetData())
	}
	if size <= r.largest() {
		return workflow.NewContinueAsNewError(ctx, r.info.WorkflowType.Name, append(args, state)...)
	}
	r.gather(ctx, sc)
	return c.tooLarge(size, r.largest())
}

// gather takes the compensations of blocks that were left to be continued, and
// that now end with the run, lets go of their locks, and ends what was to be
// asked on.
func (r *run) gather(ctx workflow.Context, sc *scope) {
	r.stay(ctx)
	r.releaseAll(ctx)
	sc.undo.entries = nil
	for _, e := range r.registered {
		if e.status == "registered" {
			sc.undo.entries = append(sc.undo.entries, e)
		}
	}
}

// tooLarge says what of it is large.
func (c *carried) tooLarge(size, limit int) *Failure {
	parts := map[string]int{"state": c.State.size(), "steps": c.Steps.size()}
	for _, f := range c.Frames {
		if f.Loop != nil {
			parts["loops"] += f.Loop.Items.size() + f.Loop.Results.size() + f.Loop.Failed.size()
		}
		parts["steps"] += f.Steps.size()
		if f.Agent != nil {
			parts["agents"] += f.Agent.Messages.size()
		}
	}
	for _, e := range c.Entries {
		parts["compensations"] += e.Vars.size()
	}
	details := map[string]any{}
	for _, name := range workflow.DeterministicKeys(parts) {
		details[name] = parts[name]
	}
	return &Failure{
		Type:    CannotContinue,
		Message: "the history is long, and the run cannot continue as new: what it has to carry is " + value.FormatSize(int64(size)) + ", and it may be " + value.FormatSize(int64(limit)) + " at most",
		Details: map[string]any{"bytes": details},
	}
}

func (k *kept) size() int {
	if k == nil {
		return 0
	}
	return value.Size(k.v)
}

// pack collects what the next run needs.
func (r *run) pack(sc *scope, e *exit) *carried {
	slices.Reverse(e.frames)
	c := &carried{
		Epoch: r.epoch, Pins: []carriedPin{{r.pin, r.pin.Source}}, Frames: e.frames,
		Workflow: keep(r.workflowVars()), Schedule: keep(r.scheduleVars()), State: keep(r.state), Kept: r.pin.Kept,
		Undo: sc.undo.numbers(), Marks: sc.undo.marks, Undone: keep(sc.group.undone), Undos: r.undos,
		Past: keep(r.undone()), Mail: keep(r.mail.save()), Limits: r.limits.Used(), Said: r.said, Purse: r.purse.save(), Base: r.keyed,
	}
	if r.stopAt != "" {
		c.Base = r.KeyBase
	}
	if r.before != nil {
		c.Workflow, c.Schedule = r.before.Workflow, r.before.Schedule
	}
	if r.part != nil {
		p := *r.part
		p.Frame = nil
		c.Part = &p
	}
	for _, v := range r.order {
		c.Views = append(c.Views, v.carry())
	}
	for _, entry := range r.registered {
		if entry.status == "registered" {
			c.Entries = append(c.Entries, r.carryEntry(c, entry))
		}
	}
	r.heard(c.Frames)
	innermost := r.program.StepAt(c.Frames[len(c.Frames)-1].Step)
	ids, all := r.program.Ahead(innermost).Steps()
	all = all || r.pin.Upgrade == dsl.UpgradeOnContinue || r.stopAt != "" // another text may read others
	c.Steps = keep(records(sc.steps, r.program.IDs, func(id string) bool { return all || ids[id] }))
	for _, f := range c.Frames {
		if f.scope != nil {
			f.Steps = keep(records(f.scope.steps, dsl.IDsOf(f.inside), func(id string) bool { return all || ids[id] }))
		}
	}
	return c
}

// records are those of the steps that have ended and that somebody may read.
func records(steps map[string]any, ids []string, read func(id string) bool) map[string]any {
	kept := map[string]any{}
	for _, id := range ids {
		record, _ := steps[id].(map[string]any)
		if status := record["status"]; status != "pending" && status != "running" && status != "waiting" && read(id) {
			kept[id] = record
		}
	}
	return kept
}

// carryEntry takes a compensation along, with what it reads of what it has
// frozen.
func (r *run) carryEntry(c *carried, e *entry) *carriedEntry {
	if e.bundle != nil {
		k := &carriedEntry{Number: e.number, Step: e.step.Path, Loop: e.scope.loop, Item: e.scope.item, Bundle: e.bundle.entries, First: e.bundle.first}
		if e.text != nil {
			k.Pin = c.pinIndex(*e.text)
		}
		return k
	}
	k := &carriedEntry{
		Number: e.number, Step: e.step.Path, Loop: e.scope.loop, Item: e.scope.item, Keys: e.scope.keys,
		Key: r.undoneKey(e.scope), Base: e.scope.undone.base,
	}
	if e.text != nil {
		k.Pin = c.pinIndex(*e.text)
	}
	vars := map[string]any{}
	for _, path := range r.program.UndoReads(e.step) {
		e.scope.freezeInto(vars, path, r.vars)
	}
	k.Vars = keep(vars)
	return k
}

// pinIndex is the position of a text among those that are carried.
func (c *carried) pinIndex(p Pin) int {
	for i, known := range c.Pins {
		if known.Digest == p.Digest {
			return i
		}
	}
	c.Pins = append(c.Pins, carriedPin{p, p.Source})
	return len(c.Pins) - 1
}

// freezeInto copies what a path reads, unless every scope of the run has it.
func (sc *scope) freezeInto(vars map[string]any, path []string, common map[string]any) {
	name := path[0]
	v, known := sc.vars[name]
	_, shared := common[name]
	switch {
	case !known || name == "step":
	case (name == "steps" || name == "state") && len(path) > 1:
		part, ok := vars[name].(map[string]any)
		if !ok {
			part = map[string]any{}
			vars[name] = part
		}
		if field, ok := v.(map[string]any)[path[1]]; ok {
			part[path[1]] = field
		}
	case name == "steps" || name == "state" || !shared:
		vars[name] = v
	}
}

// numbers are those of the compensations in the list.
func (u *undoList) numbers() (list []int) {
	if u == nil {
		return nil
	}
	for _, e := range u.entries {
		list = append(list, e.number)
	}
	return list
}

// carry takes along what `status` shows of a step.
func (v *view) carry() *carriedView {
	c := &carriedView{Path: v.step.Path, Status: v.status, Started: v.started, Runs: v.runs, Done: v.done, Total: v.total}
	if !v.ended.IsZero() {
		c.Ended = &v.ended
	}
	if v.failure != nil {
		c.Error = v.failure.Error()
	}
	return c
}
