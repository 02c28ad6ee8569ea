package builtins

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"go.temporal.io/sdk/temporal"

	"github.com/partitur/partitur/builtins/call"
	"github.com/partitur/partitur/dsl/limit"
	"github.com/partitur/partitur/dsl/value"
)

// CircuitOpen is the type of error of an attempt that a circuit breaker does not
// let through; not retryable.
const CircuitOpen = "CircuitOpen"

// Breakers are the circuit breakers of one worker, in memory. They are safe for
// use by many goroutines, and the zero value has counted nothing.
type Breakers struct {
	mu   sync.Mutex
	book limit.Book
}

// Guard makes an attempt unless the breaker of the call is open, and notes how
// it ends. A call without one is made.
func (b *Breakers) Guard(c *call.Breaker, now func() time.Time, attempt func() error) error {
	if c == nil {
		return attempt()
	}
	b.mu.Lock()
	state := b.book.Breaker(c.Name, c.Key)
	turn, ok := state.Ask(c.BreakerSettings, now())
	until := state.Until
	b.mu.Unlock()
	if !ok {
		return open(c, until)
	}
	err := attempt()
	b.mu.Lock()
	defer b.mu.Unlock()
	state.Report(c.BreakerSettings, now(), turn, judge(c, err))
	return err
}

// open is the error of an attempt that is not let through.
func open(c *call.Breaker, until time.Time) error {
	details := map[string]any{"circuit_breaker": c.Name}
	if c.Key != "" {
		details["key"] = c.Key
	}
	details["until"], _ = value.FormatTime(until.UTC())
	return (&Failure{Type: CircuitOpen, Message: "the circuit breaker " + c.Name + " is open", Details: details}).temporal()
}

// judge tells what the end of an attempt means for the breaker.
func judge(c *call.Breaker, err error) limit.Outcome {
	if err == nil {
		return limit.Succeeded
	}
	var app *temporal.ApplicationError
	var timeout *temporal.TimeoutError
	names := []string{ActionFailed}
	switch {
	case errors.Is(err, context.Canceled):
		return limit.Neither
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout):
		names = []string{"Timeout", "timeout"}
	case errors.As(err, &app):
		names = []string{app.Type(), categoryOf(app)}
	}
	counts := len(c.Counts) == 0 || slices.ContainsFunc(names, func(name string) bool { return slices.Contains(c.Counts, name) })
	if names[0] == ExpressionError || !counts {
		return limit.Neither
	}
	return limit.Failed
}

// categoryOf is the category of an error, or "".
func categoryOf(app *temporal.ApplicationError) string {
	var details any
	if !app.HasDetails() || app.Details(&details) != nil {
		return ""
	}
	object, _ := details.(map[string]any)
	category, _ := object["category"].(string)
	return category
}
