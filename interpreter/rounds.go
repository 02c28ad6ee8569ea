package interpreter

import (
	"fmt"
	"strconv"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
)

// breath is after how many rounds that did not wait a loop pauses for a moment,
// so that the workflow task ends and messages arrive.
const breath = 1000

// A rounds is one execution of a while or repeat step. What it needs to go on is
// the number of the round.
type rounds struct {
	step  *dsl.Step
	body  *dsl.Rounds
	scope *scope
	index int // of the round at hand, or the next

	inside bool // the run before stood in the round, which goes on
	moved  bool // a round has ended in this run

	since time.Time // when the rounds last waited, and
	quick int       // how many have not since then
}

// startRounds begins the execution of a loop, or goes on with it where the run
// before stood.
func (r *run) startRounds(s *dsl.Step, body *dsl.Rounds, sc *scope) *rounds {
	l := &rounds{step: s, body: body, scope: sc}
	if r.here != nil {
		l.index, l.inside = *r.here.Round, len(r.cursor) > 0
	}
	r.turned(l)
	return l
}

// turned makes the number of rounds readable.
func (r *run) turned(l *rounds) {
	if v := r.views[l.step.Path]; v != nil {
		v.done = l.index
	}
}

// round runs the steps of one round. It returns what they have left behind, and
// whether the loop is over.
func (r *run) round(ctx workflow.Context, l *rounds, sc *scope) (over bool, err error) {
	if l.inside {
		r.recall(sc)
		l.inside = false
	}
	err = r.steps(ctx, l.body.Do, sc)
	if e := continuing(err); e != nil {
		e.frame().Round = &l.index
		e.remember(sc, l.body.Do)
		return false, err
	}
	l.moved = true
	l.index++
	r.turned(l)
	switch jumpTo(err, l.step) {
	case exitBreak:
		return true, nil
	case exitNext:
		return false, nil
	}
	return false, err
}

// bound fails a loop that would run too often.
func (l *rounds) bound(why string) error {
	if l.body.Max == 0 || l.index < l.body.Max {
		return nil
	}
	often := "once"
	if l.index > 1 {
		often = fmt.Sprintf("%d times", l.index)
	}
	return &Failure{
		Type: TooManyIterations, Message: "the loop has run " + often + why,
		Details: map[string]any{"iterations": l.index},
	}
}

// pause waits between two rounds. The run may be continued there.
func (r *run) pause(ctx workflow.Context, l *rounds) error {
	f := r.arrive()
	if l.index == 0 {
		return nil
	}
	if l.moved && r.due(ctx, l.scope) {
		return continued(&frame{Round: &l.index})
	}
	if l.body.Every == nil {
		return l.breathe(ctx)
	}
	d, err := r.pauseOf(ctx, f, l.step, l.body.Every, l.scope)
	if err != nil {
		return err
	}
	err = r.timer(ctx, l.step, d, l.scope)
	if e := continuing(err); e != nil {
		e.frame().Round = &l.index
	}
	return err
}

// breathe pauses for a moment if many rounds have run in this workflow task.
func (l *rounds) breathe(ctx workflow.Context) error {
	if now := workflow.Now(ctx); !now.Equal(l.since) {
		l.since, l.quick = now, 0
	}
	if l.quick++; l.quick < breath {
		return nil
	}
	return workflow.NewTimerWithOptions(ctx, time.Millisecond, workflow.TimerOptions{Summary: shorten("breath of "+name(l.step), maxSummary)}).Get(ctx, nil)
}

// enter is what a round sees when it begins.
func (l *rounds) enter() *scope {
	sc := l.scope.round(l.step, strconv.Itoa(l.index))
	sc.vars["index"] = l.index
	return sc
}
