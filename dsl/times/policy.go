package times

import (
	"errors"
	"slices"
	"time"
)

// A Policy says what becomes of times at which the clocks jump. Without one it
// is as the server computes: what is missing is left out, and what is repeated
// is started twice in some zones, once in others, and in some an hour late.
type Policy struct {
	Shift       bool // what is missing is started as much later as the clocks jump
	First, Both bool // how often what is repeated is started; one of the two
}

// ErrTooMany says that a policy would make a spec too large for the server.
var ErrTooMany = errors.New("too many times are missing or repeated")

const (
	// policyFrom and policyTo are the years that a Policy holds in.
	policyFrom, policyTo = 2020, LastYear
	// mostHits bounds the single times that a Policy adds.
	mostHits = 1500
)

// Apply gives a spec whose times follow the policy. All that is added is said
// day by day, since the server knows no such policy.
func (p Policy) Apply(s Spec) (Spec, error) {
	if p == (Policy{}) {
		return s, nil
	}
	jumps := Jumps(s.Zone, time.Date(policyFrom, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(policyTo, 1, 1, 0, 0, 0, 0, time.UTC))
	out := s
	out.Calendars = nil
	total := 0
	for _, c := range s.Calendars {
		var gone, missing []Hit
		var single []time.Time
		for _, j := range jumps {
			if j.Forward() {
				at := c.Hits(j, mostHits)
				gone = append(gone, at...)
				missing = append(missing, at...)
				continue
			}
			at := c.around(j)
			gone = append(gone, at...)
			for _, h := range at {
				single = append(single, p.instants(h)...)
			}
		}
		if total += len(gone); total > mostHits {
			return s, ErrTooMany
		}
		out.Calendars = append(out.Calendars, without(c, gone)...)
		if p.Shift {
			out.Calendars = append(out.Calendars, shifted(c, missing)...)
		}
		for _, t := range single {
			out.addOnce(t)
		}
	}
	return out, nil
}

// around lists the times of a calendar near a jump backwards that the server may
// not compute as they are: those of the hour before as well.
func (c Calendar) around(j Jump) []Hit {
	from, to := j.Shown()
	from, to = from.Truncate(time.Hour).Add(-time.Hour), to.Add(time.Hour-1).Truncate(time.Hour)
	return c.between(j, from, to, mostHits)
}

// instants are the times at which a wall time near a jump backwards is started.
func (p Policy) instants(h Hit) []time.Time {
	from, to := h.Jump.Shown()
	second := h.Wall.Add(-h.Jump.After).UTC()
	switch {
	case h.Wall.Before(from):
		return []time.Time{h.First()}
	case !h.Wall.Before(to):
		return []time.Time{second}
	case p.First:
		return []time.Time{h.First()}
	}
	return []time.Time{h.First(), second}
}

// addOnce adds a single time.
func (s *Spec) addOnce(t time.Time) {
	i := once(t)
	if slices.Contains(s.Intervals, i) { // of another calendar
		return
	}
	s.Intervals = append(s.Intervals, i)
	if again := t.Add(i.Every).In(zoneOf(*s)); again.Year() <= LastYear {
		s.Skip = append(s.Skip, exactly(again, OnceComment))
	}
}

func zoneOf(s Spec) *time.Location {
	if s.Zone == nil {
		return time.UTC
	}
	return s.Zone
}

// OnceComment marks the calendars of Skip that keep single times single.
const OnceComment = "only once"

// once is an interval that fits one time, and then not before as many years have
// passed as have since 1970.
func once(t time.Time) Interval {
	return Interval{Every: time.Duration(t.Unix()-1) * time.Second, Offset: time.Second}
}

// IsOnce tells whether the interval stands for a single time, and for which.
func (i Interval) IsOnce() (time.Time, bool) {
	if i.Offset != time.Second || i.Every < 40*365*24*time.Hour {
		return time.Time{}, false
	}
	return time.Unix(int64(i.Every/time.Second)+1, 0).UTC(), true
}

// exactly fits one wall time.
func exactly(t time.Time, comment string) Calendar {
	one := func(n int) []Range { return []Range{{n, n, 1}} }
	return Calendar{
		Second: one(t.Second()), Minute: one(t.Minute()), Hour: one(t.Hour()),
		Day: one(t.Day()), Month: one(int(t.Month())), Year: one(t.Year()), Weekday: []Range{{0, 6, 1}}, Comment: comment,
	}
}

// shifted fits the wall times that stand for missing ones. Times that differ in
// the year only share a calendar.
func shifted(c Calendar, missing []Hit) (list []Calendar) {
	type spot struct {
		month               time.Month
		day, hour, min, sec int
	}
	at := map[spot]int{}
	for _, h := range missing {
		t := h.Wall.Add(h.Jump.By())
		key := spot{t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second()}
		i, known := at[key]
		if !known {
			i = len(list)
			at[key] = i
			one := exactly(t, c.Comment)
			one.Year = nil
			list = append(list, one)
		}
		list[i].Year = append(list[i].Year, Range{t.Year(), t.Year(), 1})
	}
	for i := range list {
		list[i].Year = Ranges(Numbers(list[i].Year))
	}
	return list
}

// without is a calendar without some wall times, in as many calendars as it
// takes: the months without any, the days of these months without any, the years
// of these days without any, and the rest of the days themselves.
func without(c Calendar, gone []Hit) []Calendar {
	if len(gone) == 0 {
		return []Calendar{c}
	}
	days := map[[2]int]map[int][]Hit{} // by month and day, and year
	months := map[int][]int{}
	for _, h := range gone {
		key := [2]int{int(h.Wall.Month()), h.Wall.Day()}
		if days[key] == nil {
			days[key] = map[int][]Hit{}
			months[key[0]] = append(months[key[0]], key[1])
		}
		days[key][h.Wall.Year()] = append(days[key][h.Wall.Year()], h)
	}
	list := c.split(monthPart, sortedKeys(months))
	for _, month := range sortedKeys(months) {
		here := c.only(monthPart, month)
		slices.Sort(months[month])
		list = append(list, here.split(dayPart, months[month])...)
		for _, day := range months[month] {
			byYear := days[[2]int{month, day}]
			today := here.only(dayPart, day)
			list = append(list, today.split(yearPart, sortedKeys(byYear))...)
			list = append(list, today.rest(byYear)...)
		}
	}
	return list
}

// rest is what is left of a day of several years. Years that lose the same times
// share their calendars.
func (c Calendar) rest(byYear map[int][]Hit) (list []Calendar) {
	years := map[string][]int{}
	var order []string
	for _, y := range sortedKeys(byYear) {
		key := ""
		for _, h := range byYear[y] {
			key += h.Wall.Format("150405 ")
		}
		if years[key] == nil {
			order = append(order, key)
		}
		years[key] = append(years[key], y)
	}
	for _, key := range order {
		same := c
		same.Year = Ranges(years[key])
		list = append(list, same.withoutClock(byYear[years[key][0]])...)
	}
	return list
}

// withoutClock takes times of the day out of a calendar.
func (c Calendar) withoutClock(gone []Hit) (list []Calendar) {
	minutes := map[int]map[int][]int{} // seconds by hour and minute
	for _, h := range gone {
		hour, minute, second := h.Wall.Clock()
		if minutes[hour] == nil {
			minutes[hour] = map[int][]int{}
		}
		minutes[hour][minute] = append(minutes[hour][minute], second)
	}
	list = c.split(hourPart, sortedKeys(minutes))
	for _, hour := range sortedKeys(minutes) {
		inHour := c.only(hourPart, hour)
		list = append(list, inHour.split(minutePart, sortedKeys(minutes[hour]))...)
		for _, minute := range sortedKeys(minutes[hour]) {
			list = append(list, inHour.only(minutePart, minute).split(secondPart, minutes[hour][minute])...)
		}
	}
	return list
}

// The places of the parts in Parts.
const (
	secondPart = iota
	minutePart
	hourPart
	dayPart
	monthPart
	yearPart
)

// split is a calendar without some numbers of a part; none if nothing is left.
func (c Calendar) split(part int, gone []int) []Calendar {
	p := Parts()[part]
	ranges := p.Of(&c)
	numbers := Numbers(*ranges)
	if len(numbers) == 0 {
		numbers = Numbers([]Range{{p.Low, p.High, 1}})
	}
	left := slices.DeleteFunc(numbers, func(n int) bool { return slices.Contains(gone, n) })
	if len(left) == 0 {
		return nil
	}
	*ranges = Ranges(left)
	return []Calendar{c}
}

// only is a calendar with one number of a part.
func (c Calendar) only(part, number int) Calendar {
	*Parts()[part].Of(&c) = []Range{{number, number, 1}}
	return c
}

func sortedKeys[V any](m map[int]V) (keys []int) {
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// Strays lists times that the server starts something at although they do not
// fit the spec, because it computes them wrongly near a jump backwards.
func (s Spec) Strays(from, to time.Time) (list []time.Time) {
	server, calendars := NewClock(s), NewClock(Spec{Skip: s.Calendars, Zone: s.Zone})
	for _, j := range Jumps(s.Zone, from, to) {
		if j.Forward() {
			continue
		}
		near, _ := server.Between(j.At.Add(-4*time.Hour), j.At.Add(4*time.Hour), mostHits)
		for _, t := range near {
			said := slices.ContainsFunc(s.Intervals, func(i Interval) bool { return i.next(t.Add(-time.Second)).Equal(t) })
			if !said && !calendars.skipped(t) {
				list = append(list, t)
			}
		}
	}
	return list
}
