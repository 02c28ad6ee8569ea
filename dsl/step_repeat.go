package dsl

import (
	"slices"

	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/types"
)

// Repeat runs steps until a condition holds.
type Repeat struct {
	Rounds
	Until *expr.Expr // nil if the loop is left from inside
}

// Fields declares the keys of a repeat step.
func (p *Repeat) Fields(f *fields.Set) {
	bindSteps(f, &p.Do, "repeat", "steps of each round; they see its number as `index`, from 0", fields.Required)
	f.Condition(&p.Until, "until", "the condition, asked after each round; it sees the steps of the round, and `index`", fields.Sees(seesBody))
	p.bind(f)
}

func (p *Repeat) check(c *checker, s *Step, sc scope) *types.Type {
	inner := p.enter(s, sc)
	end := p.Rounds.check(c, s, inner)
	end = end.withSteps(p.afterNext(s, end.steps, len(sc.steps)))
	c.slot("until", end)
	c.settled(p.Until, false, idsOf(p.Do))
	if p.Until == nil && p.Max > 0 && !leftFromInside(p.Do) && !c.diags.Within(s.Span) {
		c.diags.Warn("endless-loop", s.verbSpan, "nothing ends this loop but its bound, so it always fails with TooManyIterations").
			WithHint("add until: CONDITION; to run the steps %d times write for_each: 1..%d", p.Max, p.Max)
	}
	return types.NilType
}

// afterNext makes optional what `until` sees of steps that a round left with
// `next` has not come to.
func (p *Repeat) afterNext(s *Step, steps []types.Field, known int) []types.Field {
	i := slices.IndexFunc(p.Do, func(inner *Step) bool { return s.jumpedTo([]*Step{inner}) })
	if i < 0 {
		return steps
	}
	late := idsOf(p.Do[i:])
	out := slices.Clone(steps[:known])
	for _, f := range steps[known:] {
		if slices.Contains(late, f.Name) {
			out = append(out, optional([]types.Field{f}, "the round may have been left with `next`")...)
		} else {
			out = append(out, f)
		}
	}
	return out
}

// leftFromInside tells whether some step may end the loop around it.
func leftFromInside(steps []*Step) (found bool) {
	Walk(steps, func(s *Step) {
		switch s.Body.(type) {
		case *Break, *Next, *Return, *Fail:
			found = true
		}
	})
	return found
}

// idsOf lists the ids of steps and of those inside them.
func idsOf(steps []*Step) (ids []string) {
	Walk(steps, func(s *Step) { ids = append(ids, s.ID) })
	return ids
}
