package interpreter

import (
	"strings"

	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
)

// NoAlternative is the type of the error when every alternative is skipped.
const NoAlternative = "NoAlternative"

// fallback tries one alternative after the other. One that fails undoes what it
// has done; the error of the last one tried is that of the step.
func (r *run) fallback(ctx workflow.Context, s *dsl.Step, b *dsl.Fallback, sc *scope) (any, error) {
	last := &Failure{Type: NoAlternative, Message: "the condition of no alternative holds"}
	var undone []any
	for _, alternative := range b.Alternatives {
		if r.here != nil && !r.leads([]*dsl.Step{alternative}) {
			continue
		}
		own := *sc
		own.ownUndo()
		if r.here != nil {
			undone = r.here.Tried.list()
			r.recall(&own)
			r.seek([]*dsl.Step{alternative})
		}
		o := r.alternative(ctx, &turn{step: alternative, scope: &own})
		if e := continuing(o.err); e != nil {
			e.leave(alternative)
			e.frame().Tried = keep(undone)
		}
		f := o.failed()
		if f == nil {
			if err := r.resolve(ctx, &own, o.err); err != nil {
				return nil, err // cancelled, or leaving
			}
			if o.status == "skipped" {
				continue
			}
			sc.chose(s, alternative)
			return own.last, nil
		}
		_ = r.resolve(ctx, &own, f)
		undone, f.Compensations = append(undone, f.Compensations...), nil
		last = f
		if len(b.Types) > 0 && !f.is(b.Types) || ctx.Err() != nil {
			break
		}
	}
	last.Compensations = undone
	return nil, last
}

// alternative runs one alternative and tells how it has ended.
func (r *run) alternative(ctx workflow.Context, t *turn) *outcome {
	if r.enter(ctx, t) {
		t.output, t.err = r.perform(ctx, t.step, t.scope)
	}
	if t.view == nil {
		return &outcome{status: "skipped"}
	}
	return r.finish(ctx, t)
}

// failed is what went wrong with a step that has not succeeded, even if it was
// answered; nil if the step has succeeded, was skipped or cancelled, or leaves.
func (o *outcome) failed() *Failure {
	if f, ok := o.err.(*Failure); ok || o.err != nil {
		return f
	}
	return o.failure
}

// chose makes the name of the alternative readable: its id, or its place.
func (sc *scope) chose(s, alternative *dsl.Step) {
	if s.ID == "" {
		return
	}
	name := alternative.Path[strings.LastIndex(alternative.Path, "/")+1:]
	sc.put(s.ID, map[string]any{"output": nil, "status": "running", "error": nil, "chosen": name})
}
