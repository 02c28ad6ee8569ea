package lint

import "github.com/partitur/partitur/dsl"

// mostAtOnce is how many activities a run has under way at the same time: the
// server refuses more than 2,000, and some are left for what runs beside a loop.
const mostAtOnce = 1800

func largeConcurrency(p *pass) {
	p.WalkAll(func(s *dsl.Step) {
		if e, ok := s.Body.(*dsl.ForEach); ok && e.Concurrency > mostAtOnce {
			p.diags.Warn(p.rule, s.VerbSpan(), "a run has at most %d activities under way, so no more than that of these %d elements are worked on at once", mostAtOnce, e.Concurrency).
				WithHint("write concurrency: %d or less", mostAtOnce)
		}
	})
}
