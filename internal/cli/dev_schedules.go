package cli

import (
	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/internal/schedule"
)

// devNote is the note of schedules that dev has paused.
const devNote = "paused by partitur dev"

// devSchedules makes the schedules on the server of dev those of the files. They
// are paused, so that nothing starts by itself on the machine of a developer.
func (c *call) devSchedules(to *remote, space *dsl.Workspace) {
	wanted, err := schedule.Want(space, defaultTaskQueue)
	if err != nil {
		c.note("schedules: %s", err)
		return
	}
	for _, w := range wanted {
		w.Pause(devNote)
	}
	owner := "dev"
	if space.Project != nil {
		owner = space.Project.Name
	}
	server := to.schedules()
	p, err := server.Plan(c.ctx, schedule.Intent{Project: owner, Wanted: wanted, Uses: attributesOf(space), Prune: true, Now: c.Now()})
	if err != nil {
		c.note("schedules: %s", err)
		return
	}
	results, err := server.Apply(c.ctx, p, func(r schedule.Result) {
		if r.Failed() {
			c.note("schedule %q was not %s: %s", r.ID, signs[r.Action].done, r.Error)
		}
	})
	if err != nil {
		c.note("schedules: %s", err)
		return
	}
	if len(results) > 0 && len(wanted) > 0 {
		c.note("%s to schedules; new ones are paused until `partitur schedule unpause ID`", count(len(results), "change"))
	}
}
