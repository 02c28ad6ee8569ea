package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/pflag"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"

	"github.com/partitur/partitur/interpreter"
)

var updateCommand = command{
	use:     "update ID NAME",
	group:   runsGroup,
	summary: "send an update to a run and print its answer",
	help: `
Send an update to a run and wait for the answer, which is printed as JSON. Exit
code 1 means that the run rejected the update, or that its steps failed. With
--wait accepted the command returns as soon as the run has accepted it.

An update id makes it safe to send an update again: the run works on it once.
With --start a run is started first if none with this workflow id is running. It
stays, even if it rejects the update.`,
	examples: `
  partitur update ORD-1 add_item --input '{"sku": "A1", "quantity": 2}'
  partitur update ORD-1 pay --set amount=12 --update-id payment-7
  partitur update cart-7 add_item --set sku=A1 --start shopping-cart`,
	remote: true,
	setup:  setupUpdate,
}

type updateFlags struct {
	ref   func(*call) runRef
	input *input
	start *withStart
	wait  choice
	id    string
}

func setupUpdate(f *pflag.FlagSet) run {
	o := &updateFlags{ref: runFlag(f), input: inputFlags(f, "argument of the update"), wait: choice{value: "completed", of: []string{"accepted", "completed"}}}
	f.Var(&o.wait, "wait", "`WHAT` to wait for: accepted or completed")
	f.StringVar(&o.id, "update-id", "", "`ID` of the update; one is made up if there is none")
	o.start = withStartFlags(f)
	return o.run
}

// An updated is what update prints.
type updated struct {
	WorkflowID string          `json:"workflow_id"`
	RunID      string          `json:"run_id"`
	UpdateID   string          `json:"update_id"`
	Result     json.RawMessage `json:"result,omitempty"`
}

func (o *updateFlags) run(c *call) error {
	doc, err := o.input.read(c.session)
	if err != nil {
		return err
	}
	plan, err := o.start.plan(c, c.args[0])
	if err != nil {
		return err
	}
	server, err := c.dial()
	if err != nil {
		return err
	}
	u, err := o.send(c, server, plan, doc)
	if err != nil {
		return o.explain(c, err, server)
	}
	switch {
	case c.format != text:
		return writeJSON(c.Stdout, u)
	case o.wait.value == "accepted":
		_, err = fmt.Fprintln(c.Stdout, u.UpdateID)
		return err
	}
	return writeIndented(c.Stdout, u.Result)
}

// How long a worker may take to accept an update, and how long a run is asked
// again that is about to go on as another.
const (
	acceptTimeout = 20 * time.Second
	retryTimeout  = time.Minute
)

// send sends the update until the run takes it: one that is about to go on as
// another refuses it, and the other takes it.
func (o *updateFlags) send(c *call, server *remote, plan *startPlan, doc json.RawMessage) (updated, error) {
	ctx, cancel := context.WithTimeout(c.ctx, retryTimeout)
	defer cancel()
	for pause := 100 * time.Millisecond; ; pause = min(2*pause, 2*time.Second) {
		u, err := o.once(c, server, plan, doc)
		var app *temporal.ApplicationError
		if !errors.As(err, &app) || app.Type() != interpreter.ContinuingAsNew {
			return u, err
		}
		select {
		case <-ctx.Done():
			return u, err
		case <-time.After(pause):
		}
	}
}

// once sends the update, and waits for what the user wants to wait for.
func (o *updateFlags) once(c *call, server *remote, plan *startPlan, doc json.RawMessage) (u updated, err error) {
	h, err := o.submit(c, server, plan, doc)
	if err != nil {
		return u, err
	}
	u = updated{WorkflowID: h.WorkflowID(), RunID: h.RunID(), UpdateID: h.UpdateID()}
	if o.wait.value == "completed" {
		var raw converter.RawValue
		err = h.Get(c.ctx, &raw)
		u.Result = jsonOf(raw.Payload())
		return u, err
	}
	// One that was rejected is complete: its error is there at once.
	ctx, cancel := context.WithTimeout(c.ctx, 10*time.Millisecond)
	defer cancel()
	var app *temporal.ApplicationError
	if err := h.Get(ctx, nil); errors.As(err, &app) && rejected(app) {
		return u, err
	}
	return u, nil
}

// submit sends the update and waits until the run has accepted or rejected it.
func (o *updateFlags) submit(c *call, server *remote, plan *startPlan, doc json.RawMessage) (client.WorkflowUpdateHandle, error) {
	ctx, cancel := context.WithTimeout(c.ctx, acceptTimeout)
	defer cancel()
	ref := o.ref(c)
	u := client.UpdateWorkflowOptions{
		WorkflowID: ref.workflowID, RunID: ref.runID, UpdateID: o.id, UpdateName: c.args[1],
		Args: arguments(doc), WaitForStage: client.WorkflowUpdateStageAccepted,
	}
	if plan == nil {
		return server.UpdateWorkflow(ctx, u)
	}
	return server.UpdateWithStartWorkflow(ctx, client.UpdateWithStartWorkflowOptions{
		StartWorkflowOperation: server.NewWithStartWorkflowOperation(plan.options, plan.kind, plan.args...), UpdateOptions: u,
	})
}

// rejected tells whether an update never began.
func rejected(app *temporal.ApplicationError) bool {
	return slices.Contains([]string{interpreter.Rejected, interpreter.InvalidMessage, interpreter.ContinuingAsNew, ""}, app.Type())
}

// explain says why an update has no answer.
func (o *updateFlags) explain(c *call, err error, server *remote) error {
	var (
		app      *temporal.ApplicationError
		late     *client.WorkflowUpdateServiceTimeoutOrCanceledError
		notFound *serviceerror.NotFound
		ref      = o.ref(c)
	)
	switch {
	case c.Context.Err() != nil:
		return err
	case errors.As(err, &app) && rejected(app):
		p := explainUnknown("update", c.args[1], app.Message())
		if p.message == app.Message() {
			p.message = "the update was rejected: " + p.message
		}
		return p
	case errors.As(err, &app):
		return problemf(exitFailed, "the update failed: %s: %s", app.Type(), app.Message())
	case errors.As(err, &notFound):
		return ref.missing(err, server)
	case errors.As(err, &late), isLate(err):
		return problemf(exitNoAnswer, "no worker has taken the update of run %q", ref.workflowID).
			hint("start one, or see `partitur describe %s`; where no answer is needed, send a signal", ref.workflowID)
	}
	return err
}
