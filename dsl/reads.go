package dsl

import "github.com/partitur/partitur/dsl/expr"

// Reads is what some expressions read: paths of names, such as steps, a, output.
type Reads [][]string

func (r *Reads) note(e *expr.Expr) {
	for _, ref := range e.Refs() {
		*r = append(*r, ref.Path)
	}
}

// Steps are the ids of steps among what is read; all is set if `steps` is read
// as a whole.
func (r Reads) Steps() (ids map[string]bool, all bool) {
	ids = map[string]bool{}
	for _, path := range r {
		if path[0] == "steps" && len(path) > 1 {
			ids[path[1]] = true
		} else if path[0] == "steps" {
			all = true
		}
	}
	return ids, all
}

// IDsOf are the ids of some steps and of those inside them, in source order.
func IDsOf(steps []*Step) (ids []string) {
	Walk(steps, func(s *Step) {
		if s.ID != "" {
			ids = append(ids, s.ID)
		}
	})
	return ids
}

// Ahead is what may still be read once the flow stands at a step: by the step
// itself and those after it, by the blocks around it, of which the loops begin
// again, and by everything that does not belong to the main flow.
func (p *Program) Ahead(at *Step) (reads Reads) {
	for _, slot := range p.slots {
		slot.Visit(reads.note)
	}
	for _, list := range p.lists() {
		steps := list.Steps
		if i := holder(steps, at); i > 0 {
			steps = steps[i:]
		}
		reads.steps(steps)
	}
	return reads
}

// holder is the position of the step that is, or holds, another; -1 if none does.
func holder(steps []*Step, inner *Step) int {
	for i, s := range steps {
		found := false
		Walk([]*Step{s}, func(other *Step) { found = found || other == inner })
		if found {
			return i
		}
	}
	return -1
}

func (r *Reads) steps(steps []*Step) {
	Walk(steps, func(s *Step) { s.Exprs(r.note) })
}

// UndoReads is what undoing a step may read: the compensation, and what follows
// if it fails for good.
func (p *Program) UndoReads(s *Step) (reads Reads) {
	reads.steps(s.Compensate.Steps)
	if p.Compensation != nil {
		reads.steps(p.Compensation.DeadLetter)
	}
	p.WalkAll(func(s *Step) {
		if saga, ok := s.Body.(*Saga); ok && saga.Compensation != nil {
			reads.steps(saga.Compensation.DeadLetter)
		}
	})
	return reads
}

// Passed are the ids of the steps that the flow has gone by when it stands at a
// step; of a loop around, those of the round at hand.
func (p *Program) Passed(at *Step) (ids []string) {
	for steps := p.Steps; steps != nil; {
		i := holder(steps, at)
		if i < 0 {
			return ids
		}
		ids = append(ids, IDsOf(steps[:i])...)
		inner := steps[i]
		steps = nil
		for _, b := range inner.blocks() {
			if inner != at && holder(b.Steps, at) >= 0 {
				steps = b.Steps
			}
		}
	}
	return ids
}
