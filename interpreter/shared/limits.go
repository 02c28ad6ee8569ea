package shared

import (
	"fmt"
	"slices"
	"time"

	"github.com/partitur/partitur/dsl/limit"
)

// A Rate is a rate limit of the namespace. The windows are those that the newest
// message declares.
type Rate struct {
	limit.Rate
	Windows []limit.Window `json:"windows,omitempty"`
	Given   []given        `json:"given,omitempty"` // for times that have not come
}

// given is an attempt that has been promised a time.
type given struct {
	Ticket string    `json:"ticket"`
	At     time.Time `json:"at"`
}

func (r *Rate) take(now time.Time, m Message) []Delivery {
	if len(m.Windows) > 0 {
		r.Windows = m.Windows
	}
	for _, e := range m.Ends {
		r.takeBack(e.Ticket)
	}
	r.Given = slices.DeleteFunc(r.Given, func(g given) bool { return g.At.Before(now) })
	d := Delivery{To: m.From}
	for _, a := range m.Asks {
		if at := r.Next(r.Windows, now); !a.Deadline.IsZero() && !at.Before(a.Deadline) {
			d.Replies = append(d.Replies, Reply{Ticket: a.Ticket, Refused: true, Until: at})
			continue
		}
		at := r.Take(r.Windows, now)
		r.Given = append(r.Given, given{a.Ticket, at})
		d.Replies = append(d.Replies, Reply{Ticket: a.Ticket, At: at})
	}
	return d.list()
}

// list leaves out a delivery of nothing.
func (d Delivery) list() []Delivery {
	if len(d.Replies) == 0 {
		return nil
	}
	return []Delivery{d}
}

func (r *Rate) takeBack(ticket string) {
	for i, g := range r.Given {
		if g.Ticket == ticket {
			r.Return(g.At)
			r.Given = slices.Delete(r.Given, i, i+1)
			return
		}
	}
}

// lost takes the attempts back of a run that is not there any more.
func (r *Rate) lost(_ time.Time, d Delivery) []Delivery {
	for _, reply := range d.Replies {
		r.takeBack(reply.Ticket)
	}
	return nil
}

func (r *Rate) needed(now time.Time) time.Time {
	if n := len(r.Times); n > 0 {
		return r.Times[n-1].At.Add(limit.Longest(r.Windows))
	}
	return now
}

func (r *Rate) text() string {
	return fmt.Sprintf("%d attempts are to come", len(r.Given))
}

// remembers is how long a circuit breaker of the namespace remembers failures
// without hearing of an attempt.
const remembers = 24 * time.Hour

// A Breaker is a circuit breaker of the namespace. The settings are those that
// the newest message declares.
type Breaker struct {
	limit.Breaker
	Settings limit.BreakerSettings `json:"settings"`
	Probing  []probe               `json:"probing,omitempty"`
	Heard    time.Time             `json:"heard,omitzero"` // of the newest attempt
}

// A probe is an attempt that the breaker has let through to see how it ends.
type probe struct {
	Ticket string    `json:"ticket"`
	Turn   int       `json:"turn"`
	At     time.Time `json:"at"`
}

func (b *Breaker) take(now time.Time, m Message) []Delivery {
	if m.Breaker != nil {
		b.Settings = *m.Breaker
	}
	b.Heard = now
	for _, e := range m.Ends {
		b.ends(now, e)
	}
	d := Delivery{To: m.From}
	for _, a := range m.Asks {
		d.Replies = append(d.Replies, b.ask(now, a))
	}
	return d.list()
}

func (b *Breaker) ask(now time.Time, a Ask) Reply {
	b.forget(now)
	turn, ok := b.Breaker.Ask(b.Settings, now)
	if !ok {
		return Reply{Ticket: a.Ticket, Refused: true, Until: b.Until}
	}
	half := !b.Until.IsZero()
	if half {
		b.Probing = append(b.Probing, probe{a.Ticket, turn, now})
	}
	return Reply{Ticket: a.Ticket, Turn: turn, Probe: half}
}

// forget gives up probes of which nothing has been heard for as long as the
// breaker stays open: their runs may be no more.
func (b *Breaker) forget(now time.Time) {
	for len(b.Probing) > 0 && !now.Before(b.Probing[0].At.Add(b.Settings.OpenFor)) {
		p := b.Probing[0]
		b.Probing = b.Probing[1:]
		b.Report(b.Settings, now, p.Turn, limit.Neither)
	}
}

// ends takes how an attempt has ended. One that is neither good nor bad matters
// only if it was a probe.
func (b *Breaker) ends(now time.Time, e End) {
	i := slices.IndexFunc(b.Probing, func(p probe) bool { return p.Ticket == e.Ticket })
	switch {
	case i >= 0:
		turn := b.Probing[i].Turn
		b.Probing = slices.Delete(b.Probing, i, i+1)
		b.Report(b.Settings, now, turn, e.Outcome)
	case e.Outcome != limit.Neither && b.Until.IsZero():
		b.Report(b.Settings, now, e.Turn, e.Outcome)
	}
}

func (b *Breaker) lost(now time.Time, d Delivery) []Delivery {
	for _, r := range d.Replies {
		b.ends(now, End{Ticket: r.Ticket})
	}
	return nil
}

func (b *Breaker) needed(now time.Time) time.Time {
	if b.Failed == 0 && b.Until.IsZero() {
		return now
	}
	until := b.Heard
	if b.Until.After(until) {
		until = b.Until
	}
	return until.Add(remembers)
}

func (b *Breaker) text() string {
	switch {
	case b.Until.IsZero():
		return fmt.Sprintf("closed, %d failures in a row", b.Failed)
	case len(b.Probing) > 0:
		return fmt.Sprintf("open, %d probes", len(b.Probing))
	}
	return "open until " + b.Until.UTC().Format(time.RFC3339)
}
