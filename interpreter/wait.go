package interpreter

import (
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
)

// until waits until something holds, and shows the step as waiting meanwhile. It
// is asked again whenever the run has done something.
func (r *run) until(ctx workflow.Context, s *dsl.Step, sc *scope, holds func() (bool, error)) error {
	r.arrive()
	ok, err := holds()
	if ok || err != nil {
		return err
	}
	r.shows(s, sc, "waiting")
	if e := r.idle(ctx, sc, func() bool { ok, err = holds(); return ok || err != nil }); e != nil {
		return e
	}
	r.shows(s, sc, "running")
	return err
}

// shows changes the status of a step that has not ended.
func (r *run) shows(s *dsl.Step, sc *scope, status string) {
	if v := r.views[s.Path]; v != nil {
		v.status = status
	}
	if before, ok := sc.steps[s.ID].(map[string]any); ok && s.ID != "" {
		record := make(map[string]any, len(before))
		copyMap(record, before)
		record["status"] = status
		sc.put(s.ID, record)
	}
}
