package cli

import "github.com/spf13/pflag"

var terminateCommand = command{
	use:     "terminate ID",
	group:   runsGroup,
	summary: "end a run at once, without compensations",
	help: `
End a run at once. Nothing of it runs any more: no compensation, no cleanup.
Use ` + "`partitur cancel`" + ` unless the run cannot stop by itself.`,
	examples: `
  partitur terminate ORD-1 --reason 'started by mistake'`,
	remote: true,
	setup: func(f *pflag.FlagSet) run {
		ref := runFlag(f)
		reason := f.String("reason", "", "`TEXT` that the history keeps")
		return func(c *call) error {
			server, err := c.dial()
			if err != nil {
				return err
			}
			r := ref(c)
			if err := server.TerminateWorkflow(c.ctx, r.workflowID, r.runID, *reason); err != nil {
				return r.missing(err, server)
			}
			return c.done(r, "run %q was terminated")
		}
	},
}
