package times

import (
	"slices"
	"time"
)

// A matcher is a calendar made ready for a time zone.
type matcher struct {
	zone                                       *time.Location
	second, minute, hour, day, month, weekdays uint64 // bit n is number n
	years                                      []int  // none is any
}

func newMatcher(c Calendar, zone *time.Location) *matcher {
	return &matcher{
		zone: zone, second: bits(c.Second), minute: bits(c.Minute), hour: bits(c.Hour),
		day: bits(c.Day), month: bits(c.Month), weekdays: bits(c.Weekday), years: Numbers(c.Year),
	}
}

func bits(ranges []Range) (set uint64) {
	for _, n := range Numbers(ranges) {
		set |= 1 << n
	}
	return set
}

func has(set uint64, n int) bool { return set&(1<<n) != 0 }

func (m *matcher) year(y int) bool {
	if len(m.years) == 0 {
		return true
	}
	_, found := slices.BinarySearch(m.years, y)
	return found
}

// fits tells whether a time fits.
func (m *matcher) fits(t time.Time) bool {
	t = t.In(m.zone)
	return has(m.second, t.Second()) && has(m.minute, t.Minute()) && has(m.hour, t.Hour()) && m.date(t.Date()) &&
		has(m.weekdays, int(t.Weekday()))
}

func (m *matcher) date(y int, month time.Month, d int) bool {
	return m.year(y) && has(m.month, int(month)) && has(m.day, d)
}

// A wall is what clocks show while the search goes on. Parts may be one past
// their highest number, which settle carries over.
type wall struct {
	zone         *time.Location
	y            int
	mo           time.Month
	d, h, min, s int
	repeated     time.Duration // added in the second pass through a repeated hour
}

// next is the first time after another that fits, or the zero time. It follows
// the server: a time that the clocks jump over is not there, and one that they
// show twice is there twice. The server takes every repetition for one of an
// hour, and so does this.
func (m *matcher) next(after time.Time) time.Time {
	t := after.In(m.zone)
	w := wall{zone: m.zone}
	w.y, w.mo, w.d = t.Date()
	w.h, w.min, w.s = t.Clock()
	if t.Add(-time.Hour).Hour() == w.h {
		w.repeated = time.Hour
	}
	for w.s++; ; {
		w.settle()
		if w.y > LastYear {
			return time.Time{}
		}
		if !m.seek(&w) {
			continue
		}
		found := w.time()
		if found.Hour() != w.h { // the clocks jump over it
			w.h, w.min, w.s = w.h+1, 0, 0
			continue
		}
		return found.Add(w.repeated)
	}
}

func (w *wall) time() time.Time { return time.Date(w.y, w.mo, w.d, w.h, w.min, w.s, 0, w.zone) }

// settle carries over what is past its highest number.
func (w *wall) settle() {
	if w.s > 59 {
		w.min, w.s = w.min+1, 0
	}
	if w.min > 59 {
		w.nextHour()
	}
	if w.h > 23 {
		w.d, w.h = w.d+1, 0
	}
	if w.d > daysIn(w.y, w.mo) {
		w.mo, w.d = w.mo+1, 1
	}
	if w.mo > time.December {
		w.y, w.mo = w.y+1, time.January
	}
}

// nextHour goes to the next hour, or once more through one that is repeated.
func (w *wall) nextHour() {
	this := time.Date(w.y, w.mo, w.d, w.h, 0, 0, 0, w.zone)
	next := time.Date(w.y, w.mo, w.d, w.h+1, 0, 0, 0, w.zone)
	w.min = 0
	if w.repeated == 0 && next.Sub(this) > time.Hour {
		w.repeated = time.Hour
		return
	}
	w.h, w.repeated = w.h+1, 0
}

// seek moves to the next wall time that fits, and returns false when it ran over
// the end of a part, so that it is to be settled first.
func (m *matcher) seek(w *wall) bool {
	if !m.year(w.y) {
		*w = wall{zone: w.zone, y: w.y + 1, mo: time.January, d: 1}
		return false
	}
	for !has(m.month, int(w.mo)) {
		*w = wall{zone: w.zone, y: w.y, mo: w.mo + 1, d: 1}
		if w.mo > time.December {
			return false
		}
	}
	for !has(m.day, w.d) || !has(m.weekdays, int(w.time().Weekday())) {
		*w = wall{zone: w.zone, y: w.y, mo: w.mo, d: w.d + 1}
		if w.d > daysIn(w.y, w.mo) {
			return false
		}
	}
	for !has(m.hour, w.h) {
		*w = wall{zone: w.zone, y: w.y, mo: w.mo, d: w.d, h: w.h + 1}
		if w.h > 23 {
			return false
		}
	}
	return m.seekInHour(w)
}

func (m *matcher) seekInHour(w *wall) bool {
	for !has(m.minute, w.min) {
		if w.min, w.s = w.min+1, 0; w.min > 59 {
			return false
		}
	}
	for !has(m.second, w.s) {
		if w.s++; w.s > 59 {
			return false
		}
	}
	return true
}

// daysIn is the number of days of a month.
func daysIn(y int, m time.Month) int { return time.Date(y, m+1, 0, 0, 0, 0, 0, time.UTC).Day() }
