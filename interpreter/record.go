package interpreter

import (
	"fmt"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"
)

// pin is the text of the run. The first run of a chain records the newest in its
// history, which costs one marker; in replay it reads it there. A run that was
// continued is given the text of the run before. A worker that does not know the
// workflow type panics, which blocks the workflow task and keeps the run for a
// worker that does.
func (i *Interpreter) pin(ctx workflow.Context, in *given) Pin {
	name := workflow.GetInfo(ctx).WorkflowType.Name
	if in.before == nil {
		return record(ctx, name, func() (Pin, error) { return i.Programs.Pin(name) })
	}
	pin := in.before.Pins[0].pin()
	if !in.before.Anew {
		return pin
	}
	p := record(ctx, name, func() (Pin, error) {
		newest, why := i.newest(name, in)
		newest.Kept = why
		return newest, nil
	})
	if p.Kept != "" {
		pin.Kept = p.Kept
		return pin
	}
	return p
}

// newest is the newest text for a run that begins anew, or why it keeps the one
// it has.
func (i *Interpreter) newest(name string, in *given) (pin Pin, why string) {
	pin, err := i.Programs.Pin(name)
	if err != nil {
		return Pin{}, err.Error()
	}
	program, err := i.Programs.Program(pin)
	if err != nil {
		return Pin{}, err.Error()
	}
	input, err := in.value()
	if err == nil {
		_, err = checkInput(program, input)
	}
	if err != nil {
		return Pin{}, fmt.Sprintf("the newest text, %s, does not take the input: %s", pin.Digest, fromError(err).Message)
	}
	return pin, ""
}

// record records a text in the run's history.
func record(ctx workflow.Context, name string, choose func() (Pin, error)) (pin Pin) {
	marker := workflow.SideEffectWithOptions(ctx, workflow.SideEffectOptions{Summary: recorded(ctx, "definition of "+name)}, func(workflow.Context) any {
		p, err := choose()
		if err != nil {
			panic(err.Error())
		}
		raw, err := p.payload()
		if err != nil {
			panic(err.Error())
		}
		return raw
	})
	var raw converter.RawValue
	err := marker.Get(&raw)
	if err == nil {
		pin, err = readPin(raw)
	}
	if err != nil {
		panic("the recorded definition cannot be read: " + err.Error())
	}
	return pin
}
