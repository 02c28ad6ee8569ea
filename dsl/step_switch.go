package dsl

import (
	"fmt"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
	"github.com/partitur/partitur/dsl/types"
)

// Switch runs the first case whose condition holds.
type Switch struct{ Cases []*Case }

// A Case is one branch of a switch; without a condition it is the last.
type Case struct {
	When   *expr.Expr
	Do     []*Step
	IsElse bool

	at source.Span // of its first key
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
			f.Diags().Error("misplaced-else", c.at, "branches after `else` are never taken").
				WithHint("move it to the end of the switch")
		}
	}
}

// Fields declares the keys of a case.
func (c *Case) Fields(f *fields.Set) {
	f.Condition(&c.When, "when", "the condition")
	bindSteps(f, &c.Do, "do", "steps for the case that it holds")
	var otherwise []*Step
	c.at = f.Span().Sub(0, 1)
	bindSteps(f, &otherwise, "else", "steps for the case that no condition held")
	if f.Diags() == nil {
		return
	}
	if f.Has("else") {
		c.IsElse, c.Do, c.at = true, otherwise, f.KeySpan("else")
		for _, key := range []string{"when", "do"} {
			if f.Has(key) {
				f.Diags().Error("two-keys", f.KeySpan("else"), "`else` stands alone in its branch").
					WithHint("make two branches of it: {when: …, do: …} and {else: …}")
				return
			}
		}
		return
	}
	if known := countMissing(f, "when", "do"); len(f.Entries()) > 2-known { // a mistyped key is reported as such
		return
	}
	for _, key := range []string{"when", "do"} {
		if !f.Has(key) {
			f.Diags().Error("missing-key", f.Span().Sub(0, 1), "a branch needs the key %q", key).
				WithHint("write {when: CONDITION, do: [steps]}, or {else: [steps]} for the last")
			return
		}
	}
}

// foreignCase is what other tools call the keys of a branch.
var foreignCase = map[string]string{
	"if": "when", "case": "when", "condition": "when", "expression": "when", "then": "do", "steps": "do", "default": "else", "otherwise": "else",
}

// ExplainKey reports steps that stand in the branch itself, and what other
// tools call its keys.
func (c *Case) ExplainKey(e syntax.Entry, _ []string, diags *diag.List) (meant string, done bool) {
	return explainEntry("switch", foreignCase, e, diags)
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
	for _, k := range w.Cases {
		c.constant(k.When, "the branch")
	}
	c.branches(s, sc, "the branch may not have been taken")
	return types.NilType
}
