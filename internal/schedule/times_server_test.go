//go:build !noengine

package schedule

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	schedulepb "go.temporal.io/api/schedule/v1"
	"go.temporal.io/server/service/worker/scheduler"

	"github.com/partitur/partitur/dsl/times"
)

var zones = []string{
	"UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Africa/Cairo", "Asia/Kolkata",
	"Antarctica/Troll", "Pacific/Auckland", "Europe/London", "Africa/Casablanca", "America/Sao_Paulo", "Asia/Beirut",
}

// A generator makes specs at random, many with times near those at which the
// clocks jump.
type generator struct{ *rand.Rand }

func (g generator) field(f times.CronField) string {
	a, b := f.Low+g.IntN(f.High-f.Low+1), f.Low+g.IntN(f.High-f.Low+1)
	if f.Name == "hour" && g.IntN(2) == 0 {
		a = g.IntN(4)
	}
	switch g.IntN(6) {
	case 0:
		return fmt.Sprintf("%d-%d", min(a, b), max(a, b))
	case 1:
		return fmt.Sprintf("%d,%d", a, b)
	case 2:
		return fmt.Sprintf("%d/%d", a, 1+g.IntN(9))
	case 3:
		return fmt.Sprintf("*/%d", 1+g.IntN(20))
	}
	return fmt.Sprint(a)
}

func (g generator) cron() string {
	var words []string
	for _, f := range times.CronFields(5) {
		word := g.field(f)
		if f.Name != "minute" && f.Name != "hour" && g.IntN(3) > 0 {
			word = "*"
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

func (g generator) calendar(t *testing.T, exact bool) times.Calendar {
	t.Helper()
	c, err := times.Cron(g.cron())
	if err != nil {
		t.Fatal(err)
	}
	if !exact {
		c.Second = nil
	}
	if g.IntN(4) == 0 {
		c.Second = []times.Range{{Start: 5, End: 50, Step: 15}}
	}
	if g.IntN(6) == 0 {
		c.Year = []times.Range{{Start: 2026, End: 2030, Step: 2}}
	}
	return c.Filled(exact)
}

func (g generator) spec(t *testing.T) (s times.Spec, zone string) {
	zone = zones[g.IntN(len(zones))]
	location, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	s.Zone = location
	for range g.IntN(3) + 1 {
		s.Calendars = append(s.Calendars, g.calendar(t, true))
	}
	for range g.IntN(2) {
		every := time.Duration(1+g.IntN(100_000)) * time.Second
		s.Intervals = append(s.Intervals, times.Interval{Every: every, Offset: time.Duration(g.Int64N(int64(every))).Truncate(time.Second)})
	}
	for range g.IntN(2) {
		s.Skip = append(s.Skip, g.calendar(t, false))
	}
	if g.IntN(4) == 0 {
		s.Start = time.Date(2026, time.Month(1+g.IntN(12)), 3, 4, 5, 6, 0, time.UTC)
	}
	if g.IntN(4) == 0 {
		s.End = time.Date(2027, time.Month(1+g.IntN(12)), 3, 4, 5, 6, 0, time.UTC)
	}
	return s, zone
}

// TestTimesAreTheServers compares times with those that the server's own code
// computes: for 700 specs, from the turn of the year and around each change of
// the clocks.
func TestTimesAreTheServers(t *testing.T) {
	builder := scheduler.NewSpecBuilder(func() int { return 0 }, func() int { return 0 })
	g := generator{rand.New(rand.NewPCG(2026, 11))}
	compared, byZone := 0, map[string]int{}
	for i := range 700 {
		s, zone := g.spec(t)
		if i%7 == 0 {
			if applied, err := (times.Policy{Shift: true, First: i%2 == 0, Both: i%2 > 0}).Apply(s); err == nil {
				s = applied
			}
		}
		theirs, err := builder.NewCompiledSpec(specOf(s, zone, 0))
		if err != nil {
			t.Fatal(err)
		}
		starts := []time.Time{time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
		for _, j := range times.Jumps(s.Zone, starts[0], starts[0].AddDate(2, 0, 0)) {
			starts = append(starts, j.At.Add(-3*time.Hour), j.At.Add(time.Duration(g.IntN(7200))*time.Second))
		}
		for _, start := range starts {
			n, difference := compare(theirs, s, start)
			if difference != "" {
				t.Fatalf("spec %d in %s from %s: %s\n%+v", i, zone, start, difference, s)
			}
			compared += n
		}
		byZone[zone]++
	}
	if compared < 20_000 || len(byZone) != len(zones) {
		t.Errorf("compared %d times in %v", compared, byZone)
	}
}

// compare compares twelve times.
func compare(theirs *scheduler.CompiledSpec, s times.Spec, at time.Time) (n int, difference string) {
	clock := times.NewClock(s)
	for ; n < 12; n++ {
		want, err := theirs.GetNextTime("", at)
		if err != nil {
			return n, err.Error()
		}
		got := clock.Next(at)
		if !got.Equal(want.Nominal) {
			return n, fmt.Sprintf("after %s got %s instead of %s", at.In(s.Zone), got.In(s.Zone), want.Nominal.In(s.Zone))
		}
		if at = got; at.IsZero() {
			break
		}
	}
	return n, ""
}

// TestCronIsTheServers compares how cron expressions are read. The server takes
// 1-7 and 1/1 for Monday to Saturday, which nobody means: that differs.
func TestCronIsTheServers(t *testing.T) {
	builder := scheduler.NewSpecBuilder(func() int { return 0 }, func() int { return 0 })
	g := generator{rand.New(rand.NewPCG(7, 11))}
	list := []string{"@hourly", "@daily", "@midnight", "@weekly", "@monthly", "@yearly", "@annually", "0 12 * * MON-FRI", "0 8 * * MON",
		"30 0 9 * * * *", "0 9 * * 5-7", "0 9 * * 7", "0 9 1 jan-jun/2 * 2026-2028", "0 9 * * * # comment", "0 9 * * 1-7/2", "0 9 * * su"}
	for range 500 {
		if text := g.cron(); !strings.HasSuffix(text, " 1/1") && !strings.HasSuffix(text, " 1-7") {
			list = append(list, text)
		}
	}
	for _, text := range list {
		theirs, err := builder.NewCompiledSpec(&schedulepb.ScheduleSpec{CronString: []string{text}})
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		c, err := times.Cron(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, difference := compare(theirs, times.Spec{Calendars: []times.Calendar{c}, Zone: time.UTC}, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)); difference != "" {
			t.Errorf("%s: %s", text, difference)
		}
	}
}
