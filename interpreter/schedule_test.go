package interpreter_test

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
)

// A schedule is what has started the run of a case; without an id nothing has.
type schedule struct {
	ID         string    `yaml:"id"`
	Time       time.Time `yaml:"time"`
	LastResult any       `yaml:"last_result"`
	LastError  string    `yaml:"last_error"` // its type
}

func (s schedule) start(env *testsuite.TestWorkflowEnvironment) {
	if s.ID == "" {
		return
	}
	if s.LastResult != nil {
		env.SetLastCompletionResult(s.LastResult)
	}
	if s.LastError != "" {
		env.SetLastError(temporal.NewApplicationError("it went wrong", s.LastError))
	}
	if err := env.SetSearchAttributesOnStart(map[string]any{"TemporalScheduledById": s.ID, "TemporalScheduledStartTime": s.Time}); err != nil {
		panic(err)
	}
}
