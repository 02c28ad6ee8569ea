package interpreter_test

import (
	"fmt"

	"go.temporal.io/sdk/testsuite"

	"github.com/partitur/partitur/interpreter"
)

// decide sends the decision of an operator, and notes the answer.
func (t *trace) decide(env *testsuite.TestWorkflowEnvironment, d interpreter.Decision) {
	line := fmt.Sprintf("%s decides to %s %s", d.By, d.Action, d.Step)
	t.updates++
	env.UpdateWorkflow(interpreter.CompensationUpdate, fmt.Sprint("decision", t.updates), &testsuite.TestUpdateCallback{
		OnAccept:   func() { t.add(env.Now(), line) },
		OnReject:   func(err error) { t.add(env.Now(), line+": rejected, "+err.Error()) },
		OnComplete: func(any, error) {},
	}, d)
}
