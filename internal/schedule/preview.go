package schedule

import (
	"time"

	"github.com/partitur/partitur/dsl/times"
)

// Next lists the next times of a spec.
func Next(s times.Spec, after time.Time, n int) (list []time.Time) {
	clock := times.NewClock(s)
	for t := clock.Next(after); !t.IsZero() && len(list) < n; t = clock.Next(t) {
		list = append(list, t)
	}
	return list
}

// Preview lists the next times of a schedule, and the wall times among them that
// the clocks jump over or show twice.
func (w *Wanted) Preview(after time.Time, n int) (list []time.Time, hits []times.Hit) {
	list = Next(w.Applied, after, n)
	if len(list) == 0 {
		return nil, nil
	}
	return list, w.Written.Hits(after, list[len(list)-1], n)
}
