package dsl

import (
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/types"
)

// If branches on a condition.
type If struct {
	Condition  *expr.Expr
	Then, Else []*Step
}

// Fields declares the keys of an if step.
func (i *If) Fields(f *fields.Set) {
	f.Condition(&i.Condition, "if", "the condition", fields.Required)
	bindSteps(f, &i.Then, "then", "steps for the case that it holds", fields.Required)
	bindSteps(f, &i.Else, "else", "steps for the case that it does not")
}

// Blocks returns both branches.
func (i *If) Blocks() []Block {
	return []Block{{"then", i.Then, true}, {"else", i.Else, true}}
}

func (i *If) check(c *checker, s *Step, sc scope) *types.Type {
	c.constant(i.Condition, "the first branch")
	c.branches(s, sc, "the branch may not have been taken")
	return types.NilType
}
