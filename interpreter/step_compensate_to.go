package interpreter

import (
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
)

// CompensationFailed is the type of the error when `on_error: stop` leaves
// something undone behind.
const CompensationFailed = "CompensationFailed"

// compensateTo runs what was registered since a checkpoint, and forgets it. A
// compensation that fails is in the output; only where `on_error: stop` leaves
// the rest does the step fail.
func (r *run) compensateTo(ctx workflow.Context, b *dsl.CompensateTo, sc *scope) (any, error) {
	entries := sc.since(b.Name)
	r.undoAll(ctx, entries, sc)
	list := reports(entries)
	if sc.how.OnError == "stop" {
		for _, e := range entries {
			if e.err != nil {
				return nil, &Failure{
					Type: CompensationFailed, Message: "what " + name(e.step) + " has done is not undone: " + e.err.Message,
					Cause: e.err.value(), Compensations: list,
				}
			}
		}
	}
	return list, nil
}
