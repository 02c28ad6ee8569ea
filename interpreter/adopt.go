package interpreter

import (
	"fmt"
	"reflect"
	"slices"

	"github.com/partitur/partitur/dsl"
)

// adopted is the newest text for a run that goes on where the one before stood,
// or why it keeps the text it has: the place must be there, and what is read of
// the steps before it.
func (i *Interpreter) adopted(name string, in *given) (Pin, string) {
	pin, newest, why := i.candidate(name, in)
	before := in.before.Pins[0].pin()
	if why != "" || pin.Digest == before.Digest {
		return pin, why
	}
	old, err := i.Programs.Program(before)
	if err != nil {
		return pin, err.Error()
	}
	for n, f := range in.before.Frames {
		if f.Fresh {
			if newest.StepAt(f.Step) == nil {
				return pin, fmt.Sprintf("the newest text has no step %q where the run is to go on", f.Step)
			}
			continue
		}
		inner := n < len(in.before.Frames)-1
		if why := moved(old.StepAt(f.Step), newest.StepAt(f.Step), inner); why != "" {
			return pin, why
		}
	}
	at := newest.StepAt(in.before.Frames[len(in.before.Frames)-1].Step)
	if why := unknown(old, newest, at); why != "" {
		return pin, why
	}
	input, _ := in.value()
	if _, err := migrate(newest, pin, in.before, input); err != nil {
		return pin, "the state cannot be migrated: " + fromError(err).Message
	}
	return pin, ""
}

// moved says why a step in which the run stands is not the same in the newest
// text. Inner says that it stands in the steps inside it.
func moved(old, newest *dsl.Step, inner bool) string {
	switch {
	case old.ID == "":
		return fmt.Sprintf("the run stands in the step at %s, which has no id by which to find it in the newest text", old.At())
	case newest == nil || newest.ID != old.ID || reflect.TypeOf(newest.Body) != reflect.TypeOf(old.Body):
		return fmt.Sprintf("the run stands in the step %q, and the newest text has none of that id and kind in the same blocks", old.ID)
	}
	if b, ok := newest.Body.(*dsl.ForEach); ok && inner && b.Concurrent() {
		return fmt.Sprintf("the run stands in an item of %q, and in the newest text several run at the same time", old.ID)
	}
	return ""
}

// unknown says which step the newest text reads that the run has gone by
// without having known it.
func unknown(old, newest *dsl.Program, at *dsl.Step) string {
	reads, all := newest.Ahead(at).Steps()
	for _, id := range newest.Passed(at) {
		if (all || reads[id]) && !slices.Contains(old.IDs, id) {
			return fmt.Sprintf("the newest text reads the step %q, which stands before the place that the run has reached", id)
		}
	}
	return ""
}

// migrate is the state of a run under another text than that of the run before.
func migrate(p *dsl.Program, pin Pin, c *carried, input any) (map[string]any, error) {
	vars := map[string]any{
		"state": c.State.object(), "input": input, "env": settings(pin.Env),
		"workflow": withTime(c.Workflow, "start_time"), "schedule": withTime(c.Schedule, "time"),
	}
	values := make(map[string]any, len(p.State))
	for _, v := range p.State {
		old, known := c.State.object()[v.Name]
		if !known {
			var err error
			if old, err = v.Value.Eval(vars); err != nil {
				return nil, err
			}
		}
		values[v.Name] = old
	}
	for _, v := range p.Versioning.Migrate {
		x, err := v.Value.Eval(vars)
		if err != nil {
			return nil, err
		}
		values[v.Name] = x
	}
	return values, nil
}
