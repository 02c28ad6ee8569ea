package interpreter

import (
	"errors"
	"io"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
)

// A host answers expressions that ask for the time or for randomness, in a way
// that replay repeats.
type host struct {
	ctx     workflow.Context
	program *dsl.Program
	path    string // of the step that is being evaluated: it names the random stream
}

// Now is the time of the workflow, which stands still during a workflow task.
func (h *host) Now() (time.Time, error) { return workflow.Now(h.ctx).UTC(), nil }

// Random is the random stream of the step, seeded by the run. A query that drew
// from it would change what the run does next, so it may not.
func (h *host) Random() (io.Reader, error) {
	if workflow.IsReadOnly(h.ctx) {
		return nil, errors.New("random values cannot be drawn here: they would not be the same on replay")
	}
	return workflow.GetRandomStream(h.ctx, h.path), nil
}

// Patched tells whether the run has a change. A query that asked would record
// the answer, so it may not.
func (h *host) Patched(id string) (bool, error) {
	if workflow.IsReadOnly(h.ctx) {
		return false, errors.New("what a run has cannot be asked here: the answer would not be recorded")
	}
	return patched(h.ctx, h.program, id), nil
}
