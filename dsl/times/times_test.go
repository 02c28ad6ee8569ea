package times

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func cron(t *testing.T, text string) Calendar {
	t.Helper()
	c, err := Cron(text)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// listed writes the times of a spec between two.
func listed(s Spec, from, to string) string {
	a, _ := time.Parse(time.RFC3339, from)
	b, _ := time.Parse(time.RFC3339, to)
	list, _ := NewClock(s).Between(a, b, 100)
	var out []string
	for _, one := range list {
		out = append(out, one.In(s.Zone).Format("0102T15:04-07"))
	}
	return strings.Join(out, " ")
}

// TestPolicy shows the four policies on the days on which the clocks of Berlin
// jump in 2026: 02:30 is missing on 29 March and repeated on 25 October.
func TestPolicy(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	for _, c := range []struct {
		cron           string
		policy         Policy
		spring, autumn string
	}{
		{"30 2 * * *", Policy{}, "", "1025T02:30+01"},                            // the server forgets the first
		{"30 1 * * *", Policy{}, "0329T01:30+01", "1025T01:30+02 1025T02:30+02"}, // and starts this twice
		{"30 1 * * *", Policy{First: true}, "0329T01:30+01", "1025T01:30+02"},
		{"30 2 * * *", Policy{Both: true}, "", "1025T02:30+02 1025T02:30+01"},
		{"30 2 * * *", Policy{Shift: true, Both: true}, "0329T03:30+02", "1025T02:30+02 1025T02:30+01"},
		{"30 2 * * *", Policy{First: true}, "", "1025T02:30+02"},
		{"30 2 * * *", Policy{Shift: true, First: true}, "0329T03:30+02", "1025T02:30+02"},
		{"30 1-3 * * *", Policy{Shift: true, First: true}, "0329T01:30+01 0329T03:30+02", "1025T01:30+02 1025T02:30+02 1025T03:30+01"},
		{"0,59 2 * * sun", Policy{Shift: true, First: true}, "0329T03:00+02 0329T03:59+02", "1025T02:00+02 1025T02:59+02"},
		{"30 2 * * mon", Policy{Shift: true, First: true}, "", ""},
	} {
		s, err := c.policy.Apply(Spec{Calendars: []Calendar{cron(t, c.cron)}, Zone: berlin})
		if err != nil {
			t.Fatal(err)
		}
		if got := listed(s, "2026-03-28T23:00:00Z", "2026-03-29T21:59:59Z"); got != c.spring {
			t.Errorf("%s %+v in spring: %s", c.cron, c.policy, got)
		}
		if got := listed(s, "2026-10-24T22:00:00Z", "2026-10-25T22:59:59Z"); got != c.autumn {
			t.Errorf("%s %+v in autumn: %s", c.cron, c.policy, got)
		}
	}
}

// TestPolicyEverywhere compares policies with what they promise, over a year
// of zones that jump at midnight, by half an hour and by two hours: each wall
// time of the spec is started once, a repeated one as often as is said, and a
// missing one as much later as the clocks jump.
func TestPolicyEverywhere(t *testing.T) {
	for _, name := range []string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Antarctica/Troll", "Africa/Cairo", "Asia/Kolkata"} {
		for _, text := range []string{"15 0-5 * * *", "30,45 1,2 * * 0,6", "0 0 * 3,4,9-11 *"} {
			for _, p := range []Policy{{First: true}, {Both: true}, {Shift: true, First: true}, {Shift: true, Both: true}} {
				z, c := zone(t, name), cron(t, text)
				s, err := p.Apply(Spec{Calendars: []Calendar{c}, Zone: z})
				if err != nil {
					t.Fatal(name, err)
				}
				from, to := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC), time.Date(2027, 1, 1, 12, 0, 0, 0, time.UTC)
				got, _ := NewClock(s).Between(from, to, 1e6)
				if want := promised(p, c, z, from, to); !slices.EqualFunc(got, want, time.Time.Equal) {
					t.Errorf("%s %q %+v: %s", name, text, p, firstDifference(got, want))
				}
			}
		}
	}
}

// promised tries every quarter of an hour.
func promised(p Policy, c Calendar, z *time.Location, from, to time.Time) (list []time.Time) {
	wall := newMatcher(c, time.UTC)
	asWall := func(t time.Time, ahead time.Duration) time.Time { return t.UTC().Add(ahead) }
	for at := from; !at.After(to); at = at.Add(15 * time.Minute) {
		now, before := offset(at.In(z)), offset(at.Add(-2*time.Hour).In(z))
		fits := wall.fits(asWall(at, now))
		if before > now && p.First { // is it the second time?
			for ago := 15 * time.Minute; ago <= 2*time.Hour; ago += 15 * time.Minute {
				if earlier := at.Add(-ago); asWall(earlier, offset(earlier.In(z))).Equal(asWall(at, now)) {
					fits = false
				}
			}
		}
		if before < now && p.Shift { // it may stand for one that is missing
			if missing := asWall(at, before); !asWall(at.Add(-(now-before)), offset(at.Add(-(now-before)).In(z))).Equal(missing) && missingIn(z, missing, at) {
				fits = fits || wall.fits(missing)
			}
		}
		if fits {
			list = append(list, at)
		}
	}
	return list
}

// missingIn tells whether clocks of the zone never show a wall time near an instant.
func missingIn(z *time.Location, wall, near time.Time) bool {
	for at := near.Add(-3 * time.Hour); at.Before(near.Add(3 * time.Hour)); at = at.Add(15 * time.Minute) {
		if at.UTC().Add(offset(at.In(z))).Equal(wall) {
			return false
		}
	}
	return true
}

func firstDifference(got, want []time.Time) string {
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || !got[i].Equal(want[i]) {
			return fmt.Sprint(got[max(0, i-1):min(len(got), i+2)], " instead of ", want[max(0, i-1):min(len(want), i+2)])
		}
	}
	return "equal"
}

func TestPolicyTooLarge(t *testing.T) {
	s := Spec{Calendars: []Calendar{cron(t, "* * * * *")}, Zone: zone(t, "Europe/Berlin")}
	if _, err := (Policy{First: true}).Apply(s); err != ErrTooMany {
		t.Errorf("got %v", err)
	}
}

// TestStrays finds the times that the server adds, and none where a policy is.
func TestStrays(t *testing.T) {
	from, to := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC)
	for zoned, want := range map[string]int{"Europe/Berlin": 1, "America/New_York": 0} {
		s := Spec{Calendars: []Calendar{cron(t, "30 1 * * *")}, Intervals: []Interval{{Every: 24 * time.Hour, Offset: 12 * time.Hour}}, Zone: zone(t, zoned)}
		applied, err := Policy{First: true}.Apply(s)
		if err != nil || len(s.Strays(from, to)) != want || len(applied.Strays(from, to)) != 0 {
			t.Errorf("%s: %v, %v, %v", zoned, s.Strays(from, to), applied.Strays(from, to), err)
		}
	}
}

func TestHits(t *testing.T) {
	s := Spec{Calendars: []Calendar{cron(t, "30 2 * * *"), cron(t, "30 2,4 * * sun")}, Zone: zone(t, "Europe/Berlin")}
	hits := s.Hits(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), 10)
	var got []string
	for _, h := range hits {
		got = append(got, fmt.Sprint(h.Jump.Forward(), " ", h.Wall.Format("01-02 15:04"), " ", h.First().Format("01-02 15:04")))
	}
	if want := "true 03-29 02:30 03-29 01:30, false 10-25 02:30 10-25 00:30"; strings.Join(got, ", ") != want {
		t.Errorf("got %s", strings.Join(got, ", "))
	}
}

func TestHolidays(t *testing.T) {
	for code, want := range map[string]string{
		"de-BY": "01-01 01-06 04-03 04-06 05-01 05-14 05-25 06-04 10-03 11-01 12-25 12-26",
		"US":    "01-01 01-19 02-16 05-25 06-19 07-03 07-04 09-07 10-12 11-11 11-26 12-25",
		"ECB":   "01-01 04-03 04-06 05-01 12-25 12-26",
	} {
		list, ok := Holidays(code)
		if !ok {
			t.Fatalf("%s is not known", code)
		}
		clock := NewClock(Spec{Skip: list})
		var days []string
		for d := time.Date(2026, 1, 1, 9, 30, 5, 0, time.UTC); d.Year() == 2026; d = d.AddDate(0, 0, 1) {
			if clock.skipped(d) {
				days = append(days, d.Format("01-02"))
			}
		}
		if got := strings.Join(days, " "); got != want {
			t.Errorf("%s: %s in %d calendars", code, got, len(list))
		}
	}
	if _, ok := Holidays("XX"); ok {
		t.Error("XX is known")
	}
}

func TestNever(t *testing.T) {
	for _, s := range []Spec{
		{Calendars: []Calendar{cron(t, "0 0 30 2 *")}},
		{Calendars: []Calendar{cron(t, "0 9 * * *")}, Skip: []Calendar{Calendar{Hour: []Range{{9, 9, 1}}}.Filled(false)}},
		{Calendars: []Calendar{cron(t, "0 9 * * * 2020")}, Start: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)},
	} {
		if got := NewClock(s).Next(time.Time{}); !got.IsZero() {
			t.Errorf("%+v starts at %s", s, got)
		}
	}
}
