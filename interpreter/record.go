package interpreter

import (
	"cmp"
	"fmt"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
)

// pin is the text of the run. A worker that does not know the workflow type
// panics, which blocks the workflow task and keeps the run for a worker that
// does.
func (i *Interpreter) pin(ctx workflow.Context, in *given) Pin {
	name := workflow.GetInfo(ctx).WorkflowType.Name
	pin := i.chosen(ctx, name, in)
	if pin.Upgrade == dsl.UpgradeAlways {
		return i.follow(name, pin)
	}
	return pin
}

// chosen is the text with which the run begins. The first run of a chain records
// the newest in its history, which costs one marker; in replay it reads it there.
// A run that was continued is given the text of the run before, and records what
// it takes instead if it may.
func (i *Interpreter) chosen(ctx workflow.Context, name string, in *given) Pin {
	if in.before == nil {
		return record(ctx, name, func() (Pin, error) { return i.latest(name) })
	}
	before := in.before.Pins[0].pin()
	before.Kept = in.before.Kept
	if in.before.Part != nil {
		return before
	}
	choose := i.newest
	switch {
	case in.before.Anew:
	case in.before.Retry != nil && !in.before.Retry.Head:
		return before
	case in.before.Retry != nil, before.Upgrade == dsl.UpgradeOnContinue:
		choose = i.adopted
	default:
		return before
	}
	pin := record(ctx, name, func() (Pin, error) {
		newest, why := choose(name, in)
		if why != "" || newest.Digest == before.Digest && !in.before.Anew {
			return Pin{Digest: before.Digest, Language: before.Language, Kept: why}, nil
		}
		return newest, nil
	})
	if len(pin.Source) == 0 {
		before.Kept = pin.Kept
		return before
	}
	return pin
}

// newest is the newest text for a run that begins anew, or why it keeps the one
// it has.
func (i *Interpreter) newest(name string, in *given) (Pin, string) {
	pin, _, why := i.candidate(name, in)
	return pin, why
}

// candidate is the newest text, unless it does not take the input of the run.
func (i *Interpreter) candidate(name string, in *given) (Pin, *dsl.Program, string) {
	pin, err := i.latest(name)
	if err != nil {
		return Pin{}, nil, err.Error()
	}
	program, err := i.Programs.Program(pin)
	if err != nil {
		return Pin{}, nil, err.Error()
	}
	input, err := in.value()
	if err == nil {
		_, err = checkInput(program, input)
	}
	if err != nil {
		return Pin{}, nil, fmt.Sprintf("the newest text does not take the input: %s", fromError(err).Message)
	}
	return pin, program, ""
}

// latest is the newest text, with the rules that a run keeps which begins now, and
// how its loops are split. Runs that recorded no such thing began before loops
// were.
func (i *Interpreter) latest(name string) (Pin, error) {
	pin, err := i.Programs.Pin(name)
	if err != nil {
		return pin, err
	}
	pin.Rules = newestRules
	if program, err := i.Programs.Program(pin); err == nil && program.Splits() {
		pin.Part = cmp.Or(i.Part, defaultPart)
	}
	return pin, nil
}

// follow is the newest text on this worker, for a run that takes it at once. The
// settings that the run has recorded stay.
func (i *Interpreter) follow(name string, recorded Pin) Pin {
	newest, err := i.Programs.Pin(name)
	if err != nil || newest.Digest == recorded.Digest {
		return recorded
	}
	env := map[string]string{}
	for _, from := range []map[string]string{newest.Env, recorded.Env} {
		for _, k := range workflow.DeterministicKeys(from) {
			env[k] = from[k]
		}
	}
	newest.Env, newest.Stored, newest.Kept, newest.Flat = env, recorded.Stored, recorded.Kept, recorded.Flat
	newest.Upgrade, newest.Rules = recorded.Upgrade, recorded.Rules
	return newest
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
