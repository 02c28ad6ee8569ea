package shared

import (
	"fmt"
	"slices"
	"time"
)

// A Lock is the line of those who want a lock; the first has it.
type Lock struct {
	Line []Place `json:"line,omitempty"`
}

// A Place is one run that has or wants the lock.
type Place struct {
	Ticket string    `json:"ticket"`
	Run    Run       `json:"run"`
	Asked  time.Time `json:"asked"`
	Given  time.Time `json:"given,omitzero"` // when it was told that the lock is its own
}

// Holder is the place that has the lock, or nil.
func (l *Lock) Holder() *Place {
	if len(l.Line) == 0 || l.Line[0].Given.IsZero() {
		return nil
	}
	return &l.Line[0]
}

// take puts those who ask at the end of the line. A run asks for one place at a
// time, and a workflow id has one run, so that other places of the id are what a
// run that is no more has left. A run that was continued has the places of the
// one before.
func (l *Lock) take(now time.Time, m Message) []Delivery {
	for i, p := range l.Line {
		if slices.Contains(m.Moves, p.Ticket) {
			l.Line[i].Run = m.From
		}
	}
	for _, e := range m.Ends {
		l.leave(e.Ticket)
	}
	for _, a := range m.Asks {
		l.Line = slices.DeleteFunc(l.Line, func(p Place) bool { return p.Run.ID == m.From.ID })
		l.Line = append(l.Line, Place{Ticket: a.Ticket, Run: m.From, Asked: now})
	}
	return l.give(now)
}

// lost takes the lock from a run that is not there any more.
func (l *Lock) lost(now time.Time, d Delivery) []Delivery {
	for _, r := range d.Replies {
		l.leave(r.Ticket)
	}
	return l.give(now)
}

func (l *Lock) leave(ticket string) {
	l.Line = slices.DeleteFunc(l.Line, func(p Place) bool { return p.Ticket == ticket })
}

// give gives the lock to the first in the line.
func (l *Lock) give(now time.Time) []Delivery {
	if len(l.Line) == 0 || !l.Line[0].Given.IsZero() {
		return nil
	}
	p := &l.Line[0]
	p.Given = now
	return []Delivery{{p.Run, []Reply{{Ticket: p.Ticket}}}}
}

func (l *Lock) needed(now time.Time) time.Time {
	if len(l.Line) > 0 {
		return ever
	}
	return now
}

func (l *Lock) text() string {
	if len(l.Line) == 0 {
		return "nobody has the lock"
	}
	return fmt.Sprintf("%s has the lock, %d wait", l.Line[0].Run.ID, len(l.Line)-1)
}
