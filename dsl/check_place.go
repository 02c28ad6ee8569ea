package dsl

import "fmt"

// A place is where a step stands: in which blocks of which steps, outermost
// first.
type place struct {
	step *Step
	in   []enclosure
}

// An enclosure is a block that holds a step; of is nil for those of the document.
type enclosure struct {
	of    *Step
	block string
	index int
}

// place finds a step by its id, or returns nil.
func (c *checker) place(id string) *place {
	for i, b := range c.def.lists() {
		if p := find(b.Steps, id, []enclosure{{nil, b.Name, i}}); p != nil {
			return p
		}
	}
	return nil
}

func find(steps []*Step, id string, in []enclosure) *place {
	in = in[:len(in):len(in)]
	for _, s := range steps {
		if s.ID == id {
			return &place{s, in}
		}
		for i, b := range s.blocks() {
			if p := find(b.Steps, id, append(in, enclosure{s, b.Name, i})); p != nil {
				return p
			}
		}
	}
	return nil
}

// unseenBy says why an expression of a step cannot read the step at the place;
// reader is nil for expressions of the document itself.
func (p *place) unseenBy(reader *Step, d *Definition) (message, hint string) {
	id := p.step.ID
	if reader == p.step {
		return fmt.Sprintf("the step %q has no output yet while it runs", id), "only what comes after it can use its output; in `expect` and `output` write result"
	}
	around := enclosuresOf(reader, d)
	for i, e := range p.in {
		if i < len(around) && around[i] == e {
			continue
		}
		if e.of == nil {
			if e.block == "" {
				continue
			}
			return fmt.Sprintf("the step %q belongs to `%s` and is not seen outside of it", id, e.block), "move the step, or what uses it"
		}
		beside := i < len(around) && around[i].of == e.of
		return p.enclosed(e, beside)
	}
	return fmt.Sprintf("the step %q has not run before this place", id), "move it up, or what uses it down"
}

// enclosed says why a step inside a block is not seen outside of the block, or
// in the block beside it.
func (p *place) enclosed(e enclosure, beside bool) (message, hint string) {
	id := p.step.ID
	switch body := e.of.Body.(type) {
	case *ForEach:
		if e.index == 0 {
			return fmt.Sprintf("the step %q runs once for each element, and is not seen outside of the loop", id),
				fmt.Sprintf("write collect: on the loop, and read its output%s", ofID(e.of))
		}
	case *While, *Repeat:
		if e.index == 0 {
			return fmt.Sprintf("the step %q runs in each round, and is not seen outside of the loop", id),
				"keep what is needed in the state: write set: in the loop"
		}
	case *Parallel:
		if beside && e.index < len(body.Branches) {
			return fmt.Sprintf("the step %q runs in another branch at the same time", id), "put what uses it after the parallel step"
		}
	case *If, *Switch, *Patch:
		if beside && e.block != "catch" && e.block != "finally" && e.block != "on_timeout" && e.block != "compensate" {
			return fmt.Sprintf("the step %q is in another branch, of which only one runs", id), "move the step, or what uses it"
		}
	}
	switch e.block {
	case "catch", "finally", "on_timeout", "compensate", "dead_letter":
		return fmt.Sprintf("the step %q belongs to a `%s` and is not seen outside of it", id, e.block), "move the step, or what uses it"
	}
	return fmt.Sprintf("the step %q has not run before this place", id), "move it up, or what uses it down"
}

func ofID(s *Step) string {
	if s.ID == "" {
		return ""
	}
	return fmt.Sprintf(", steps.%s.output", s.ID)
}

// enclosuresOf finds the blocks that hold a step.
func enclosuresOf(s *Step, d *Definition) []enclosure {
	if s == nil {
		return nil
	}
	var search func(steps []*Step, in []enclosure) []enclosure
	search = func(steps []*Step, in []enclosure) []enclosure {
		in = in[:len(in):len(in)]
		for _, other := range steps {
			if other == s {
				return in
			}
			for i, b := range other.blocks() {
				if found := search(b.Steps, append(in, enclosure{other, b.Name, i})); found != nil {
					return found
				}
			}
		}
		return nil
	}
	for i, b := range d.lists() {
		if found := search(b.Steps, []enclosure{{nil, b.Name, i}}); found != nil {
			return found
		}
	}
	return nil
}
