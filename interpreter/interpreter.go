// Package interpreter runs checked programs as Temporal workflows. One dynamic
// workflow serves every workflow type; what a run does depends on nothing but
// its history, because the program it runs is recorded there.
package interpreter

import (
	"cmp"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
)

// Programs is where a worker's programs come from.
type Programs interface {
	// Pin returns what a new run of a workflow type records. The error is one
	// plain sentence for whoever looks at the blocked run.
	Pin(workflowType string) (Pin, error)
	// Program returns the program that a pin recorded. It is a pure function of
	// the pin.
	Program(Pin) (*dsl.Program, error)
	// Members returns who belongs to a group when somebody answers what a run of
	// a workflow type asks of people. What it says is recorded.
	Members(workflowType, group string) []string
}

// An Interpreter runs the programs of a worker.
type Interpreter struct {
	Programs Programs
	// Converter is the data converter of the worker's client, where it is not
	// the default: signals reach the interpreter as they were sent.
	Converter converter.DataConverter
	// Behavior says whether runs stay on the build of a worker deployment that
	// began them; they move on if it is not set.
	Behavior workflow.VersioningBehavior
	// Watch is told what a run does while a history is replayed.
	Watch Watcher
	// Tell is told what runs do that is new; nil but in tests.
	Tell func(Notice)
	// Part is how many items of a loop one run works on, if the loop can be
	// split; 1,000 if it is not set.
	Part int
	// StopAt is the path of a step at which a run is left in replay, to go on
	// there in another.
	StopAt string
}

// Registry is the part of a worker that the interpreter registers with.
type Registry interface {
	RegisterDynamicWorkflow(w any, options workflow.DynamicRegisterOptions)
}

// Register makes a worker run every workflow type of its task queue with the
// interpreter. The worker must have been made with Options.
func (i *Interpreter) Register(r Registry) {
	r.RegisterDynamicWorkflow(i.Run, workflow.DynamicRegisterOptions{
		LoadDynamicRuntimeOptions: func(workflow.LoadDynamicRuntimeOptionsDetails) (workflow.DynamicRuntimeOptions, error) {
			return workflow.DynamicRuntimeOptions{VersioningBehavior: i.behavior()}, nil
		},
	})
}

var _ Registry = worker.Worker(nil)

// behavior is that of runs on a worker that is a build of a deployment. A run's
// text is recorded in its history, so any build can go on with it.
func (i *Interpreter) behavior() workflow.VersioningBehavior {
	return cmp.Or(i.Behavior, workflow.VersioningBehaviorAutoUpgrade)
}

// Run is the workflow function: it runs the program from the first step to the
// end of its cleanup. Its arguments are the input of the run. An input that
// does not fit ends the run before anything has begun, so that no handler runs
// either. What it calls to wait is called from here, for the reason that steps
// gives.
func (i *Interpreter) Run(ctx workflow.Context, args converter.EncodedValues) (any, error) {
	return i.execute(ctx, args, new(link))
}

func (i *Interpreter) execute(ctx workflow.Context, args converter.EncodedValues, l *link) (any, error) {
	in := takeArguments(args)
	r, err := i.load(ctx, in, l)
	if err != nil {
		return nil, err
	}
	if in.before != nil && in.before.Part != nil {
		return r.runPart(ctx, in)
	}
	sc := r.rootScope()
	if err = r.refused(in); err == nil {
		err = r.begin(ctx, sc, in)
	}
	if err != nil {
		return nil, r.fail(fromError(err))
	}
	main, err := r.open(ctx, sc)
	if err != nil {
		return nil, err
	}
	err = r.steps(main, r.program.Steps, sc)
	e := continuing(err)
	if err = r.settle(ctx, err); e != nil {
		if err = r.goOn(ctx, sc, in, e, err); workflow.IsContinueAsNewError(err) {
			return nil, err
		}
	}
	result, err := r.output(sc, err)
	if err != nil {
		r.undo(ctx, sc, err)
	}
	return r.end(ctx, sc, result, err)
}

// load finds the program of a run and prepares to run it.
func (i *Interpreter) load(ctx workflow.Context, in *given, l *link) (*run, error) {
	pin := i.pin(ctx, in)
	program, err := i.Programs.Program(pin)
	if err != nil {
		panic(err.Error()) // ours to mend: the run is kept until a worker can go on
	}
	r := newRun(ctx, program, pin, i.chain(in))
	r.link, r.mail, r.converter = l, newMailbox(&l.inbox), i.converter()
	r.watch, r.stopAt, r.told = i.Watch, i.StopAt, i.Tell
	r.purse = purseOf(l.given)
	if err := r.queries(ctx); err != nil {
		return nil, err
	}
	return r, r.operators(ctx)
}

func (i *Interpreter) converter() converter.DataConverter {
	if i.Converter == nil {
		return converter.GetDefaultDataConverter()
	}
	return workflow.DataConverterWithoutDeadlockDetection(i.Converter)
}
