package dsl

import (
	"slices"

	"github.com/partitur/partitur/dsl/expr"
)

// analyse notes what the interpreter wants to know of the program as a whole.
func (p *Program) analyse() {
	p.beside, p.roots = map[*Step]bool{}, map[string]bool{}
	reads := map[string]bool{}   // ids of steps that some expression names
	watched := map[string]bool{} // ids of steps of which it reads more than the output
	all := false                 // some expression takes `steps` as a whole
	note := func(e *expr.Expr) (own bool) {
		for _, ref := range e.Refs() {
			p.roots[ref.Path[0]] = true
			switch {
			case ref.Path[0] == "step":
				own = true
			case ref.Path[0] == "steps" && len(ref.Path) > 1:
				reads[ref.Path[1]] = true
				watched[ref.Path[1]] = watched[ref.Path[1]] || len(ref.Path) == 2 || ref.Path[2] != "output"
			case ref.Path[0] == "steps":
				all = true
			}
		}
		return own
	}
	for _, slot := range p.slots {
		slot.Visit(func(e *expr.Expr) { note(e) })
	}
	p.WalkAll(func(s *Step) {
		s.Exprs(func(e *expr.Expr) { s.NamesItself = note(e) || s.NamesItself })
	})
	for _, s := range p.Signals {
		s.Instant = instant(s.Do)
	}
	p.WalkAll(func(s *Step) {
		p.byPath[s.Path] = s
		if s.ID != "" {
			p.IDs = append(p.IDs, s.ID)
		}
		p.undoes = p.undoes || s.Compensate != nil && s.Compensate.Steps != nil
		s.Projected = projected(s)
		switch b := s.Body.(type) {
		case *ForEach:
			if s.ID != "" {
				p.Loops = append(p.Loops, s.ID)
			}
			b.Keep = b.Keep || all || reads[s.ID]
			b.Watched = all || watched[s.ID]
			b.Apart = p.apart(s, b)
			if inner, ok := b.Do[len(b.Do)-1].Body.(*ForEach); ok && b.Collect == nil {
				inner.Keep = b.Keep // they are the results of this loop
			}
			if b.Concurrent() {
				p.mark(b.Do)
			}
		case *Parallel:
			for _, branch := range b.Branches {
				p.mark(branch.Do)
			}
		case *Approval, *Task:
			p.asks = true
			p.mark(s.Asked().Notify)
		case *Action:
			b.Secrets = secretsOf(b.Input)
		case *Agent:
			p.agents = true
			for _, inner := range b.Blocks() {
				p.mark(inner.Steps)
			}
		}
		if s.Timeout != nil && s.Timeout.Whole != nil {
			for _, block := range s.Body.Blocks() {
				p.mark(block.Steps)
			}
		}
	})
}

// mark notes steps that can be cancelled while the run goes on.
func (p *Program) mark(steps []*Step) {
	Walk(steps, func(s *Step) { p.beside[s] = true })
}

// Exprs visits every expression of the definition.
func (d *Definition) Exprs(visit func(*expr.Expr)) {
	for _, slot := range d.slots {
		slot.Visit(visit)
	}
	d.WalkAll(func(s *Step) { s.Exprs(visit) })
}

// Exprs visits every expression of the step itself, its modifiers included but
// not the steps inside it.
func (s *Step) Exprs(visit func(*expr.Expr)) {
	for _, slot := range s.slots {
		slot.Visit(visit)
	}
	for _, c := range s.Catch {
		for _, slot := range c.slots {
			slot.Visit(visit)
		}
	}
	if s.OnTimeout != nil {
		for _, slot := range s.OnTimeout.slots {
			slot.Visit(visit)
		}
	}
	if a, ok := s.Body.(*Agent); ok {
		for _, g := range a.Guardrails.all() {
			for _, slot := range g.slots {
				slot.Visit(visit)
			}
		}
	}
	if a := s.Asked(); a != nil {
		a.exprs(visit)
	}
}

// projected is what a builtin's `expect` and `output` use of the run: the
// shortest of the paths, since a longer one is a part of what it yields.
func projected(s *Step) [][]string {
	var exprs []*expr.Expr
	if s.Expect != nil {
		exprs = append(exprs, s.Expect)
	}
	if s.Output != nil {
		exprs = append(exprs, s.Output.Exprs()...)
	}
	var reads Reads
	for _, e := range exprs {
		reads.note(e)
	}
	return shortest(slices.DeleteFunc(reads, func(path []string) bool { return path[0] == "result" }))
}

// secretsOf lists the secrets that the fields of an action name.
func secretsOf(v *expr.Value) []string {
	names := map[string][]string{}
	if v == nil {
		return nil
	}
	for _, e := range v.Exprs() {
		for _, ref := range e.Refs() {
			if ref.Path[0] == "secrets" && len(ref.Path) > 1 {
				names[ref.Path[1]] = nil
			}
		}
	}
	return sortedNames(names)
}

func sortedNames(m map[string][]string) []string {
	var names []string
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
