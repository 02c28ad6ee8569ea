package interpreter_test

import (
	"errors"
	"testing"

	"go.temporal.io/sdk/temporal"
)

// TestErrorOnAServer has what the server adds to an error: how the attempts
// ended, and in the end the chain of causes that any client sees.
func TestErrorOnAServer(t *testing.T) {
	s := newSite(t, `workflow: demo
defaults: {timeout: 1m, retry: {maximum_attempts: 2, initial_interval: 1ms}}
steps:
  - {id: a, activity: closed, catch: [{output: "${ [error.type, error.retry_state] }"}]}
  - {id: b, activity: fail, catch: [{output: "${ [error.type, error.retry_state] }"}]}
  - id: c
    activity: fail
    catch: [{do: [{fail: {type: Failed, message: "${ string([steps.a.output, steps.b.output, error.details]) }"}}]}]
`)
	run := s.start("demo")
	var app, cause *temporal.ApplicationError
	err := s.get(run, nil)
	if !errors.As(err, &app) || !errors.As(app.Unwrap(), &cause) {
		t.Fatalf("the run ends with %v", err)
	}
	if want := `[["Closed","maximum_attempts_reached"],["Oops","non_retryable_failure"],{"code":7}]`; app.Message() != want || app.Type() != "Failed" {
		t.Errorf("the error is %s %s", app.Type(), app.Message())
	}
	if cause.Type() != "Oops" || cause.Message() != "no" {
		t.Errorf("the cause is %s %s", cause.Type(), cause.Message())
	}
	replay(t, s.history(run))
}

// TestResumesAtTheLastHeartbeat has an attempt that fails on its way; what it
// told last reaches the next one.
func TestResumesAtTheLastHeartbeat(t *testing.T) {
	s := newSite(t, `workflow: demo
steps: [{id: a, activity: resumes, timeout: {start_to_close: 1m, heartbeat: 10s}, retry: {initial_interval: 1ms}}]
output: ${ steps.a.output }
`)
	run := s.start("demo")
	var line int
	if err := s.get(run, &line); err != nil || line != 700 {
		t.Errorf("it goes on at %d, %v", line, err)
	}
	replay(t, s.history(run))
}
