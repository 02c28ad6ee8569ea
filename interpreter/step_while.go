package interpreter

import (
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
)

// while asks the condition after each round, and again after the pause: what
// ends the loop may have happened meanwhile.
func (r *run) while(ctx workflow.Context, s *dsl.Step, b *dsl.While, sc *scope) (any, error) {
	l := r.startRounds(s, &b.Rounds, sc)
	for {
		round := l.enter()
		if again, err := r.again(ctx, l, b, round); err != nil || !again {
			return nil, err
		}
		if over, err := r.round(ctx, l, round); err != nil || over {
			return nil, err
		}
	}
}

// again tells whether there is another round, and pauses before it.
func (r *run) again(ctx workflow.Context, l *rounds, b *dsl.While, round *scope) (bool, error) {
	if l.inside {
		return true, nil
	}
	if again, err := r.condition(l.step, b.Condition, round); err != nil || !again {
		r.arrive()
		return false, err
	}
	if err := l.bound(", and its condition still holds"); err != nil {
		return false, err
	}
	if err := r.pause(ctx, l); err != nil || b.Every == nil || l.index == 0 {
		return err == nil, err
	}
	return r.condition(l.step, b.Condition, round)
}
