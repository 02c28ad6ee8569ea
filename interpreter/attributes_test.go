package interpreter_test

import (
	"strings"
	"testing"

	"go.temporal.io/api/workflowservice/v1"
)

// TestSearchAttributes finds a run by what it set, and what the namespace does
// not have fails the step instead of blocking the run.
func TestSearchAttributes(t *testing.T) {
	s := newSite(t, `
workflow: demo
input: {type: object, properties: {n: {}}}
search_attributes: {Customer: c77}
steps:
  - search_attributes: {Amount: "${ input.n }"}
  - {id: a, search_attributes: {Nowhere: 1}, catch: [{type: [UnknownSearchAttribute], output: "${ error.message }"}]}
  - {id: b, search_attributes: {Amount: "${ [input.n] }"}, if: false}
  - {return: "${ steps.a.output }"}
`)
	s.programs.SetAttributes(map[string]string{"Customer": "Keyword", "Amount": "Int"})
	run := s.start("demo", map[string]any{"n": 12})
	var text string
	if err := s.get(run, &text); err != nil || text != `the namespace had no search attribute "Nowhere" when the run began` {
		t.Fatalf("the result is %q, %v", text, err)
	}
	replay(t, s.history(run))
	found, err := s.client.ListWorkflow(t.Context(), &workflowservice.ListWorkflowExecutionsRequest{
		Query: "Customer = 'c77' AND Amount = 12",
	})
	if err != nil || len(found.GetExecutions()) != 1 || found.GetExecutions()[0].GetExecution().GetRunId() != run.GetRunID() {
		t.Errorf("found %v, %v", found.GetExecutions(), err)
	}
	wrong := s.start("demo", map[string]any{"n": "many"})
	if err := s.get(wrong, nil); err == nil || !strings.Contains(err.Error(), `this must be an integer, because the search attribute Amount is of type Int, and it is "many"`) {
		t.Error("a wrong value is", err)
	}
}
