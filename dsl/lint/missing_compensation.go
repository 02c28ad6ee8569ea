package lint

import (
	"github.com/partitur/partitur/dsl"
)

// missingCompensation finds requests that change something, in a saga that
// undoes other steps, with a step after them that can fail.
func missingCompensation(p *pass) {
	p.WalkAll(func(s *dsl.Step) {
		if g, ok := s.Body.(*dsl.Saga); ok {
			p.uncompensated(g.Do)
		}
	})
}

func (p *pass) uncompensated(steps []*dsl.Step) {
	undoes := false
	for _, s := range steps {
		undoes = undoes || s.Compensate != nil && !s.Compensate.None
	}
	for i, s := range steps {
		if s.Pivot {
			return
		}
		if !undoes || s.Compensate != nil || !mutates(s) || !callsLater(steps[i+1:]) {
			continue
		}
		p.diags.Warn(p.rule, s.VerbSpan(), "this request is not undone when a later step fails, although other steps of the saga are").
			WithHint("add compensate: with the request that undoes it, or compensate: none")
	}
}

// mutates tells whether a step sends a request that changes something.
func mutates(s *dsl.Step) bool {
	a, ok := s.Body.(*dsl.Action)
	if !ok || a.Input == nil {
		return false
	}
	method := a.Input.Get("method")
	if method == nil {
		return false
	}
	switch method.Const {
	case "POST", "PUT", "PATCH", "DELETE":
		return true
	}
	return false
}

func callsLater(steps []*dsl.Step) (calls bool) {
	dsl.Walk(steps, func(s *dsl.Step) { calls = calls || s.IsActivity() })
	return calls
}
