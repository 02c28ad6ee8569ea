package times

import (
	"slices"
	"time"
)

// A Jump is a change of the clocks.
type Jump struct {
	At            time.Time
	Before, After time.Duration // how far the clocks are ahead of UTC
}

// Forward tells whether the clocks jump over times; otherwise they show some
// twice.
func (j Jump) Forward() bool { return j.After > j.Before }

// By is how far the clocks jump.
func (j Jump) By() time.Duration { return (j.After - j.Before).Abs() }

// Shown gives the wall times between which times are missing or repeated, in
// UTC as if it were the zone.
func (j Jump) Shown() (from, to time.Time) {
	at := j.At.UTC()
	if j.Forward() {
		return at.Add(j.Before), at.Add(j.After)
	}
	return at.Add(j.After), at.Add(j.Before)
}

// Jumps lists the changes of the clocks after one time and up to another.
func Jumps(zone *time.Location, from, to time.Time) (list []Jump) {
	if zone == nil {
		return nil
	}
	for t := from.In(zone); ; {
		_, at := t.ZoneBounds()
		if !at.IsZero() && !at.After(t) { // on the last day of leap years far off, the library is a day late
			t = t.AddDate(0, 0, 1)
			continue
		}
		if at.IsZero() || at.After(to) {
			return list
		}
		before, after := offset(at.Add(-time.Second)), offset(at)
		if before != after {
			list = append(list, Jump{at, before, after})
		}
		t = at
	}
}

func offset(t time.Time) time.Duration {
	_, seconds := t.Zone()
	return time.Duration(seconds) * time.Second
}

// A Hit is a wall time of a calendar at which the clocks jump.
type Hit struct {
	Jump Jump
	Wall time.Time // in UTC as if it were the zone
}

// First is when the clocks show the time for the first time; for one that is
// missing, when they would if they had not jumped.
func (h Hit) First() time.Time { return h.Wall.Add(-h.Jump.Before).UTC() }

// Hits lists the times of a calendar that are missing or repeated at a jump, but
// no more than limit.
func (c Calendar) Hits(j Jump, limit int) []Hit {
	from, to := j.Shown()
	return c.between(j, from, to, limit)
}

// between lists the wall times of a calendar from one to before another.
func (c Calendar) between(j Jump, from, to time.Time, limit int) []Hit {
	walls, _ := NewClock(Spec{Calendars: []Calendar{c}}).Between(from, to.Add(-time.Second), limit)
	hits := make([]Hit, len(walls))
	for i, w := range walls {
		hits[i] = Hit{j, w}
	}
	return hits
}

// Hits lists the times of the calendars of a spec that are missing or repeated
// after one time and up to another, in their order and each once.
func (s Spec) Hits(from, to time.Time, limit int) (list []Hit) {
	if !s.Start.IsZero() && s.Start.After(from) {
		from = s.Start
	}
	if !s.End.IsZero() && s.End.Before(to) {
		to = s.End
	}
	skip := NewClock(Spec{Skip: s.Skip})
	for _, j := range Jumps(s.Zone, from, to) {
		var here []Hit
		for _, c := range s.Calendars {
			for _, h := range c.Hits(j, limit) {
				if !skip.skipped(h.Wall) {
					here = append(here, h)
				}
			}
		}
		slices.SortFunc(here, func(a, b Hit) int { return a.Wall.Compare(b.Wall) })
		list = append(list, slices.CompactFunc(here, func(a, b Hit) bool { return a.Wall.Equal(b.Wall) })...)
		if len(list) >= limit {
			return list[:limit]
		}
	}
	return list
}
