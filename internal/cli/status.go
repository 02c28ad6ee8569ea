package cli

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/spf13/pflag"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/converter"

	"github.com/partitur/partitur/internal/cli/live"
	"github.com/partitur/partitur/interpreter"
)

// queryTimeout is how long a worker may take to answer.
const queryTimeout = 10 * time.Second

// statusQueries are what a run answers to, in the order of preference: a
// definition may have a query of its own called status.
var statusQueries = []string{"partitur.status", "status"}

var statusCommand = command{
	use:     "status ID",
	group:   runsGroup,
	summary: "show how far a run has come, step by step",
	help: `
Ask a run how far it has come and show its steps. A worker must answer; without
one, ` + "`partitur describe`" + ` shows what the server knows.`,
	examples: `
  partitur status ORD-1
  partitur status ORD-1 -o json`,
	remote: true,
	setup: func(f *pflag.FlagSet) run {
		ref := runFlag(f)
		return func(c *call) error {
			server, err := c.dial()
			if err != nil {
				return err
			}
			answer, err := c.askStatus(server, ref(c))
			if err != nil {
				return err
			}
			if c.format == asJSON {
				return writeJSON(c.Stdout, answer)
			}
			return c.writeStatus(answer)
		}
	},
}

// askStatus asks a run how it is. A blocked one would keep the question until
// it is too late, so it is not asked.
func (c *call) askStatus(server *remote, ref runRef) (json.RawMessage, error) {
	d, err := c.describe(server, ref)
	if err != nil {
		return nil, err
	}
	if d.Block != nil {
		return nil, d.explainBlock()
	}
	return c.query(server, ref, statusQueries)
}

// query asks a run, by the first of the names that it knows.
func (c *call) query(server *remote, ref runRef, names []string) (json.RawMessage, error) {
	ctx, cancel := context.WithTimeout(c.ctx, queryTimeout)
	defer cancel()
	var err error
	for _, name := range names {
		var answer converter.EncodedValue
		var raw converter.RawValue
		answer, err = server.QueryWorkflow(ctx, ref.workflowID, ref.runID, name)
		if err == nil {
			if err = answer.Get(&raw); err == nil {
				return jsonOf(raw.Payload()), nil
			}
		}
		var unknown *serviceerror.QueryFailed
		if !errors.As(err, &unknown) {
			break
		}
	}
	return nil, c.explainQuery(err, server, ref)
}

// explainQuery says why a run did not answer.
func (c *call) explainQuery(err error, server *remote, ref runRef) error {
	var (
		failed   *serviceerror.QueryFailed
		notReady *serviceerror.WorkflowNotReady
		noWorker *serviceerror.FailedPrecondition
	)
	if c.Context.Err() != nil {
		return err
	}
	switch {
	case errors.As(err, &failed):
		return problemf(exitFailed, "the run does not tell its status: %s", failed.Message)
	case errors.As(err, &notReady):
		return problemf(exitNoAnswer, "run %q is blocked and cannot answer", ref.workflowID).hint("see `partitur describe %s`", ref.workflowID)
	case errors.As(err, &noWorker), isLate(err):
		return problemf(exitNoAnswer, "no worker answers for run %q", ref.workflowID).
			hint("start one, or see `partitur describe %s`", ref.workflowID)
	}
	return ref.missing(err, server)
}

func (d *description) explainBlock() error {
	return problemf(exitNoAnswer, "run %q is blocked and cannot answer: %s", d.WorkflowID, d.Block.Message).
		hint("once the cause is gone, `partitur unblock %s` lets it go on", d.WorkflowID)
}

// A runStatus is the part of the answer that is shown.
type runStatus struct {
	Workflow      string                     `json:"workflow"`
	Steps         []interpreter.StepStatus   `json:"steps"`
	Compensations []compensationView         `json:"compensations"`
	Messages      *interpreter.MessageStatus `json:"messages"`
}

func (c *call) writeStatus(answer json.RawMessage) error {
	var s runStatus
	if err := json.Unmarshal(answer, &s); err != nil || s.Workflow == "" || s.Steps == nil {
		return writeIndented(c.Stdout, answer)
	}
	columns := 120
	if c.Terminal.Stdout {
		columns, _ = c.Terminal.Size()
	}
	err := live.Write(c.Stdout, live.Snapshot{Title: s.Workflow, Steps: s.views(c.Now())}, columns, live.Options{
		Color: c.colors(c.Terminal.Stdout).On, Now: c.Now,
	})
	if err == nil && len(s.Compensations) > 0 {
		c.writeCompensations(s.Compensations)
	}
	if err == nil && s.Messages != nil {
		c.writeMessages(s.Messages)
	}
	return err
}
