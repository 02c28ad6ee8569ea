package limit

import "time"

// BreakerSettings say when a circuit breaker opens and closes.
type BreakerSettings struct {
	Failures int           `json:"failures"` // in a row that open it
	OpenFor  time.Duration `json:"open_for"`
	Probes   int           `json:"probes"` // that must succeed to close it
}

// A Breaker lets attempts through until several in a row have failed, and then
// none for a time. After that it lets some probes through: when all succeed it
// closes, when one fails it opens again.
type Breaker struct {
	Failed int       `json:"failed,omitempty"` // in a row
	Until  time.Time `json:"until,omitzero"`   // it is open; zero is closed
	Probes int       `json:"probes,omitempty"` // let through since then, and not known to be neither
	Passed int       `json:"passed,omitempty"` // probes that have succeeded
	Turn   int       `json:"turn,omitempty"`   // grows with each opening and closing
}

// An Outcome is how an attempt has ended for a breaker.
type Outcome int

// The outcomes of an attempt.
const (
	Neither   Outcome = iota // an error that does not count, or no end at all
	Succeeded                //
	Failed                   //
)

// Open tells whether an attempt would be refused now.
func (b *Breaker) Open(s BreakerSettings, now time.Time) bool {
	return !b.Until.IsZero() && (now.Before(b.Until) || b.Probes >= s.Probes)
}

// Ask asks for an attempt. One that is let through is to be reported with the
// turn it was given.
func (b *Breaker) Ask(s BreakerSettings, now time.Time) (turn int, ok bool) {
	if b.Open(s, now) {
		return 0, false
	}
	if !b.Until.IsZero() {
		b.Probes++
	}
	return b.Turn, true
}

// Report tells how an attempt has ended. What began before the breaker opened
// or closed last says nothing of what came after.
func (b *Breaker) Report(s BreakerSettings, now time.Time, turn int, o Outcome) {
	if turn != b.Turn {
		return
	}
	half := !b.Until.IsZero()
	switch {
	case o == Neither && half:
		b.Probes--
	case o == Neither:
	case o == Succeeded && !half:
		b.Failed = 0
	case o == Succeeded:
		if b.Passed++; b.Passed >= s.Probes {
			*b = Breaker{Turn: b.Turn + 1}
		}
	default:
		if b.Failed++; half || b.Failed >= s.Failures {
			*b = Breaker{Failed: b.Failed, Until: now.Add(s.OpenFor), Turn: b.Turn + 1}
		}
	}
}

// State is closed, open or half_open.
func (b *Breaker) State(now time.Time) string {
	switch {
	case b.Until.IsZero():
		return "closed"
	case now.Before(b.Until):
		return "open"
	}
	return "half_open"
}
