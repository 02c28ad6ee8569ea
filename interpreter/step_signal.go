package interpreter

import (
	"errors"
	"strconv"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/expr"
)

// WorkflowNotFound is the type of error of a message to a workflow that does not
// run.
const WorkflowNotFound = "WorkflowNotFound"

// sendSignal sends a signal, and waits until the other run has it.
func (r *run) sendSignal(ctx workflow.Context, s *dsl.Step, b *dsl.SendSignal, sc *scope) (any, error) {
	id, err := r.identifier(s, b.WorkflowID, sc)
	if err != nil {
		return nil, err
	}
	name, err := r.identifier(s, b.Name, sc)
	if err != nil {
		return nil, err
	}
	payload, err := r.eval(s, b.With, sc)
	if err != nil {
		return nil, err
	}
	raw, err := r.encode(payload)
	if err != nil {
		return nil, err
	}
	return nil, r.request(ctx, s, id, func(ctx workflow.Context) workflow.Future {
		return workflow.SignalExternalWorkflow(ctx, id, "", name, raw)
	})
}

// identifier evaluates an id or a name for the server.
func (r *run) identifier(s *dsl.Step, v *expr.Value, sc *scope) (string, error) {
	text, err := r.text(s, v, sc)
	switch {
	case err != nil:
		return "", err
	case text == "":
		return "", wrongType(v, "a text that is not empty", text)
	case len(text) > maxID:
		return "", wrongType(v, "a text of at most "+strconv.Itoa(maxID)+" bytes", text)
	}
	return text, nil
}

// stepPath is the key of the context value that says which step sends something
// to another workflow.
type stepPath struct{}

// StepPath is the path of the step that starts a child, or sends a signal or a
// request to cancel to another workflow, for interceptors.
func StepPath(ctx workflow.Context) string {
	path, _ := ctx.Value(stepPath{}).(string)
	return path
}

// request sends something to another run and waits for the server to have done
// it. Like activities, only so many can be under way.
func (r *run) request(ctx workflow.Context, s *dsl.Step, id string, send func(workflow.Context) workflow.Future) error {
	if r.requests >= maxPending {
		if err := workflow.Await(ctx, func() bool { return r.requests < maxPending }); err != nil {
			return err
		}
	}
	r.requests++
	err := send(workflow.WithValue(ctx, stepPath{}, s.Path)).Get(ctx, nil)
	r.requests--
	var unknown *temporal.UnknownExternalWorkflowExecutionError
	if errors.As(err, &unknown) && id == r.info.WorkflowExecution.ID {
		return &Failure{Type: WorkflowNotFound, Message: "a run cannot send anything to itself"}
	}
	if errors.As(err, &unknown) {
		return &Failure{Type: WorkflowNotFound, Message: "no workflow with the id " + strconv.Quote(id) + " is running"}
	}
	return err
}
