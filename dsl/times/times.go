// Package times computes when a schedule starts runs. It gives the same times as
// the Temporal server, also where the clocks change, so that they can be shown
// and checked before anything is on a server.
package times

import (
	"slices"
	"time"
)

const (
	// FirstYear and LastYear bound the years of a calendar.
	FirstYear, LastYear = 2000, 2100
	// patience is how many skipped times in a row are tried before a spec counts
	// as one that never starts anything.
	patience = 200_000
)

// A Range is every Step-th number from Start to End.
type Range struct{ Start, End, Step int }

// A Calendar fits the times whose parts are all in one of the ranges. An empty
// Year fits any.
type Calendar struct {
	Second, Minute, Hour, Day, Month, Year, Weekday []Range
	Comment                                         string
}

// An Interval fits the times that lie a whole number of Every after the first of
// January 1970, plus Offset.
type Interval struct{ Every, Offset time.Duration }

// A Spec says when runs are started: at the times that fit a calendar or an
// interval, and no calendar of Skip.
type Spec struct {
	Calendars  []Calendar
	Intervals  []Interval
	Skip       []Calendar
	Zone       *time.Location // nil is UTC
	Start, End time.Time      // both included; zero is no bound
}

// Part names one of the parts of a calendar, with the numbers it may hold.
type Part struct {
	Name      string
	Low, High int
	Of        func(*Calendar) *[]Range
}

// Parts lists the parts of a calendar.
func Parts() []Part {
	return []Part{
		{"second", 0, 59, func(c *Calendar) *[]Range { return &c.Second }},
		{"minute", 0, 59, func(c *Calendar) *[]Range { return &c.Minute }},
		{"hour", 0, 23, func(c *Calendar) *[]Range { return &c.Hour }},
		{"day", 1, 31, func(c *Calendar) *[]Range { return &c.Day }},
		{"month", 1, 12, func(c *Calendar) *[]Range { return &c.Month }},
		{"year", FirstYear, LastYear, func(c *Calendar) *[]Range { return &c.Year }},
		{"weekday", 0, 6, func(c *Calendar) *[]Range { return &c.Weekday }},
	}
}

// Filled gives the parts that are not said their meaning: any number, but 0 for
// second, minute and hour when exact is set.
func (c Calendar) Filled(exact bool) Calendar {
	for i, p := range Parts() {
		ranges := p.Of(&c)
		switch {
		case len(*ranges) > 0 || p.Name == "year":
		case exact && i < 3:
			*ranges = []Range{{0, 0, 1}}
		default:
			*ranges = []Range{{p.Low, p.High, 1}}
		}
	}
	return c
}

// Numbers lists the numbers that ranges hold, sorted, each once.
func Numbers(ranges []Range) (list []int) {
	for _, r := range ranges {
		for n := r.Start; n <= max(r.End, r.Start); n += max(r.Step, 1) {
			list = append(list, n)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// Ranges writes numbers with as few ranges as can be. The numbers are sorted.
func Ranges(numbers []int) (ranges []Range) {
	for _, n := range numbers {
		if last := len(ranges) - 1; last >= 0 && ranges[last].End == n-1 {
			ranges[last].End = n
			continue
		}
		ranges = append(ranges, Range{n, n, 1})
	}
	return ranges
}

// A Clock computes the times of a Spec.
type Clock struct {
	spec            Spec
	zone            *time.Location
	calendars, skip []*matcher
}

// NewClock prepares a Spec. Its calendars have all their parts filled.
func NewClock(s Spec) *Clock {
	c := &Clock{spec: s, zone: s.Zone}
	if c.zone == nil {
		c.zone = time.UTC
	}
	for _, one := range s.Calendars {
		c.calendars = append(c.calendars, newMatcher(one, c.zone))
	}
	for _, one := range s.Skip {
		c.skip = append(c.skip, newMatcher(one, c.zone))
	}
	return c
}

// Next is the first time after another, or the zero time if there is none.
func (c *Clock) Next(after time.Time) time.Time {
	if first := c.first(); after.Before(first) {
		after = first
	}
	for range patience {
		t := c.raw(after)
		if t.IsZero() || c.over(t) {
			return time.Time{}
		}
		if !c.skipped(t) {
			return t
		}
		after = t
	}
	return time.Time{}
}

// first is just before the first time that can be.
func (c *Clock) first() time.Time {
	if c.spec.Start.IsZero() {
		return time.Unix(-1, 0)
	}
	return c.spec.Start.Add(-time.Second)
}

func (c *Clock) over(t time.Time) bool {
	return !c.spec.End.IsZero() && t.After(c.spec.End) || t.UTC().Year() > LastYear
}

func (c *Clock) skipped(t time.Time) bool {
	return slices.ContainsFunc(c.skip, func(m *matcher) bool { return m.fits(t) })
}

// raw is the first time after another that fits a calendar or an interval.
func (c *Clock) raw(after time.Time) (first time.Time) {
	earlier := func(t time.Time) {
		if !t.IsZero() && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	for _, m := range c.calendars {
		earlier(m.next(after))
	}
	for _, i := range c.spec.Intervals {
		earlier(i.next(after))
	}
	return first.UTC()
}

// next is the first time of the interval after another, in whole seconds.
func (i Interval) next(after time.Time) time.Time {
	every, offset := max(int64(i.Every/time.Second), 1), max(int64(i.Offset/time.Second), 0)
	n := (after.Unix() - offset) / every
	return time.Unix((n+1)*every+offset, 0)
}

// Between lists the times from one to another, both included, but no more than
// limit; more tells whether there are others.
func (c *Clock) Between(from, to time.Time, limit int) (list []time.Time, more bool) {
	for t := c.Next(from.Add(-time.Nanosecond)); !t.IsZero() && !t.After(to); t = c.Next(t) {
		if len(list) == limit {
			return list, true
		}
		list = append(list, t)
	}
	return list, false
}
