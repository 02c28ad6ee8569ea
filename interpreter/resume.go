package interpreter

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
)

// resume takes over what the run before has left. The steps themselves take
// what concerns them from their frames, when the run gets there.
func (r *run) resume(sc *scope, c *carried) error {
	if err := r.resumeVars(sc, c); err != nil {
		return err
	}
	copyMap(sc.steps, c.Steps.object())
	sc.group.undone = c.Undone.list()
	r.cursor, r.undos = c.Frames, c.Undos
	r.regain(c.Frames)
	for _, v := range c.Views {
		r.restoreView(v)
	}
	for _, e := range c.Entries {
		if err := r.restoreEntry(sc, c, e); err != nil {
			return err
		}
	}
	sc.undo.entries, sc.undo.marks, r.past = r.entries(c.Undo), c.Marks, c.Past.list()
	return nil
}

// resumeVars takes over the state, and what is that of the first run of the chain.
func (r *run) resumeVars(sc *scope, c *carried) error {
	if r.program.Reads("workflow") {
		sc.vars["workflow"] = withTime(c.Workflow, "start_time")
		sc.vars["workflow"].(map[string]any)["version"] = r.program.Version
	}
	if r.program.Reads("schedule") {
		sc.vars["schedule"] = withTime(c.Schedule, "time")
	}
	r.before = c
	if c.Pins[0].Digest == r.pin.Digest {
		copyMap(r.state, c.State.object())
		return nil
	}
	state, err := migrate(r.program, r.pin, c, sc.vars["input"])
	copyMap(r.state, state)
	return err
}

// withTime makes a time of a field of an object; in JSON it is text.
func withTime(k *kept, name string) map[string]any {
	object := map[string]any{}
	copyMap(object, k.object())
	if text, ok := object[name].(string); ok {
		if t, err := time.Parse(time.RFC3339Nano, text); err == nil {
			object[name] = t
		}
	}
	return object
}

// restoreEntry registers a compensation again. Its text is the one it was
// registered with.
func (r *run) restoreEntry(sc *scope, c *carried, k *carriedEntry) error {
	e := &entry{number: k.Number, status: "registered"}
	r.registered = append(r.registered, e)
	program := r.program
	if pin := c.Pins[k.Pin].pin(); pin.Digest != r.pin.Digest {
		older, err := r.programs.Program(pin)
		if err != nil {
			panic(err.Error()) // as for the run's own text
		}
		program, e.text = older, &pin
	}
	if e.step = program.StepAt(k.Step); e.step == nil {
		panic("the step " + k.Step + " has a compensation, and it is not there")
	}
	e.scope = sc.handler()
	e.scope.loop, e.scope.item, e.scope.keys = k.Loop, k.Item, k.Keys
	if k.Bundle != nil {
		e.bundle = &bundle{first: k.First, entries: k.Bundle}
		return nil
	}
	vars := k.Vars.object()
	for _, name := range workflow.DeterministicKeys(vars) {
		if name == "steps" {
			steps, _ := vars[name].(map[string]any)
			copyMap(e.scope.steps, steps)
		} else {
			e.scope.vars[name] = vars[name]
		}
	}
	e.scope.undone = &compensated{key: k.Key, base: k.Base}
	if len(e.step.Compensate.Steps) == 1 {
		e.scope.undone.only = e.step.Compensate.Steps[0]
	}
	return nil
}

// entries finds compensations by their numbers.
func (r *run) entries(numbers []int) (list []*entry) {
	for _, n := range numbers {
		for _, e := range r.registered {
			if e.number == n {
				list = append(list, e)
			}
		}
	}
	return list
}

func (r *run) restoreView(c *carriedView) {
	s := r.program.StepAt(c.Path)
	if s == nil {
		return
	}
	v := r.viewOf(s)
	v.status, v.started, v.runs, v.done, v.total, v.past = c.Status, c.Started, c.Runs, c.Done, c.Total, c.Error
	if c.Ended != nil {
		v.ended = *c.Ended
	}
}

// rejoin goes on with a step that began in a run before, and tells whether its
// body is to run, rather than the steps that answer its failure.
func (r *run) rejoin(t *turn) bool {
	t.view = r.viewOf(t.step)
	t.view.active++
	t.scope.start(t.step)
	if r.here.Failure != nil {
		t.err = r.restoreFailure(r.here.Failure)
	}
	return t.err == nil
}

// recall gives the scope of the steps inside a step what it knew in the run
// before.
func (r *run) recall(sc *scope) {
	if r.here == nil {
		return
	}
	copyMap(sc.steps, r.here.Steps.object())
	if sc.undo != nil && (r.here.Undo != nil || r.here.Marks != nil) {
		sc.undo.entries, sc.undo.marks = r.entries(r.here.Undo), r.here.Marks
	}
}

// remember puts what the scope of the steps inside a step knows into its frame.
func (e *exit) remember(sc *scope, inside []*dsl.Step) {
	f := e.frame()
	f.scope, f.inside = sc, inside
}

func carryFailure(f *Failure) *carriedFailure {
	return &carriedFailure{Error: keep(f.value()), Item: f.Item, Whole: f.whole, Raised: f.raised}
}

// restoreFailure is the failure that the steps answer in which the run stood.
func (r *run) restoreFailure(c *carriedFailure) *Failure {
	f, err := r.failureOf(c.Error.object())
	if err != nil {
		panic(fmt.Sprint("an error that was carried cannot be read: ", err))
	}
	f.Item, f.whole, f.raised = c.Item, c.Whole, c.Raised
	return f
}
