package interpreter

import (
	"slices"

	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
)

// receiveSignal takes the oldest message that fits. Nothing waits between finding and
// taking it, so none is lost when the step is cancelled.
func (r *run) receiveSignal(ctx workflow.Context, s *dsl.Step, b *dsl.Receive, sc *scope) (any, error) {
	at := -1
	err := r.until(ctx, s, sc, func() (found bool, err error) {
		at, err = r.find(s, b, sc)
		return at >= 0, err
	})
	if err != nil {
		return nil, err
	}
	got := r.mail.unread[at]
	r.mail.unread = slices.Delete(r.mail.unread, at, at+1)
	if s.ID != "" {
		sc.put(s.ID, map[string]any{"output": nil, "status": "running", "error": nil, "name": got.name})
	}
	return got.value, nil
}

// find is the place of the oldest message that fits, or -1.
func (r *run) find(s *dsl.Step, b *dsl.Receive, sc *scope) (int, error) {
	around, inside := sc.vars["message"] // of the handler that the step stands in
	defer func() {
		delete(sc.vars, "message")
		if inside {
			sc.vars["message"] = around
		}
	}()
	for i, l := range r.mail.unread {
		if !slices.Contains(b.Names, l.name) {
			continue
		}
		if b.Where == nil {
			return i, nil
		}
		sc.vars["message"] = l.value
		if holds, err := r.condition(s, b.Where, sc); holds || err != nil {
			return i, err
		}
	}
	return -1, nil
}
