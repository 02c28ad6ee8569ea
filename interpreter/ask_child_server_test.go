package interpreter_test

import (
	"strings"
	"testing"

	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"github.com/partitur/partitur/dsl"
)

const asksInAChild = `
workflow: parent
defaults: {timeout: 1m}
steps:
  - {id: child, workflow: asking, workflow_id: "${ workflow.id }-child"}
output: ${ steps.child.output }
---
workflow: asking
defaults: {timeout: 1m}
steps:
  - {activity: gate}
  - {id: first, approval: {title: T, approvers: [ann, bob], quorum: 2}}
  - {id: second, task: {title: U, assignees: [group:clerks], form: {type: integer}}}
output: "${ [steps.first.output.by, steps.second.output.form] }"
---
project: demo
groups: {clerks: [cleo]}
`

// waitingFor are the workflow ids of the runs that wait for somebody.
func (s *site) waitingFor(whom string) (ids []string) {
	found, err := s.client.ListWorkflow(s.t.Context(), &workflowservice.ListWorkflowExecutionsRequest{
		Query: "ExecutionStatus = 'Running' AND " + dsl.WaitsFor + " = '" + whom + "'",
	})
	if err != nil {
		s.t.Fatal(err)
	}
	for _, e := range found.GetExecutions() {
		ids = append(ids, e.GetExecution().GetWorkflowId())
	}
	return ids
}

// decides sends a decision or an answer to a run, and is why it was refused.
func (s *site) decides(id, update string, with map[string]any) string {
	s.t.Helper()
	h, err := s.client.UpdateWorkflow(s.t.Context(), client.UpdateWorkflowOptions{
		WorkflowID: id, UpdateName: update, Args: []any{with}, WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err == nil {
		err = h.Get(s.t.Context(), nil)
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// TestAChildAsks finds what a child asks by those it waits for, and decides it: a
// decision that is early, made twice, late, or sent to the parent is refused.
func TestAChildAsks(t *testing.T) {
	s := newSite(t, asksInAChild)
	s.programs.SetAttributes(map[string]string{dsl.WaitsFor: "KeywordList"})
	parent := s.start("parent")
	child := s.client.GetWorkflow(t.Context(), parent.GetID()+"-child", "")
	eventually(t, "the child starts", func() bool {
		_, err := s.client.DescribeWorkflow(t.Context(), child.GetID(), "")
		return err == nil
	})
	s.reaches(child, "gate")
	refused := func(why, id, update string, with map[string]any) {
		t.Helper()
		if text := s.decides(id, update, with); !strings.Contains(text, why) {
			t.Errorf("%s %v is refused with %q, want %q", update, with, text, why)
		}
	}
	approve := func(by string) map[string]any { return map[string]any{"decision": "approve", "by": by} }
	refused("is not open yet", child.GetID(), "decide", map[string]any{"approval": "first", "decision": "approve", "by": "ann"})
	refused("unknown update decide", parent.GetID(), "decide", approve("ann"))
	if err := s.client.SignalWorkflow(t.Context(), child.GetID(), "", "approve", map[string]any{"by": "bob"}); err != nil {
		t.Fatal(err)
	}
	close(s.gate(child.GetID()))
	eventually(t, "the child alone waits for ann", func() bool {
		ids := s.waitingFor("ann")
		return len(ids) == 1 && ids[0] == child.GetID()
	})
	refused("bob has approved \"first\" already", child.GetID(), "decide", approve("bob"))
	refused("cleo is not asked", child.GetID(), "decide", approve("cleo"))
	refused("", child.GetID(), "decide", approve("ann"))
	eventually(t, "the child waits for the clerks", func() bool { return len(s.waitingFor("group:clerks")) == 1 })
	refused("\"first\" is not open any more", child.GetID(), "decide", map[string]any{"approval": "first", "decision": "reject", "by": "ann"})
	refused("", child.GetID(), "answer", map[string]any{"by": "cleo", "form": 7})
	var result []any
	if err := s.get(parent, &result); err != nil || len(result) != 2 || result[0] != "ann" || result[1] != 7.0 {
		t.Errorf("the parent returns %v, %v", result, err)
	}
	refused("already completed", child.GetID(), "answer", map[string]any{"by": "cleo", "form": 8})
	eventually(t, "nothing waits any more", func() bool { return len(s.waitingFor("group:clerks")) == 0 })
	replay(t, s.history(parent))
	replay(t, s.history(child))
}
