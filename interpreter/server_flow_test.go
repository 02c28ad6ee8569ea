package interpreter_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/partitur/partitur/interpreter"
)

// TestLateBranch lets a branch succeed that has been cancelled because another
// was first: only a real server delivers results of cancelled activities. What
// it has done is undone before the block ends.
func TestLateBranch(t *testing.T) {
	s := newSite(t, `workflow: race
defaults: {timeout: 1m, retry: {maximum_attempts: 1}}
steps:
  - id: race
    parallel:
      fast: [{activity: echo, with: 1}]
      slow: [{id: late, activity: gate, with: slow, compensate: {id: undone, activity: echo, with: undone}}]
    join: any
  - return: ${ [steps.race.output.done, steps.late.status] }
`)
	run := s.start("race")
	eventually(t, "the slow branch is asked to stop", func() bool {
		return slices.Contains(kindsOf(s.history(run)), "ActivityTaskCancelRequested")
	})
	close(s.gate(run.GetID()))
	var result []any
	if err := s.get(run, &result); err != nil || fmt.Sprint(result) != "[[fast] succeeded]" {
		t.Fatal(result, err)
	}
	var st interpreter.Status
	answer, err := s.client.QueryWorkflow(t.Context(), run.GetID(), "", "status")
	if err == nil {
		err = answer.Get(&st)
	}
	if err != nil || len(st.Compensations) != 1 {
		t.Fatal("the slow branch is not undone:", st.Compensations, err)
	}
	undone, _ := st.Compensations[0].(map[string]any)
	if undone["step"] != "late" || undone["status"] != "succeeded" {
		t.Error("the slow branch is not undone:", undone)
	}
	replay(t, s.history(run))
}
