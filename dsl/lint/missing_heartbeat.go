package lint

import (
	"time"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/value"
)

// longAttempt is how long an attempt may take before its worker should show
// that it is alive.
const longAttempt = 10 * time.Minute

func missingHeartbeat(p *pass) {
	p.WalkAll(func(s *dsl.Step) {
		t := s.Timeout
		if _, ok := s.Body.(*dsl.Activity); !ok || s.Local || t == nil || t.StartToClose <= longAttempt || t.Heartbeat > 0 {
			return
		}
		p.diags.Warn(p.rule, s.VerbSpan(), "an attempt may take %s, and nothing shows before that its worker has died", value.FormatDuration(t.StartToClose)).
			WithHint("add a heartbeat: timeout: {start_to_close: %s, heartbeat: 1m}, and let the activity send it", value.FormatDuration(t.StartToClose))
	})
}
