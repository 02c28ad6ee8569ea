package dsl

import (
	"fmt"

	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/types"
)

// Switch runs the first case whose condition holds.
type Switch struct{ Cases []*Case }

// A Case is one branch of a switch; without a condition it is the last.
type Case struct {
	When   *expr.Expr
	Do     []*Step
	IsElse bool
}

// Fields declares the keys of a switch step.
func (w *Switch) Fields(f *fields.Set) {
	f.Objects(func() fields.Declarer {
		c := new(Case)
		w.Cases = append(w.Cases, c)
		return c
	}, "switch", "branches, tried in order: `{when, do}`, the last may be `{else}`", fields.Required)
	for i, c := range w.Cases {
		if c.IsElse && i < len(w.Cases)-1 {
			f.Diags().Error("misplaced-else", f.KeySpan("switch"), "`else` must be the last branch of a switch")
		}
	}
}

// Fields declares the keys of a case.
func (c *Case) Fields(f *fields.Set) {
	f.Condition(&c.When, "when", "the condition")
	bindSteps(f, &c.Do, "do", "steps for the case that it holds")
	var otherwise []*Step
	bindSteps(f, &otherwise, "else", "steps for the case that no condition held")
	if f.Diags() == nil {
		return
	}
	switch {
	case f.Has("else"):
		c.IsElse, c.Do = true, otherwise
		if f.Has("when") || f.Has("do") {
			f.Diags().Error("two-keys", f.KeySpan("else"), "`else` stands alone in its branch")
		}
	case !f.Has("when"):
		f.Diags().Error("missing-key", f.Span(), "a branch needs the key %q", "when")
	case !f.Has("do"):
		f.Diags().Error("missing-key", f.Span(), "a branch needs the key %q", "do")
	}
}

// Blocks returns the branches.
func (w *Switch) Blocks() (blocks []Block) {
	for i, c := range w.Cases {
		name := fmt.Sprintf("case_%d", i+1)
		if c.IsElse {
			name = "else"
		}
		blocks = append(blocks, Block{name, c.Do, true})
	}
	return blocks
}

func (w *Switch) check(c *checker, s *Step, sc scope) *types.Type {
	c.branches(s, sc, "the branch may not have been taken")
	return types.NilType
}
