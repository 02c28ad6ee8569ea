package dsl

import (
	"slices"

	"github.com/partitur/partitur/dsl/types"
)

// repeated is implemented by bodies whose steps may run more than once, so that
// what a later step sets is there when an earlier one runs again.
type repeated interface{ repeats() }

// assigned lists the variables that the step sets, or a step inside it.
func (s *Step) assigned() (names []string) {
	Walk([]*Step{s}, func(s *Step) {
		if a, ok := s.Body.(*Set); ok {
			for _, v := range a.Assignments {
				names = append(names, v.Name)
			}
		}
	})
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

// afterSet is the scope after a step that may have set variables. What a set
// step itself assigns is known not to be nil if its value is not.
func (c *checker) afterSet(s *Step, sc scope) scope {
	sc = c.forgetting(sc, s.assigned())
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
