package lint

import (
	"slices"

	"github.com/partitur/partitur/dsl"
)

// neverWakes finds waits of the main flow for variables that no message changes.
// While the flow waits nothing else of it runs that could, since branches of
// parallel cannot set the state.
func neverWakes(p *pass) {
	set := map[string]bool{}
	for _, s := range p.Signals {
		assigned(s.Do, set)
	}
	for _, u := range p.Updates {
		assigned(u.Do, set)
	}
	dsl.Walk(p.Steps, func(s *dsl.Step) {
		a, ok := s.Body.(*dsl.Await)
		if !ok || s.Timeout != nil {
			return
		}
		var names []string
		for _, ref := range a.Condition.Refs() {
			if ref.Path[0] != "state" || len(ref.Path) < 2 || set[ref.Path[1]] {
				return // it depends on something else, too
			}
			names = append(names, ref.Path[1])
		}
		if len(names) > 0 {
			p.diags.Warn(p.rule, a.Condition.Span, "no message changes %s, so this waits for ever", quoted(names)).
				WithHint("set it in the steps of a signal or an update, or bound the wait with timeout:")
		}
	})
}

// assigned notes the variables that steps set.
func assigned(steps []*dsl.Step, set map[string]bool) {
	dsl.Walk(steps, func(s *dsl.Step) {
		if b, ok := s.Body.(*dsl.Set); ok {
			for _, a := range b.Assignments {
				set[a.Name] = true
			}
		}
	})
}

// quoted names variables, each once.
func quoted(names []string) string {
	slices.Sort(names)
	text := ""
	for i, n := range slices.Compact(names) {
		if i > 0 {
			text += " and "
		}
		text += "state." + n
	}
	return text
}
