package interpreter

import (
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
)

// repeat asks `until` after each round, which sees the steps of the round.
func (r *run) repeat(ctx workflow.Context, s *dsl.Step, b *dsl.Repeat, sc *scope) (any, error) {
	l := r.startRounds(s, &b.Rounds, sc)
	why := ""
	if b.Until != nil {
		why = ", and `until` does not hold"
	}
	for {
		if err := l.bound(why); err != nil {
			return nil, err
		}
		if err := r.pause(ctx, l); err != nil {
			return nil, err
		}
		round := l.enter()
		if over, err := r.round(ctx, l, round); err != nil || over {
			return nil, err
		}
		if b.Until == nil {
			continue
		}
		if done, err := r.condition(s, b.Until, round); err != nil || done {
			return nil, err
		}
	}
}
