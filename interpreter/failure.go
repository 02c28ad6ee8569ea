package interpreter

import (
	"errors"
	"slices"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/source"
)

// Types of errors that the interpreter itself raises.
const (
	InvalidInput      = "InvalidInput"
	ExpressionError   = "ExpressionError"
	Timeout           = "Timeout"
	Cancelled         = "Cancelled"
	TooFewBranches    = "TooFewBranches"
	TooManyFailures   = "TooManyFailures"
	TooManyIterations = "TooManyIterations"
	ResultTooLarge    = "ResultTooLarge"

	InvalidOutput     = "InvalidOutput"     // the result does not fit output_schema
	InvalidResult     = "InvalidResult"     // what an activity returned cannot be read
	ExpectationFailed = "ExpectationFailed" // what `expect` asks is not true
	CannotContinue    = "CannotContinue"    // the run cannot continue as new
	UnknownActivity   = "UnknownActivity"   // the computed type is not among those allowed
	UnknownWorkflow   = "UnknownWorkflow"   // nor is that of a child
	InternalError     = "InternalError"     // anything else

	UnknownSearchAttribute = "UnknownSearchAttribute" // the namespace has none of that name
	WorkflowAlreadyStarted = "WorkflowAlreadyStarted" // the workflow id of a child is taken
	Terminated             = "Terminated"             // somebody terminated the child
)

// A Failure is an error of a step, as expressions see it. It knows where the
// author wrote the step.
type Failure struct {
	Type, Message string
	Step, Path    string
	Item          string // the path with the items of loops, where it differs
	Span          source.Span
	Retryable     bool
	RetryState    string
	Attempt       int
	Details       any
	Cause         any
	Compensations []any

	category string
	used     any  // by the agents of a child
	child    bool // a child workflow ended with it
	whole    bool // the timeout of a whole step
	raised   bool // by a `fail` step
	again    bool // by a `fail` step that was given an error
}

func (f *Failure) Error() string { return f.Type + ": " + f.Message }

// because makes an error that comes up while another one is answered remember
// that one as its cause. One that is raised again stays as it is.
func because(err error, first *Failure) error {
	if f, ok := err.(*Failure); ok && f.Cause == nil && !f.again {
		f.Cause = first.value()
	}
	return err
}

// is tells whether the failure is of one of the types or categories.
func (f *Failure) is(types []string) bool {
	return slices.Contains(types, f.Type) || f.category != "" && slices.Contains(types, f.category) ||
		f.child && slices.Contains(types, childFailed)
}

// value is the failure as `error` holds it.
func (f *Failure) value() map[string]any {
	compensations := f.Compensations
	if compensations == nil {
		compensations = []any{}
	}
	v := map[string]any{
		"type": f.Type, "message": f.Message, "step": f.Step, "path": f.Path,
		"retryable": f.Retryable, "retry_state": f.RetryState, "attempt": f.Attempt,
		"details": f.Details, "cause": f.Cause, "compensations": compensations,
	}
	if f.category != "" {
		v["category"] = f.category // so that it survives `fail: ${ error }`
	}
	if f.child {
		v[childFailed] = true
	}
	return v
}

// status is that of a step which failed like this.
func (f *Failure) status(s *dsl.Step) string {
	if f.category == "timeout" && f.Path == s.Path {
		return "timed_out"
	}
	return "failed"
}

// failure makes a Failure of whatever went wrong in a step; nil stays nil and
// exits stay exits.
func (r *run) failure(s *dsl.Step, sc *scope, err error) error {
	if err == nil {
		return nil
	}
	if _, ok := err.(*exit); ok {
		return err
	}
	f := fromError(err)
	if f.Path == "" && s != nil {
		f.Step, f.Path, f.Item = s.ID, s.Path, sc.instance(s.Path)
		if f.Span.IsZero() {
			f.Span = s.VerbSpan()
		}
	}
	return f
}

// fromError translates what the SDK and the evaluator report.
func fromError(err error) *Failure {
	for at := err; at != nil; at = errors.Unwrap(at) {
		if f, ok := at.(*Failure); ok {
			return f
		}
	}
	f := &Failure{}
	f.translate(err)
	return f
}

// translate goes by the outermost error that says what happened: what it wraps
// is only its cause.
func (f *Failure) translate(err error) {
	switch e := err.(type) {
	case *temporal.ActivityError:
		f.RetryState = retryState(e.RetryState())
		f.translate(e.Unwrap())
	case *temporal.ChildWorkflowExecutionError:
		f.fromChild(e)
	case *temporal.ChildWorkflowExecutionAlreadyStartedError, *serviceerror.WorkflowExecutionAlreadyStarted:
		f.Type, f.Message = WorkflowAlreadyStarted, "there is a workflow with this id already"
		f.category, f.child = childFailed, true
	case *temporal.TerminatedError:
		f.Type, f.Message = Terminated, "somebody terminated it"
	case *expr.EvalError:
		f.Type, f.Message, f.Span = ExpressionError, e.Error(), e.Span
	case *temporal.TimeoutError:
		f.fromTimeout(e)
	case *temporal.ApplicationError:
		f.fromApplication(e)
	case *temporal.CanceledError:
		f.Type, f.category, f.Message = Cancelled, "cancelled", "somebody else cancelled it"
	case nil:
		f.Type, f.Message = InternalError, "the error says nothing"
	default:
		f.Type, f.Message = InternalError, err.Error()
	}
}

func (f *Failure) fromTimeout(e *temporal.TimeoutError) {
	f.Type, f.category, f.Retryable = Timeout, "timeout", true
	kind := e.TimeoutType().String()
	f.Message = "the activity timed out: " + timeoutNames[kind]
	details := map[string]any{"timeout": snake(kind)}
	var beat converter.RawValue
	if e.HasLastHeartbeatDetails() && e.LastHeartbeatDetails(&beat) == nil {
		if v, err := decodeRaw(beat); err == nil {
			details["last_heartbeat"] = v
		}
	}
	f.Details = details
	if cause := e.Unwrap(); cause != nil {
		f.Cause = fromError(cause).value()
	}
}

var timeoutNames = map[string]string{
	"StartToClose":    "an attempt took longer than start_to_close",
	"ScheduleToStart": "no worker took it within schedule_to_start",
	"ScheduleToClose": "all attempts together took longer than schedule_to_close",
	"Heartbeat":       "an attempt was silent for longer than heartbeat",
}

func (f *Failure) fromApplication(app *temporal.ApplicationError) {
	f.Type, f.Message, f.Retryable = app.Type(), app.Message(), !app.NonRetryable()
	if f.Type == "" {
		f.Type = "Error"
	}
	if f.fromReport(app) {
		return
	}
	if app.HasDetails() {
		f.Details = decodeDetails(app)
	}
	details, _ := f.Details.(map[string]any)
	f.category, _ = details["category"].(string)
	if attempt, ok := details["attempt"].(int); ok {
		f.Attempt = attempt
	}
	if cause := app.Unwrap(); cause != nil {
		f.Cause = fromError(cause).value()
	}
}

// describe is `error` for a handler: nil if nothing went wrong.
func (r *run) describe(err error) any {
	if f, ok := err.(*Failure); ok {
		return f.value()
	}
	if isCancel(err) {
		return (&Failure{Type: Cancelled, Message: "the workflow was cancelled", category: "cancelled", Compensations: r.undone()}).value()
	}
	return nil
}
