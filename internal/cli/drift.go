package cli

import (
	"io"

	"github.com/spf13/pflag"

	"github.com/partitur/partitur/internal/schedule"
)

// exitDrift is the exit code of drift alone: programs that keep a server as
// files say use it for that.
const exitDrift = 2

var driftCommand = command{
	use:     "drift",
	group:   filesGroup,
	summary: "tell whether the server still has what the files say",
	help: `
Compare the schedules and search attributes of the project with the server, as
` + "`partitur plan --prune`" + ` does, and say with the exit code what was found: 0 when the
server has what the files say, 2 when it does not. A schedule that somebody
paused is no drift; it is shown.`,
	examples: `
  partitur drift
  partitur drift -o json`,
	remote: true,
	setup: func(*pflag.FlagSet) run {
		return func(c *call) error {
			p, _, err := c.plan(&planning{prune: true})
			if err != nil {
				return err
			}
			if err := c.show(drift{!p.Empty(), p}, func(w io.Writer) { c.writePlan(w, p) }); err != nil || p.Empty() {
				return err
			}
			return &problem{code: exitDrift}
		}
	},
}

// drift is what the command prints for programs.
type drift struct {
	Drift bool `json:"drift"`
	*schedule.Plan
}
