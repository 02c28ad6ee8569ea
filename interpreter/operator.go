package interpreter

import (
	"fmt"
	"strings"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
)

// CompensationUpdate is the update by which an operator decides about a
// compensation that is under way, or waits with `on_error: wait`. Its argument
// is a Decision.
const CompensationUpdate = "partitur.compensation"

// DecisionRejected is the type of the error for a decision that is refused.
const DecisionRejected = "Rejected"

// What an operator can decide.
const (
	Retry = "retry" // run it again, at once and with all its attempts
	Skip  = "skip"  // leave it: it has been done by other means, or never will be
)

// A Decision is what an operator decides about one compensation.
type Decision struct {
	Step    string `json:"step"` // the id of the step that is undone, or its path with the items of loops
	Action  string `json:"action"`
	By      string `json:"by"`
	Comment string `json:"comment,omitempty"`
}

// operators lets operators decide about compensations. A run that has none does
// not know the update.
func (r *run) operators(ctx workflow.Context) error {
	if !r.program.Undoes() {
		return nil
	}
	return workflow.SetUpdateHandlerWithOptions(ctx, CompensationUpdate, r.decide, workflow.UpdateHandlerOptions{
		Description: "Retry or skip a compensation that does not succeed",
		Validator:   func(_ workflow.Context, d Decision) error { _, err := r.concerned(d); return err },
	})
}

// decide takes a decision; the coroutine that undoes carries it out.
func (r *run) decide(ctx workflow.Context, d Decision) (map[string]any, error) {
	e, err := r.concerned(d)
	if err != nil {
		return nil, err
	}
	workflow.GetLogger(ctx).Info("an operator decided about a compensation",
		"step", e.step.Path, "action", d.Action, "by", d.By, "comment", d.Comment)
	e.decision, e.by = &d, d.By
	if e.status == "running" {
		e.interrupt()
	}
	return map[string]any{"step": name(e.step), "action": d.Action}, nil
}

// concerned finds the compensation that a decision is about, or says why it is
// refused.
func (r *run) concerned(d Decision) (*entry, error) {
	switch {
	case d.Action != Retry && d.Action != Skip:
		return nil, refuse("the action is retry or skip, not %q", d.Action)
	case d.By == "":
		return nil, refuse("`by` must say who decides")
	}
	var found []*entry
	var others []string
	for _, e := range r.registered {
		at := e.scope.instance(e.step.Path)
		switch {
		case e.bundle != nil, e.status != "waiting" && e.status != "running": // those of a bundle are with its run
		case d.Step == e.step.ID || d.Step == at:
			found = append(found, e)
		default:
			others = append(others, at)
		}
	}
	switch {
	case len(found) > 1:
		return nil, refuse("there are %d compensations of %q; name one: %s", len(found), d.Step, paths(found))
	case len(found) == 1 && found[0].decision != nil:
		return nil, refuse("%s has decided about the compensation of %q already", found[0].by, d.Step)
	case len(found) == 1:
		return found[0], nil
	case len(others) > 0:
		return nil, refuse("no compensation of %q waits or is under way; it can be %s", d.Step, strings.Join(others, ", "))
	}
	return nil, refuse("no compensation waits or is under way")
}

func refuse(format string, args ...any) error {
	return temporal.NewNonRetryableApplicationError(fmt.Sprintf(format, args...), DecisionRejected, nil)
}

func paths(entries []*entry) string {
	list := make([]string, len(entries))
	for i, e := range entries {
		list[i] = e.scope.instance(e.step.Path)
	}
	return strings.Join(list, ", ")
}

// stuck waits until operators have decided about every compensation of a list
// that waits.
func (r *run) stuck(ctx workflow.Context, entries []*entry, how *dsl.Compensation) {
	for {
		waiting := false
		for _, e := range entries {
			waiting = waiting || e.status == "waiting"
		}
		if !waiting {
			return
		}
		_ = workflow.Await(ctx, func() bool { return anyDecided(entries) })
		r.decided(ctx, entries, how)
	}
}

// decided carries out what operators have decided about compensations that wait.
func (r *run) decided(ctx workflow.Context, entries []*entry, how *dsl.Compensation) {
	for _, e := range entries {
		switch {
		case e.status != "waiting" || e.decision == nil:
		case e.decision.Action == Skip:
			e.skip()
		default:
			r.undoOne(ctx, e, how)
		}
	}
}

func anyDecided(entries []*entry) bool {
	for _, e := range entries {
		if e.status == "waiting" && e.decision != nil {
			return true
		}
	}
	return false
}

// skip leaves a compensation undone, as an operator has decided.
func (e *entry) skip() { e.status, e.decision = "skipped", nil }
