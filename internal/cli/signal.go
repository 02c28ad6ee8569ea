package cli

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/pflag"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/converter"
)

var signalCommand = command{
	use:     "signal ID NAME",
	group:   runsGroup,
	summary: "send a signal to a run",
	help: `
Send a signal to a run. The server keeps it until the run reads it: exit code 0
means that it was taken, not that the run has done anything about it.

With --start a run is started first if none with this workflow id is running;
the signal has its turn before the first step.`,
	examples: `
  partitur signal ORD-1 add_document --input '{"url": "https://example.com/a.pdf"}'
  partitur signal ORD-1 approve --set by=alice
  partitur signal cart-7 add_item --set sku=A1 --start shopping-cart --start-input '{"user": 7}'`,
	remote: true,
	setup: func(f *pflag.FlagSet) run {
		ref := runFlag(f)
		in := inputFlags(f, "payload of the signal")
		start := withStartFlags(f)
		return func(c *call) error {
			doc, err := in.read(c.session)
			if err != nil {
				return err
			}
			plan, err := start.plan(c, c.args[0])
			if err != nil {
				return err
			}
			server, err := c.dial()
			if err != nil {
				return err
			}
			if plan != nil {
				return c.signalWithStart(server, plan, doc)
			}
			return c.signal(server, ref(c), doc)
		}
	},
}

func (c *call) signal(server *remote, ref runRef, doc json.RawMessage) error {
	var payload *commonpb.Payloads
	if doc != nil {
		var err error
		if payload, err = converter.GetDefaultDataConverter().ToPayloads(arguments(doc)...); err != nil {
			return err
		}
	}
	_, err := server.WorkflowService().SignalWorkflowExecution(c.ctx, &workflowservice.SignalWorkflowExecutionRequest{
		Namespace:         server.namespace,
		WorkflowExecution: ref.execution(),
		SignalName:        c.args[1],
		Input:             payload,
	})
	if err != nil {
		return ref.missing(err, server)
	}
	return c.done(ref, "the signal is with run %q")
}

func (c *call) signalWithStart(server *remote, plan *startPlan, doc json.RawMessage) error {
	var arg any
	if doc != nil {
		arg = arguments(doc)[0]
	}
	run, err := server.SignalWithStartWorkflow(c.ctx, plan.options.ID, c.args[1], arg, plan.options, plan.kind, plan.args...)
	if err != nil {
		return err
	}
	c.warnOfNoWorker(server, plan.options.TaskQueue)
	s := started{run.GetID(), run.GetRunID(), plan.kind, plan.options.TaskQueue}
	return c.show(s, func(w io.Writer) { fmt.Fprintf(w, "%s %s\n", s.WorkflowID, s.RunID) })
}
