package dsl

import (
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/types"
)

// Saga groups steps that are undone together when one of them fails.
type Saga struct {
	Do           []*Step
	Compensation *Compensation
}

// Fields declares the keys of a saga step.
func (g *Saga) Fields(f *fields.Set) {
	bindSteps(f, &g.Do, "saga", "the steps", fields.Required)
	bindCompensation(f, &g.Compensation)
}

// Blocks returns the steps, and those for compensations that failed.
func (g *Saga) Blocks() []Block {
	blocks := []Block{{"", g.Do, true}}
	if g.Compensation != nil && g.Compensation.DeadLetter != nil {
		blocks = append(blocks, Block{"dead_letter", g.Compensation.DeadLetter, false})
	}
	return blocks
}

func (g *Saga) check(c *checker, s *Step, sc scope) *types.Type {
	if g.Compensation != nil {
		sc.compensation = g.Compensation
	}
	sc.saga = true
	sc.cleanup = ""
	c.branches(s, sc, "")
	c.deadLetter(g.Compensation, sc)
	return types.NilType
}
