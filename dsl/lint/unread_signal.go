package lint

import (
	"slices"

	"github.com/partitur/partitur/dsl"
)

// unreadSignal finds signals that are kept for a `receive` step that is not there.
func unreadSignal(p *pass) {
	var received []string
	p.WalkAll(func(s *dsl.Step) {
		if r, ok := s.Body.(*dsl.Receive); ok {
			received = append(received, r.Names...)
		}
	})
	for _, s := range p.Signals {
		if !s.Handled() && !slices.Contains(received, s.Name) {
			p.diags.Warn(p.rule, s.Span, "nothing reads the signal %q", s.Name).
				WithHint("add do: [steps] to it, or a step with receive: %s", s.Name)
		}
	}
}
