package interpreter

import (
	"errors"
	"slices"
	"strings"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/value"
)

// Types of errors that the interpreter itself raises.
const (
	InvalidInput    = "InvalidInput"
	ExpressionError = "ExpressionError"
	Timeout         = "Timeout"
	Cancelled       = "Cancelled"
	TooManyFailures = "TooManyFailures"
	ResultTooLarge  = "ResultTooLarge"
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
}

func (f *Failure) Error() string { return f.Type + ": " + f.Message }

// is tells whether the failure is of one of the types or categories.
func (f *Failure) is(types []string) bool {
	return slices.Contains(types, f.Type) || f.category != "" && slices.Contains(types, f.category)
}

// value is the failure as `error` holds it.
func (f *Failure) value() map[string]any {
	compensations := f.Compensations
	if compensations == nil {
		compensations = []any{}
	}
	return map[string]any{
		"type": f.Type, "message": f.Message, "step": f.Step, "path": f.Path,
		"retryable": f.Retryable, "retry_state": f.RetryState, "attempt": f.Attempt,
		"details": f.Details, "cause": f.Cause, "compensations": compensations,
	}
}

// Ways out of a block other than its end and an error.
const (
	exitCancel = iota
	exitReturn
)

// An exit leaves blocks; no catch sees it.
type exit struct {
	kind  int
	value any
}

func (e *exit) Error() string { return [...]string{"cancelled", "return"}[e.kind] }

// cancelled leaves everything because somebody asked for it from outside.
var cancelled = &exit{kind: exitCancel}

func isCancel(err error) bool {
	e, ok := err.(*exit)
	return ok && e.kind == exitCancel
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

// asFailure is failure for the error a step ended with: an error of the
// cancelled kind in a cancelled context is the cancellation itself.
func (r *run) asFailure(ctx workflow.Context, s *dsl.Step, sc *scope, err error) error {
	var cancel *temporal.CanceledError
	if err != nil && ctx.Err() != nil && errors.As(err, &cancel) {
		return cancelled
	}
	return r.failure(s, sc, err)
}

// fromError translates what the SDK and the evaluator report.
func fromError(err error) *Failure {
	var f *Failure
	if errors.As(err, &f) {
		return f
	}
	f = &Failure{}
	var act *temporal.ActivityError
	if errors.As(err, &act) {
		f.RetryState = retryState(act.RetryState())
	}
	f.translate(err)
	return f
}

func (f *Failure) translate(err error) {
	var (
		app      *temporal.ApplicationError
		timeout  *temporal.TimeoutError
		canceled *temporal.CanceledError
		eval     *expr.EvalError
	)
	switch {
	case errors.As(err, &eval):
		f.Type, f.Message, f.Span = ExpressionError, eval.Message, eval.Span
	case errors.As(err, &timeout):
		f.Type, f.category, f.Retryable = Timeout, "timeout", true
		f.Message = "the activity timed out: " + timeoutNames[timeout.TimeoutType().String()]
		f.Details = map[string]any{"timeout": strings.TrimPrefix(timeout.TimeoutType().String(), "TIMEOUT_TYPE_")}
		if cause := timeout.Unwrap(); cause != nil {
			f.Cause = fromError(cause).value()
		}
	case errors.As(err, &app):
		f.fromApplication(app)
	case errors.As(err, &canceled):
		f.Type, f.category, f.Message = Cancelled, "cancelled", "somebody else cancelled it"
	default:
		f.Type, f.Message = "InternalError", err.Error()
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

// categoryOf is the category of an error that is a Failure.
func categoryOf(err error) string { return fromError(err).category }

// fail makes of an error what Temporal records for the run.
func (r *run) fail(err error) error {
	f := fromError(err)
	var report any = r.report(f)
	return temporal.NewApplicationErrorWithOptions(f.Message, f.Type, temporal.ApplicationErrorOptions{
		NonRetryable: !f.Retryable, Details: []any{report},
	})
}

// describe is `error` for a handler: nil if nothing went wrong.
func (r *run) describe(err error) any {
	if f, ok := err.(*Failure); ok {
		return f.value()
	}
	if isCancel(err) {
		return (&Failure{Type: Cancelled, Message: "the workflow was cancelled", category: "cancelled", Compensations: r.compensationReport()}).value()
	}
	return nil
}

func asExpressionError(err error) error { return err }

func wrongType(v *expr.Value, want string, got any) error {
	text, err := value.Encode(got)
	if err != nil {
		text = []byte("something else")
	}
	if len(text) > 60 {
		text = append(text[:57:57], "..."...)
	}
	return &Failure{Type: ExpressionError, Message: "this must be " + want + ", and it is " + string(text), Span: v.Span}
}
