package lint

import (
	"time"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/value"
)

// longestLocal is how long a local activity may take: it keeps the workflow
// task open, which the server ends after 10 seconds if it is not renewed.
const longestLocal = 10 * time.Second

func longLocal(p *pass) {
	p.WalkAll(func(s *dsl.Step) {
		if t := s.Timeout; s.Local && t != nil && t.StartToClose > longestLocal {
			p.diags.Warn(p.rule, s.VerbSpan(), "a local activity blocks the workflow while it runs, and this one may take %s", value.FormatDuration(t.StartToClose)).
				WithHint("leave out local: true, or set a timeout of at most 10s")
		}
	})
}
