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
		if err := r.between(ctx, l, why); err != nil {
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

// between is what happens before a round.
func (r *run) between(ctx workflow.Context, l *rounds, why string) error {
	if l.inside {
		return nil
	}
	if err := l.bound(why); err != nil {
		return err
	}
	return r.pause(ctx, l)
}
