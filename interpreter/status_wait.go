package interpreter

import (
	"strings"
	"time"

	"github.com/partitur/partitur/dsl"
)

// waits is what a step that waits is waiting for, as the author wrote it.
func waits(s *dsl.Step) string {
	switch b := s.Body.(type) {
	case *dsl.Await:
		return b.Condition.Text
	case *dsl.Receive:
		text := "signal " + strings.Join(b.Names, " or ")
		if b.Where != nil {
			text += " where " + b.Where.Text
		}
		return text
	case *dsl.Lock:
		return "the lock"
	}
	return ""
}

// lasts notes until when a step lasts at the most: the end of its timeout, or of
// the pause that it is, whichever is first.
func (r *run) lasts(s *dsl.Step, until time.Time) {
	if v := r.views[s.Path]; v != nil && (v.until.IsZero() || until.Before(v.until)) {
		v.until = until
	}
}

// pauses notes the end of a sleep; that of the pause between two rounds of a loop
// is not the end of the loop.
func (r *run) pauses(s *dsl.Step, until time.Time) {
	switch s.Body.(type) {
	case *dsl.Sleep, *dsl.SleepUntil:
		r.lasts(s, until)
	}
}
