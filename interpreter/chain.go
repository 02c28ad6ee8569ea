package interpreter

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
)

// A chain is what a run knows of the runs before it, of which it is one: a run
// ends before its history becomes too long, and another goes on where it stood.
type chain struct {
	programs Programs
	epoch    int      // continue_as_new steps so far
	keyed    string   // of idempotency keys, in a run that retries another; else ""
	cursor   []*frame // where the run before stood, below here
	before   *carried // what this run has taken over; nil if it began with the first step
	past     []any    // reports of compensations that the runs before have run
	here     *frame   // of the step that is being entered again; nil once the run goes on
}

func (i *Interpreter) chain(in *given) chain {
	c := chain{programs: i.Programs}
	if in.before != nil {
		c.epoch, c.keyed = in.before.Epoch, in.before.Base
	}
	return c
}

// due tells whether the run is to be continued here: its history is long, and
// nothing runs beside that would end with it. A cron would end with it, too, and
// so would a cancellation that has come meanwhile: the next run knows nothing of it.
func (r *run) due(ctx workflow.Context, sc *scope) bool {
	return ctx.Err() == nil && sc.alone && r.long() && r.info.CronSchedule == "" && !r.attached() && (!r.mail.busy() && r.notifying == 0 || r.full())
}

// long tells whether the history is as long as it should be. It changes only
// between workflow tasks.
func (r *run) long() bool {
	most := r.program.History.MaxEvents
	return r.info.GetContinueAsNewSuggested() || most > 0 && r.info.GetCurrentHistoryLength() >= most
}

// full tells whether the run has to be continued although steps of messages are
// running: at 80 % of what the server allows.
func (r *run) full() bool {
	return r.info.GetCurrentHistoryLength() >= 40_000 || r.info.GetCurrentHistorySize() >= 40<<20
}

// continuing is the exit of a run that is being continued, or nil.
func continuing(err error) *exit {
	if e, ok := err.(*exit); ok && e.kind == exitContinue {
		return e
	}
	return nil
}

// continued leaves the run at the step in which it is, to go on there in a new one.
func continued(f *frame) *exit { return &exit{kind: exitContinue, open: f} }

// frame is that of the step the exit is leaving.
func (e *exit) frame() *frame {
	if e.open == nil {
		e.open = new(frame)
	}
	return e.open
}

// leave closes the frame of a step.
func (e *exit) leave(s *dsl.Step) {
	f := e.frame()
	f.Step = s.Path
	e.frames = append(e.frames, f)
	e.open = nil
}

// seek begins a list of steps where the run before stood.
func (r *run) seek(steps []*dsl.Step) []*dsl.Step {
	r.here, r.cursor = r.cursor[0], r.cursor[1:]
	for i, s := range steps {
		if s.Path == r.here.Step {
			if r.here.Fresh {
				r.here = nil
			}
			return steps[i:]
		}
	}
	panic("the run stood in the step " + r.here.Step + ", and it is not there")
}

// leads tells whether the run before stood in a list of steps.
func (r *run) leads(steps []*dsl.Step) bool {
	if r.here == nil || len(r.cursor) == 0 {
		return false
	}
	for _, s := range steps {
		if s.Path == r.cursor[0].Step {
			return true
		}
	}
	return false
}

// arrive is the frame of a step at which the run goes on, or the loop that has
// it; nil for a step that begins.
func (r *run) arrive() *frame {
	f := r.here
	r.here = nil
	return f
}

// idle waits until something has happened, and continues the run meanwhile if
// its history has become long.
func (r *run) idle(ctx workflow.Context, sc *scope, over func() bool) error {
	if !sc.alone {
		return workflow.Await(ctx, over)
	}
	err := workflow.Await(ctx, func() bool { return over() || r.due(ctx, sc) })
	if err == nil && !over() && r.due(ctx, sc) {
		return continued(new(frame))
	}
	return err
}

// rest is what is left of a time until a moment.
func rest(ctx workflow.Context, until time.Time) time.Duration {
	return max(until.Sub(workflow.Now(ctx)), 0)
}
