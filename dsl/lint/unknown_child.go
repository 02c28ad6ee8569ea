package lint

import (
	"slices"

	"github.com/partitur/partitur/dsl"
)

// unknownChild finds workflow types that are spelled almost like one of the
// files: no worker answers to them, so the child would wait for ever. Others may
// be workflows of other workers.
func unknownChild(p *pass) {
	var names []string
	for _, d := range p.space.Definitions() {
		names = append(names, d.Name)
	}
	p.WalkAll(func(s *dsl.Step) {
		b, ok := s.Body.(*dsl.Child)
		if !ok || b.Name() == "" || slices.Contains(names, b.Name()) {
			return
		}
		if i := slices.IndexFunc(names, func(name string) bool { return slip(b.Name(), name) }); i >= 0 {
			p.diags.Warn(p.rule, b.Type.Span, "no file here defines a workflow %q", b.Name()).
				WithHint("did you mean %s?", names[i]).WithFix(b.Type.Span, names[i])
		}
	})
}
