package casetest

import (
	"cmp"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"github.com/partitur/partitur/dsl"
)

// scheduled makes a run that begins at a time one that a schedule has started.
func scheduled(env *testsuite.TestWorkflowEnvironment, s *dsl.CaseSchedule, at time.Time) error {
	if s == nil {
		return nil
	}
	meant := s.Time
	if meant.IsZero() {
		meant = at
	}
	if s.LastResult != nil {
		env.SetLastCompletionResult(s.LastResult)
	}
	if e := s.LastError; e != nil {
		env.SetLastError(temporal.NewApplicationError(cmp.Or(e.Message, e.Type), e.Type))
	}
	return env.SetSearchAttributesOnStart(map[string]any{"TemporalScheduledById": s.ID, "TemporalScheduledStartTime": meant})
}
