package dsl

import (
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/types"
)

// Lock lets one flow at a time run its steps, first come first served.
type Lock struct {
	Key   *expr.Value
	Do    []*Step
	Scope string // run or namespace
}

// Fields declares the keys of a lock step.
func (l *Lock) Fields(f *fields.Set) {
	l.Scope = ScopeRun
	f.Value(&l.Key, "lock", "what is locked: those with an equal value exclude each other", fields.Required)
	bindSteps(f, &l.Do, "do", "the steps that run alone", fields.Required)
	f.Enum(&l.Scope, "scope", "who is excluded: other steps of this `run`, or those of all runs of the `namespace`; `run` if not set", []string{ScopeRun, ScopeNamespace})
}

// Blocks returns the body, whose steps are seen afterwards.
func (l *Lock) Blocks() []Block { return []Block{{"", l.Do, true}} }

func (l *Lock) check(c *checker, s *Step, sc scope) *types.Type {
	c.branches(s, sc, "")
	return types.NilType
}
