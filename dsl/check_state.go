package dsl

import (
	"slices"

	"github.com/partitur/partitur/dsl/types"
)

// repeated is implemented by bodies whose steps may run more than once, so that
// what a later step sets is there when an earlier one runs again.
type repeated interface{ repeats() }

// assigned lists the variables that some steps set, or steps inside them.
func assigned(steps []*Step) (names []string) {
	Walk(steps, func(s *Step) {
		if a, ok := s.Body.(*Set); ok {
			for _, v := range a.Assignments {
				names = append(names, v.Name)
			}
		}
	})
	return names
}

// changedBy lists the variables that may have changed when a step has ended:
// those it sets, and those that others set while it waits.
func (c *checker) changedBy(s *Step, sc scope) []string {
	names := assigned([]*Step{s})
	if !waits([]*Step{s}) {
		return names
	}
	for _, block := range c.def.handlers() {
		names = append(names, assigned(block.Steps)...)
	}
	if sc.handler {
		names = append(names, assigned(c.def.Steps)...)
	}
	return names
}

// forgetting returns the scope where nothing more is known of some variables
// than their types: a condition has found them not to be nil before, but since
// then they may have been set.
func (c *checker) forgetting(sc scope, names []string) scope {
	t, ok := sc.names.Lookup("state")
	if !ok || len(names) == 0 {
		return sc
	}
	known := *t
	known.Fields = slices.Clone(t.Fields)
	for i, f := range known.Fields {
		if declared, ok := c.state.read.Field(f.Name); ok && slices.Contains(names, f.Name) {
			known.Fields[i].Type = declared
		}
	}
	return sc.with("state", &known)
}

// after is the scope after a step, which may have set variables. What a set
// step itself assigns is known not to be nil if its value is not.
func (c *checker) after(s *Step, sc scope) scope {
	if _, ok := s.Body.(*Await); ok { // its condition holds when it has ended
		return c.afterwards(s, c.forgetting(sc, c.changedBy(s, sc)))
	}
	sc = c.forgetting(c.afterwards(s, sc), c.changedBy(s, sc))
	a, ok := s.Body.(*Set)
	if !ok || s.If != nil || len(s.Catch) > 0 {
		return sc
	}
	for _, v := range a.Assignments {
		if t := c.slots["set."+v.Name]; t != nil && t.Maybe == "" && t.Kind != types.Nil && t.Kind != types.Any {
			sc = sc.narrow([][]string{{"state", v.Name}})
		}
	}
	return sc
}
