package lint

import (
	"time"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/times"
)

// A timetable is one rule on one schedule.
type timetable struct {
	*dsl.Schedule
	rule  string
	runs  *dsl.Definition // nil if the files do not have it
	diags *diag.List
}

// bound is how long a run may take by the timeouts of the schedule, else by
// those of the workflow; 0 is no bound.
func (t *timetable) bound() time.Duration {
	run, execution := t.Timeouts.Run, t.Timeouts.Execution
	if t.runs != nil && run == 0 && execution == 0 {
		run, execution = t.runs.Timeouts.Run, t.runs.Timeouts.Execution
	}
	if run == 0 || execution > 0 && execution < run {
		return execution
	}
	return run
}

// gapsLooked is how many times of a schedule are looked at for the shortest gap
// between two of them.
const gapsLooked = 400

// gap is the shortest time between two starts; 0 if there are no two.
func (t *timetable) gap() (least time.Duration) {
	_, applied, err := t.Times()
	if err != nil {
		return 0
	}
	clock := times.NewClock(applied)
	last := clock.Next(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))
	for range gapsLooked {
		next := clock.Next(last)
		if next.IsZero() {
			break
		}
		if d := next.Sub(last); least == 0 || d < least {
			least = d
		}
		last = next
	}
	return least
}
