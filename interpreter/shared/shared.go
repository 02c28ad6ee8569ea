// Package shared is what the runs of a namespace share: locks, rate limits and
// circuit breakers. Each is kept by a small workflow of its own, the keeper,
// which runs send messages to and which answers by signals. What a keeper does
// with a message is arithmetic that knows no clock, so that a test without a
// server does the same.
package shared

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"time"

	"github.com/partitur/partitur/dsl/limit"
)

// The workflow types of keepers.
const (
	LockType    = "partitur.lock"
	RateType    = "partitur.rate-limit"
	BreakerType = "partitur.circuit-breaker"
)

var kinds = []string{LockType, RateType, BreakerType}

// TaskQueue is the task queue of keepers. Every worker of the namespace serves
// it, so that a lock does not depend on the workers of whoever used it first.
const TaskQueue = "partitur.shared"

// The names of the signals between runs and keepers, and between runs.
const (
	MessageSignal = "partitur.message" // to a keeper; its argument is a Message
	ReplySignal   = "partitur.reply"   // to a run; its argument is a list of replies
	TallySignal   = "partitur.tally"   // from a part of a run's loop to the run
)

// A Keeper says which workflow keeps something.
type Keeper struct {
	Kind string `json:"kind"` // its workflow type
	Name string `json:"name"` // of what it keeps
}

// maxID is the longest workflow id of a keeper, in bytes.
const maxID = 900

// ID is the workflow id of the keeper: its type with a dash for the dot, and the
// name.
func (k Keeper) ID() string {
	id := strings.Replace(k.Kind, ".", "-", 1) + "-" + k.Name
	if len(id) <= maxID {
		return id
	}
	sum := sha256.Sum256([]byte(id))
	return fmt.Sprintf("%s~%x", strings.ToValidUTF8(id[:maxID-17], ""), sum[:8])
}

// A Run is who sends a message.
type Run struct {
	ID    string `json:"id"`
	RunID string `json:"run_id"`
}

// A Message is what a run tells a keeper. A keeper that gets one twice takes no
// notice of the second.
type Message struct {
	ID   string `json:"id"`
	From Run    `json:"from"`
	Asks []Ask  `json:"asks,omitempty"`
	Ends []End  `json:"ends,omitempty"`

	Moves []string `json:"moves,omitempty"` // tickets of a run that the sender goes on with

	Windows []limit.Window         `json:"windows,omitempty"` // of a rate limit, as the run declares it
	Breaker *limit.BreakerSettings `json:"breaker,omitempty"` // of a circuit breaker, likewise
}

// sign makes a message that of a run. Its numbers, which are those of the run
// alone, become tickets that nobody else has, not even the run when it is reset.
func (m *Message) sign(from Run) {
	m.From, m.ID = from, Ticket(from.RunID, m.ID)
	for i := range m.Asks {
		m.Asks[i].Ticket = Ticket(from.RunID, m.Asks[i].Ticket)
	}
}

// Ticket is a number of a run.
func Ticket(runID, number string) string { return runID + "/" + number }

// NumberOf is the number in a ticket.
func NumberOf(ticket string) string { return ticket[strings.LastIndex(ticket, "/")+1:] }

// An Ask asks for something: the lock, or an attempt.
type Ask struct {
	Ticket   string    `json:"ticket"`
	Deadline time.Time `json:"deadline,omitzero"` // an attempt after that is of no use
}

// An End gives back what was asked for, whether it has been given or not.
type End struct {
	Ticket  string        `json:"ticket"`
	Turn    int           `json:"turn,omitempty"` // that the breaker gave the attempt
	Outcome limit.Outcome `json:"outcome,omitempty"`
}

// A Reply answers an Ask.
type Reply struct {
	Ticket  string    `json:"ticket"`
	At      time.Time `json:"at,omitzero"`       // when the attempt may be made
	Refused bool      `json:"refused,omitempty"` // there is to be no attempt
	Until   time.Time `json:"until,omitzero"`    // then the breaker lets some through again
	Turn    int       `json:"turn,omitempty"`
	Probe   bool      `json:"probe,omitempty"` // the breaker waits to hear how it ends
}

// A Delivery is what a keeper sends to a run.
type Delivery struct {
	To      Run
	Replies []Reply
}

// A Letter is what a run has delivered: a message, and to whom.
type Letter struct {
	To      Keeper  `json:"to"`
	Message Message `json:"message"`
}

// A book is what one keeper knows.
type book interface {
	// take is what follows from a message.
	take(now time.Time, m Message) []Delivery
	// lost is what follows when what was delivered could not be.
	lost(now time.Time, d Delivery) []Delivery
	// needed is until when the book must be kept; what is before now is none.
	needed(now time.Time) time.Time
	// text says in a line how things stand.
	text() string
}

// newBook is an empty book for a workflow type, nil if it is no keeper's.
func newBook(kind string) book {
	switch kind {
	case LockType:
		return new(Lock)
	case RateType:
		return new(Rate)
	case BreakerType:
		return new(Breaker)
	}
	return nil
}

// ever is later than all times that matter.
var ever = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
