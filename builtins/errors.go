package builtins

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
)

// The types of errors that every action may have.
const (
	InvalidInput      = "InvalidInput"      // the fields do not make sense; not retryable
	ExpectationFailed = "ExpectationFailed" // `expect` is not true; not retryable
	ExpressionError   = "ExpressionError"   // `expect` or `output` cannot be evaluated; not retryable
	ResultTooLarge    = "ResultTooLarge"    // more than may enter the history; not retryable
	SecretMissing     = "SecretMissing"     // this worker does not have it; retryable, another may
	ActionFailed      = "ActionFailed"      // anything the action did not foresee; retryable
)

// A Failure is how an action fails. Its details are one object; the key
// category, if there is one, names the category of errors it belongs to.
type Failure struct {
	Type       string
	Message    string
	Retryable  bool
	RetryAfter time.Duration // before the next attempt; 0 leaves it to the retry policy
	Details    map[string]any
}

func (f *Failure) Error() string { return f.Message }

// temporal is the failure as activities report it. It has no cause: the text of
// a cause has not been looked through for secrets.
func (f *Failure) temporal() error {
	o := temporal.ApplicationErrorOptions{NonRetryable: !f.Retryable}
	if f.Retryable {
		o.NextRetryDelay = f.RetryAfter
	}
	if f.Details != nil {
		o.Details = []any{f.Details}
	}
	return temporal.NewApplicationErrorWithOptions(f.Message, f.Type, o)
}

func invalidInput(format string, args ...any) *Failure {
	return &Failure{Type: InvalidInput, Message: fmt.Sprintf(format, args...)}
}

// report turns what ended an action into what the activity returns. An action
// that ended because its context did was cancelled or has timed out.
func report(ctx context.Context, err error, hide *Redactor) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var f *Failure
	if !errors.As(err, &f) {
		f = &Failure{Type: ActionFailed, Message: err.Error(), Retryable: true}
	}
	clean := *f
	clean.Message = hide.Text(f.Message)
	if f.Details != nil {
		clean.Details = hide.Value(f.Details).(map[string]any)
	}
	return clean.temporal()
}
