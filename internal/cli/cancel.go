package cli

import (
	"fmt"
	"io"

	"github.com/google/uuid"
	"github.com/spf13/pflag"
	"go.temporal.io/api/workflowservice/v1"
)

var cancelCommand = command{
	use:     "cancel ID",
	group:   runsGroup,
	summary: "ask a run to stop",
	help: `
Ask a run to stop. It runs its compensations and its cleanup, and ends as
cancelled; that may take its time. --wait waits for it.`,
	examples: `
  partitur cancel ORD-1 --reason 'the customer changed their mind'
  partitur cancel ORD-1 --wait`,
	remote: true,
	setup: func(f *pflag.FlagSet) run {
		ref := runFlag(f)
		reason := f.String("reason", "", "`TEXT` that the history keeps")
		wait := f.Bool("wait", false, "wait until the run has ended")
		return func(c *call) error {
			server, err := c.dial()
			if err != nil {
				return err
			}
			_, err = server.WorkflowService().RequestCancelWorkflowExecution(c.ctx, &workflowservice.RequestCancelWorkflowExecutionRequest{
				Namespace:         server.namespace,
				WorkflowExecution: ref(c).execution(),
				RequestId:         uuid.NewString(),
				Reason:            *reason,
			})
			if err != nil {
				return ref(c).missing(err, server)
			}
			if *wait {
				return c.showCancelled(server, ref(c))
			}
			return c.done(ref(c), "run %q was asked to stop")
		}
	},
}

// showCancelled waits for the end of a run that was asked to stop; for once
// cancelled is what should happen.
func (c *call) showCancelled(server *remote, ref runRef) error {
	o, err := c.await(server, ref)
	if err != nil {
		return err
	}
	if o.Status != "cancelled" {
		c.note("the run did not end cancelled, but %s", o.Status)
	}
	return c.show(o, func(w io.Writer) { fmt.Fprintln(w, o.Status) })
}

// done reports a request that was taken.
func (c *call) done(ref runRef, sentence string) error {
	if c.format == text {
		c.note(sentence, ref.workflowID)
		return nil
	}
	return writeJSON(c.Stdout, map[string]string{"workflow_id": ref.workflowID})
}
