package lint

import (
	"slices"

	"github.com/partitur/partitur/dsl"
)

// endlessQuestion finds approvals and tasks that nothing ends if nobody answers:
// neither a timeout of the step or of a block around it, nor one of each stage,
// nor one of the workflow.
func endlessQuestion(p *pass) {
	if p.Timeouts.Run > 0 || p.Timeouts.Execution > 0 {
		return
	}
	bounded := map[*dsl.Step]bool{}
	p.WalkAll(func(s *dsl.Step) {
		if s.Timeout != nil {
			dsl.Walk([]*dsl.Step{s}, func(inside *dsl.Step) { bounded[inside] = true })
		}
		a := s.Asked()
		if a == nil || bounded[s] || a.Stages != nil && !slices.ContainsFunc(a.Stages, func(g *dsl.Stage) bool { return g.Timeout == nil }) {
			return
		}
		found := p.diags.Warn(p.rule, s.VerbSpan(), "if nobody answers this waits for ever")
		if s.Verb == "task" {
			found.WithHint("add timeout: 3d beside task:, and on_timeout: with what holds then")
		} else {
			found.WithHint("add timeout: 3d and on_timeout: reject beside approval:")
		}
	})
}
