package interpreter_test

import (
	"strings"
	"testing"

	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/internal/registry"
	"github.com/partitur/partitur/interpreter"
)

func TestSmoke(t *testing.T) {
	w, diags := dsl.Load([]*source.File{source.NewFile("demo.yaml", []byte(`
workflow: demo
input: {type: object, properties: {who: {type: string, default: ada}}}
state: {n: 0}
queries: {n: "${ state.n }"}
steps:
  - id: hello
    value: hello ${ input.who }
  - set: {n: "${ state.n + 1 }"}
  - sleep: 24h
  - id: each
    for_each: '[1, 2, 3]'
    concurrency: 2
    do:
      - id: double
        value: ${ item * 2 }
  - parallel:
      left: [{id: l, value: 1}]
      right: [{sleep: 1s}, {id: r, value: 2}]
  - id: bad
    fail: {type: Oops, message: no}
    catch: [{type: [Oops], output: caught}]
output: {hello: "${ steps.hello.output }", n: "${ state.n }", each: "${ steps.each.output }", sum: "${ steps.l.output + steps.r.output }", bad: "${ steps.bad.output }"}
`))}, dsl.NoActions{})
	for _, d := range diags {
		t.Error(d, d.Hint)
	}
	r := &registry.Registry{Actions: dsl.NoActions{}}
	if _, err := r.Set(w.Programs); err != nil {
		t.Fatal(err)
	}
	var s testsuite.WorkflowTestSuite
	env := s.NewTestWorkflowEnvironment()
	env.SetWorkerOptions(interpreter.Options(worker.Options{}))
	(&interpreter.Interpreter{Programs: r}).Register(env)
	env.ExecuteWorkflow("demo", map[string]any{})
	if err := env.GetWorkflowError(); err != nil {
		t.Fatal(err)
	}
	var out string
	var raw any
	env.GetWorkflowResult(&raw)
	t.Log(raw)
	_ = out
	_ = strings.Contains
	q, err := env.QueryWorkflow("status")
	if err != nil {
		t.Fatal(err)
	}
	var st interpreter.Status
	if err := q.Get(&st); err != nil {
		t.Fatal(err)
	}
	for _, x := range st.Steps {
		t.Log(x.Path, x.Status, x.At, x.Done, x.Total)
	}
}
