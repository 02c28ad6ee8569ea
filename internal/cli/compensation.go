package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/pflag"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/partitur/partitur/internal/cli/ansi"
	"github.com/partitur/partitur/interpreter"
)

var compensationCommand = command{
	use:     "compensation retry|skip ID STEP",
	group:   runsGroup,
	summary: "retry or skip a compensation that does not succeed",
	help: `
Decide about a compensation of a run that is undoing what it has done. STEP is
the step that is undone: its id, or in a loop its path with the item, as
` + "`partitur status`" + ` shows it.

retry runs the compensation again, at once and with all its attempts, instead of
waiting for the next one. skip leaves it, because it was done by other means or
never will be; the run goes on with the rest.

A compensation that has used up its attempts waits for you if the workflow says
compensation: {on_error: wait}. Without that it is recorded as failed, and the
run goes on.`,
	examples: `
  partitur compensation retry ORD-1 charge
  partitur compensation skip ORD-1 'pack_items[sku-7]/pack' --comment 'put back by hand'`,
	remote: true,
	setup: func(f *pflag.FlagSet) run {
		runID := f.StringP("run-id", "r", "", "`ID` of a certain run; else the newest one counts")
		by := f.String("by", "", "`NAME` of who decides (else USER)")
		comment := f.String("comment", "", "`TEXT` for the worker's log")
		return func(c *call) error {
			d := interpreter.Decision{Action: c.args[0], Step: c.args[2], By: *by, Comment: *comment}
			if !slices.Contains([]string{interpreter.Retry, interpreter.Skip}, d.Action) {
				return usage("%q is not retry or skip", d.Action).hint("write `partitur compensation retry ID STEP`")
			}
			if d.By == "" {
				d.By, _ = c.Env.LookupEnv("USER")
			}
			if d.By == "" {
				return usage("it is not known who decides").hint("add --by NAME")
			}
			return c.decide(runRef{c.args[1], *runID}, d)
		}
	},
}

// decide sends a decision and waits until the run has taken it.
func (c *call) decide(ref runRef, d interpreter.Decision) error {
	server, err := c.dial()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(c.ctx, queryTimeout)
	defer cancel()
	var answer json.RawMessage
	handle, err := server.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID: ref.workflowID, RunID: ref.runID, WaitForStage: client.WorkflowUpdateStageCompleted,
		UpdateName: interpreter.CompensationUpdate, Args: []any{d},
	})
	if err == nil {
		err = handle.Get(ctx, &answer)
	}
	if err != nil {
		return c.explainDecision(err, server, ref)
	}
	return c.done(ref, "run %q has taken the decision")
}

// explainDecision says why a decision was not taken.
func (c *call) explainDecision(err error, server *remote, ref runRef) error {
	var (
		refused  *temporal.ApplicationError
		late     *client.WorkflowUpdateServiceTimeoutOrCanceledError
		notFound *serviceerror.NotFound
	)
	switch {
	case c.Context.Err() != nil:
		return err
	case errors.As(err, &refused) && refused.Type() == interpreter.DecisionRejected:
		return problemf(exitFailed, "%s", refused.Message()).hint("`partitur status %s` shows the compensations", ref.workflowID)
	case errors.As(err, &refused):
		return problemf(exitFailed, "run %q has no compensations: %s", ref.workflowID, refused.Message())
	case errors.As(err, &late), isLate(err):
		return problemf(exitNoAnswer, "no worker answers for run %q", ref.workflowID).
			hint("start one, or see `partitur describe %s`", ref.workflowID)
	case errors.As(err, &notFound):
		return ref.missing(err, server)
	}
	return err
}

// A compensationView is a compensation as a run tells it.
type compensationView struct {
	Step   string `json:"step"`
	Item   string `json:"item"` // the path with the items of loops, where that says more
	Status string `json:"status"`
	At     string `json:"at"`
	By     string `json:"by"`
	Error  *struct {
		Type    string `json:"type"`
		Message string `json:"message"`
	} `json:"error"`
}

// note is what of a compensation is worth a remark.
func (v compensationView) note() string {
	note := ""
	if v.Error != nil {
		note = v.Error.Type
		if v.Error.Message != "" {
			note += ": " + v.Error.Message
		}
	}
	if v.By != "" && note != "" {
		note += ", "
	}
	if v.By != "" {
		note += "decided by " + v.By
	}
	return note
}

// writeCompensations shows how far the undoing of a run has come.
func (c *call) writeCompensations(list []compensationView) {
	colors := map[string]ansi.Color{
		"registered": ansi.Dim, "running": ansi.Cyan, "succeeded": ansi.Green,
		"failed": ansi.Red, "waiting": ansi.Yellow, "skipped": ansi.Yellow,
	}
	rows := make([][]cell, len(list))
	for i, v := range list {
		step := v.Step
		if v.Item != "" {
			step = v.Item
		}
		rows[i] = []cell{{step, ansi.Bold}, {v.Status, colors[v.Status]}, {v.At, ansi.Dim}, {v.note(), ansi.Plain}}
	}
	fmt.Fprintln(c.Stdout)
	c.writeTable(c.Stdout, []string{"COMPENSATION", "STATUS", "AT", "NOTE"}, rows)
}
