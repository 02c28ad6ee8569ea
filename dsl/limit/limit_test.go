package limit

import (
	"math/rand/v2"
	"testing"
	"time"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// TestRateHolds asks at random times, and counts in every window that begins
// with an attempt.
func TestRateHolds(t *testing.T) {
	windows := []Window{{3, time.Second}, {500, 5 * time.Minute}}
	rng := rand.New(rand.NewPCG(1, 2))
	var r Rate
	var made []time.Time
	now := start
	for range 3000 {
		now = now.Add(time.Duration(rng.IntN(400)) * time.Millisecond)
		at := r.Take(windows, now)
		if at.Before(now) || len(made) > 0 && at.Before(made[len(made)-1]) {
			t.Fatalf("asked at %s, admitted at %s after %s", now, at, made[len(made)-1])
		}
		made = append(made, at)
	}
	for _, w := range windows {
		for i := 0; i+w.Limit < len(made); i++ {
			if gap := made[i+w.Limit].Sub(made[i]); gap < w.Per {
				t.Fatalf("%d attempts in %s, and %d are admitted in %s", w.Limit+1, gap, w.Limit, w.Per)
			}
		}
	}
}

func TestRateTakesBack(t *testing.T) {
	windows := []Window{{1, time.Minute}}
	var r Rate
	at := r.Take(windows, start)
	if next := r.Next(windows, start); !next.Equal(start.Add(time.Minute)) {
		t.Fatal("the next is at", next)
	}
	r.Return(at)
	if next := r.Next(windows, start); !next.Equal(start) {
		t.Error("after one is taken back, the next is at", next)
	}
}

func TestBreaker(t *testing.T) {
	s := BreakerSettings{Failures: 2, OpenFor: time.Minute, Probes: 2}
	var b Breaker
	fail := func(now time.Time, o Outcome) {
		t.Helper()
		turn, ok := b.Ask(s, now)
		if !ok {
			t.Fatalf("not let through at %s: %s", now, b.State(now))
		}
		b.Report(s, now, turn, o)
	}
	state := func(now time.Time, want string) {
		t.Helper()
		if got := b.State(now); got != want {
			t.Fatalf("it is %s, not %s", got, want)
		}
	}
	fail(start, Failed)
	fail(start, Neither)
	fail(start, Succeeded)
	fail(start, Failed)
	state(start, "closed")
	fail(start, Failed)
	state(start, "open")
	later := start.Add(time.Minute)
	state(later, "half_open")
	fail(later, Succeeded)
	fail(later, Failed)
	state(later, "open")
	last := later.Add(time.Minute)
	first, _ := b.Ask(s, last)
	second, _ := b.Ask(s, last)
	if _, ok := b.Ask(s, last); ok {
		t.Fatal("a third probe is let through")
	}
	b.Report(s, last, first, Succeeded)
	b.Report(s, last, second, Succeeded)
	state(last, "closed")
	b.Report(s, last, first, Failed)
	fail(last, Failed)
	state(last, "closed")
}
