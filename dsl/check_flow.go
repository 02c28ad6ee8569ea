package dsl

import (
	"slices"

	"github.com/partitur/partitur/dsl/expr"
)

// leaves tells whether a list of steps never goes on after its end.
func leaves(steps []*Step) bool {
	return slices.ContainsFunc(steps, (*Step).leaves)
}

// leaves tells whether nothing runs after the step in its list.
func (s *Step) leaves() bool {
	if s.If != nil || s.OnError != "" {
		return false
	}
	if s.OnTimeout != nil && !s.OnTimeout.Fail && !leaves(s.OnTimeout.Steps) {
		return false
	}
	for _, k := range s.Catch {
		if !leaves(k.Do) {
			return false
		}
	}
	switch b := s.Body.(type) {
	case *Return, *Fail, *Break, *Next, *ContinueAsNew:
		return true
	case *Repeat:
		return b.Until == nil && b.Max == 0 && !s.jumpedTo(b.Do)
	case *If:
		return b.Else != nil && leaves(b.Then) && leaves(b.Else)
	case *Patch:
		return b.Else != nil && leaves(b.Then) && leaves(b.Else)
	case *Switch:
		return len(b.Cases) > 0 && b.Cases[len(b.Cases)-1].IsElse && !slices.ContainsFunc(b.Cases, func(k *Case) bool { return !leaves(k.Do) })
	case *Try:
		return leaves(b.Do)
	case *Saga:
		return leaves(b.Do)
	case *Lock:
		return leaves(b.Do)
	}
	return false
}

// unreachable reports the first of the steps after one that leaves.
func (c *checker) unreachable(s, next *Step) {
	if c.diags.Within(s.Span) {
		return
	}
	c.diags.Warn("unreachable", next.startSpan(), "this step is never reached").
		WithNote(s.startSpan(), "nothing runs after this one").
		WithHint("remove it, or put a condition on the step that leaves")
}

// othersLeave tells whether block i has run for sure when the flow goes on
// after the step, because the others leave.
func othersLeave(s *Step, blocks []Block, i int) bool {
	switch b := s.Body.(type) {
	case *If:
		if b.Else == nil {
			return false
		}
	case *Patch:
		if b.Else == nil {
			return false
		}
	case *Switch:
		if !b.Cases[len(b.Cases)-1].IsElse {
			return false
		}
	}
	for j, other := range blocks {
		if j != i && !leaves(other.Steps) {
			return false
		}
	}
	return true
}

// holdsIn lists the paths that are not nil in block i of a step, by the
// condition of the block and those before it.
func holdsIn(s *Step, i int) (paths [][]string) {
	add := func(e *expr.Expr, outcome bool) {
		if e != nil {
			paths = append(paths, e.NotNilWhen(outcome)...)
		}
	}
	switch b := s.Body.(type) {
	case *If:
		add(b.Condition, i == 0)
	case *Switch:
		for _, k := range b.Cases[:i] {
			add(k.When, false)
		}
		add(b.Cases[i].When, true)
	}
	return paths
}

// guard checks the `if` of a step of another kind, and returns the scope in
// which the step runs.
func (c *checker) guard(s *Step, sc scope) scope {
	if s.If == nil {
		return sc
	}
	for _, slot := range s.slots {
		if slot.Expr == s.If {
			c.check(slot, sc)
		}
	}
	c.constant(s.If, "the step")
	return sc.narrow(s.If.NotNilWhen(true))
}

// afterwards is the scope after a step, with what is known because the flow has
// not left at the step.
func (c *checker) afterwards(s *Step, sc scope) scope {
	if s.If != nil {
		if whole := *s; (&whole).withoutGuard().leaves() {
			return sc.narrow(s.If.NotNilWhen(false))
		}
		return sc
	}
	switch b := s.Body.(type) {
	case *If:
		if b.Condition == nil || len(s.Catch) > 0 || s.OnError != "" {
			return sc
		}
		if leaves(b.Then) {
			return sc.narrow(b.Condition.NotNilWhen(false))
		}
		if leaves(b.Else) {
			return sc.narrow(b.Condition.NotNilWhen(true))
		}
	case *Await:
		if b.Condition != nil && len(s.Catch) == 0 && s.OnError == "" && (s.OnTimeout == nil || s.OnTimeout.Fail) {
			return sc.narrow(b.Condition.NotNilWhen(true))
		}
	case *Switch:
		if len(s.Catch) > 0 || s.OnError != "" {
			return sc
		}
		for _, k := range b.Cases {
			if k.When == nil || !leaves(k.Do) {
				break
			}
			sc = sc.narrow(k.When.NotNilWhen(false))
		}
	}
	return sc
}

// withoutGuard returns the step as if it had no condition.
func (s *Step) withoutGuard() *Step {
	s.If = nil
	return s
}
