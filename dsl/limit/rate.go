package limit

import (
	"slices"
	"time"
)

// A Window admits a number of attempts in any stretch of time of a length.
type Window struct {
	Limit int           `json:"limit"`
	Per   time.Duration `json:"per"`
}

// exact is how many times of attempts a rate remembers one by one. Beyond them
// those that lie close together are remembered as the latest of them, so that
// the limit still holds and the state stays small.
const exact = 128

// A Rate knows when attempts were or will be made, oldest first.
type Rate struct {
	Times []Moment `json:"times,omitempty"`
}

// A Moment is a time of one or several attempts.
type Moment struct {
	At time.Time `json:"at"`
	N  int       `json:"n"`
	// From is the first of several that count as made at the same time.
	From time.Time `json:"from,omitzero"`
}

// Next is when the next attempt may be made.
func (r *Rate) Next(windows []Window, now time.Time) time.Time {
	at := now
	if n := len(r.Times); n > 0 && r.Times[n-1].At.After(at) {
		at = r.Times[n-1].At // first come, first served
	}
	for _, w := range windows {
		if free := r.free(w); free.After(at) {
			at = free
		}
	}
	return at
}

// free is when a window admits one more, if nothing else is asked for.
func (r *Rate) free(w Window) time.Time {
	sum := 0
	for i := len(r.Times) - 1; i >= 0; i-- {
		if sum += r.Times[i].N; sum >= w.Limit {
			return r.Times[i].At.Add(w.Per)
		}
	}
	return time.Time{}
}

// Take notes the next attempt and returns when it may be made.
func (r *Rate) Take(windows []Window, now time.Time) time.Time {
	at := r.Next(windows, now)
	r.forget(windows, now)
	n := len(r.Times)
	if n == 0 || !r.Times[n-1].takes(at, n, shortest(windows)) {
		r.Times = append(r.Times, Moment{At: at, N: 1})
		return at
	}
	last := &r.Times[n-1]
	if last.From.IsZero() && at.After(last.At) {
		last.From = last.At
	}
	last.At, last.N = at, last.N+1
	return at
}

// takes tells whether an attempt is remembered together with those before it.
func (m Moment) takes(at time.Time, n int, per time.Duration) bool {
	from := m.From
	if from.IsZero() {
		from = m.At
	}
	return at.Equal(m.At) || n >= exact && at.Sub(from) < per/exact
}

// Return takes back an attempt that was noted for a time and not made.
func (r *Rate) Return(at time.Time) {
	for i := len(r.Times) - 1; i >= 0; i-- {
		m := &r.Times[i]
		from := m.From
		if from.IsZero() {
			from = m.At
		}
		if at.Before(from) || at.After(m.At) {
			continue
		}
		if m.N--; m.N == 0 {
			r.Times = slices.Delete(r.Times, i, i+1)
		}
		return
	}
}

// forget drops what lies behind every window.
func (r *Rate) forget(windows []Window, now time.Time) {
	per := Longest(windows)
	for len(r.Times) > 0 && !r.Times[0].At.Add(per).After(now) {
		r.Times = r.Times[1:]
	}
}

// Longest is the length of the longest window.
func Longest(windows []Window) (per time.Duration) {
	for _, w := range windows {
		per = max(per, w.Per)
	}
	return per
}

func shortest(windows []Window) time.Duration {
	per := Longest(windows)
	for _, w := range windows {
		per = min(per, w.Per)
	}
	return per
}
