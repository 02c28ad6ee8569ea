package cli

import (
	"github.com/spf13/pflag"
	"go.temporal.io/api/common/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/converter"
)

var signalCommand = command{
	use:     "signal ID NAME",
	group:   runsGroup,
	summary: "send a signal to a run",
	help: `
Send a signal to a run. The server keeps it until the run reads it: exit code 0
means that it was taken, not that the run has done anything about it.`,
	examples: `
  partitur signal ORD-1 add_document --input '{"url": "https://example.com/a.pdf"}'
  partitur signal ORD-1 approve --set by=alice`,
	remote: true,
	setup: func(f *pflag.FlagSet) run {
		ref := runFlag(f)
		in := inputFlags(f, "payload of the signal")
		return func(c *call) error {
			doc, err := in.read(c.session)
			if err != nil {
				return err
			}
			server, err := c.dial()
			if err != nil {
				return err
			}
			var payload *common.Payloads
			if doc != nil {
				if payload, err = converter.GetDefaultDataConverter().ToPayloads(arguments(doc)...); err != nil {
					return err
				}
			}
			_, err = server.WorkflowService().SignalWorkflowExecution(c.ctx, &workflowservice.SignalWorkflowExecutionRequest{
				Namespace:         server.namespace,
				WorkflowExecution: ref(c).execution(),
				SignalName:        c.args[1],
				Input:             payload,
			})
			if err != nil {
				return ref(c).missing(err, server)
			}
			return c.done(ref(c), "the signal is with run %q")
		}
	},
}
