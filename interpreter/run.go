package interpreter

import (
	"fmt"
	"strings"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
)

// A run is one execution of a program.
type run struct {
	program *dsl.Program
	pin     Pin
	info    *workflow.Info
	host    *host

	vars    map[string]any // what every scope of the run sees
	state   map[string]any // what `set` changes
	counts  map[string]int // activities scheduled, by path
	views   map[string]*view
	started []*view  // in the order in which steps began
	undos   int      // compensations registered so far
	open    []*entry // every compensation that has not been dropped
	keyBase string
}

func newRun(ctx workflow.Context, program *dsl.Program, pin Pin) *run {
	r := &run{
		program: program, pin: pin, info: workflow.GetInfo(ctx),
		state: map[string]any{}, counts: map[string]int{}, views: map[string]*view{},
	}
	r.host = &host{ctx: ctx}
	r.keyBase = keyBase(r.info)
	r.vars = r.names()
	return r
}

// execute runs the program from the first step to the end of its cleanup.
func (r *run) execute(ctx workflow.Context, args converter.EncodedValues) (any, error) {
	sc := r.rootScope()
	if err := r.begin(sc, args); err != nil {
		return nil, r.fail(err)
	}
	result, err := r.flow(ctx, sc)
	result, err = r.end(ctx, sc, result, err)
	if err != nil {
		return nil, r.leave(err)
	}
	return encodeResult(result)
}

// begin takes the input and gives the state its initial values.
func (r *run) begin(sc *scope, args converter.EncodedValues) error {
	input, err := decodeArguments(args)
	if err != nil {
		return &Failure{Type: InvalidInput, Message: err.Error()}
	}
	if input, err = r.checkInput(input); err != nil {
		return err
	}
	sc.vars["input"] = input
	r.vars["input"] = input
	for _, v := range r.program.State {
		x, err := r.eval(v.Value, "state."+v.Name, sc)
		if err != nil {
			return err
		}
		r.state[v.Name] = x
	}
	return nil
}

func (r *run) checkInput(input any) (any, error) {
	schema := r.program.Input
	if schema == nil {
		return input, nil
	}
	if object, _ := schema.Raw().(map[string]any); input == nil && object["type"] == "object" {
		input = map[string]any{}
	}
	input = schema.Default(input)
	violations := schema.Validate(input)
	if len(violations) == 0 {
		return input, nil
	}
	lines := make([]string, len(violations))
	for i, v := range violations {
		lines[i] = strings.TrimPrefix(v.Path+": "+v.Message, ": ")
	}
	return nil, &Failure{
		Type:    InvalidInput,
		Message: "the input does not fit: " + strings.Join(lines, "; "),
		Details: map[string]any{"violations": toList(lines)},
	}
}

func toList(lines []string) []any {
	list := make([]any, len(lines))
	for i, l := range lines {
		list[i] = l
	}
	return list
}

// flow runs the main steps and computes the result.
func (r *run) flow(ctx workflow.Context, sc *scope) (any, error) {
	if err := r.steps(ctx, r.program.Steps, sc); err != nil {
		if e, ok := err.(*exit); ok && e.kind == exitReturn {
			return r.checkOutput(e.value)
		}
		return nil, err
	}
	if r.program.Output == nil {
		return nil, nil
	}
	result, err := r.eval(r.program.Output, "output", sc)
	if err != nil {
		return nil, r.failure(nil, sc, err)
	}
	return r.checkOutput(result)
}

func (r *run) checkOutput(result any) (any, error) {
	schema := r.program.OutputSchema
	if schema == nil {
		return result, nil
	}
	for _, v := range schema.Validate(result) {
		return nil, &Failure{Type: "InvalidOutput", Message: strings.TrimPrefix(fmt.Sprintf("the result does not fit output_schema: %s: %s", v.Path, v.Message), ": ")}
	}
	return result, nil
}

// end undoes what has to be undone, runs the handlers of the document, and
// decides how the run ends.
func (r *run) end(ctx workflow.Context, sc *scope, result any, err error) (any, error) {
	if err != nil {
		r.undo(ctx, sc.undo, r.program.Compensation, err)
	}
	cleanup, done := r.cleanup(ctx)
	defer done()
	switch {
	case err == nil:
	case isCancel(err):
		value, handled := r.handler(cleanup, r.program.OnCancel, sc, err)
		if handled != nil {
			value = handled.value
		}
		r.host.cancelDetails = value
	default:
		if _, handled := r.handler(cleanup, r.program.OnFailure, sc, err); handled != nil {
			result, err = handled.value, nil
		}
	}
	if e := r.final(cleanup, r.program.Finally, sc, err); e != nil && err == nil {
		err = e
	}
	return result, err
}

// handler runs on_failure or on_cancel. A `return` in it is handed back; an
// error in it is logged, since the run already ends with another.
func (r *run) handler(ctx workflow.Context, steps []*dsl.Step, sc *scope, cause error) (any, *exit) {
	if steps == nil {
		return nil, nil
	}
	inner := sc.child()
	inner.undo = nil
	inner.vars["error"] = r.describe(cause)
	err := r.steps(ctx, steps, inner)
	if e, ok := err.(*exit); ok && e.kind == exitReturn {
		return nil, e
	}
	if err != nil {
		workflow.GetLogger(ctx).Error("a handler of the workflow failed", "error", err.Error())
	}
	return nil, nil
}

// final runs a `finally` list, which sees `error` if there is one.
func (r *run) final(ctx workflow.Context, steps []*dsl.Step, sc *scope, cause error) error {
	if steps == nil {
		return nil
	}
	inner := sc.child()
	inner.undo = nil
	inner.vars["error"] = r.describe(cause)
	return r.steps(ctx, steps, inner)
}

// cleanup is the context of handlers: detached from cancellation, and bounded.
func (r *run) cleanup(ctx workflow.Context) (workflow.Context, func()) {
	bound := r.program.Timeouts.Cleanup
	if bound == 0 {
		bound = dsl.DefaultCleanup
	}
	if r.program.OnFailure == nil && r.program.OnCancel == nil && r.program.Finally == nil {
		return ctx, func() {}
	}
	ctx, cancel := workflow.NewDisconnectedContext(ctx)
	return ctx, r.limit(ctx, bound, "cleanup", cancel)
}

// leave turns the error that ends the run into what Temporal records. Only a
// run that was asked to cancel ends Cancelled.
func (r *run) leave(err error) error {
	if isCancel(err) {
		return temporal.NewCanceledError(r.cancelReport())
	}
	return r.fail(err)
}

func (r *run) cancelReport() map[string]any {
	report := map[string]any{"compensations": r.compensationReport()}
	if r.host.cancelDetails != nil {
		report["details"] = r.host.cancelDetails
	}
	return report
}
