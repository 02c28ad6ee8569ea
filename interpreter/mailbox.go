package interpreter

import (
	"crypto/sha256"
	"encoding/base64"

	commonpb "go.temporal.io/api/common/v1"

	"github.com/partitur/partitur/dsl/value"
)

// An inbox holds the signals of a run in the order in which they arrived, until
// the run looks at them.
type inbox struct {
	arrived []arrival
	replies []*commonpb.Payloads // of keepers, see namespace
	tallies []*commonpb.Payloads // of parts of loops, see tally
}

// An arrival is a signal as it was sent, or a letter that an earlier run has
// left unread.
type arrival struct {
	name   string
	args   *commonpb.Payloads
	letter *letter
}

func (in *inbox) empty() bool { return len(in.arrived) == 0 }

func (in *inbox) next() arrival {
	a := in.arrived[0]
	in.arrived = in.arrived[1:]
	return a
}

// Bounds of what a run keeps of messages that no step has taken.
const (
	maxKept = 1000   // messages of which the run only says that they came
	maxSeen = 10_000 // keys of messages by which others are found to be duplicates
)

// A letter is a message that has been read and that no step has taken yet.
type letter struct {
	name    string
	value   any
	number  int  // in the order of arrival
	checked bool // it fits its schema and is no duplicate
}

// A mailbox is what a run knows of its messages. What of it must outlive the run
// is what save returns.
type mailbox struct {
	*inbox
	unread     []letter           // for `receive`, in the order of arrival
	undeclared []letter           // of names that the workflow does not declare
	rejected   []Rejection        // those that could not be read or broke their schema
	seen       map[string]*keySet // by signal: of those taken
	numbers    map[string]int     // by signal: how many handlers have started
	counts     MessageCounts
	desk       *docket

	callers    int // of updates that wait for the answer of an agent
	delivering bool
	closing    bool // updates are refused
	cut        bool // the steps of a signal were cancelled
	running    []*handler
	undone     []any // what handlers have undone that were cancelled
}

// A Rejection is a message that no step got to see.
type Rejection struct {
	Name   string `json:"name"`
	Reason string `json:"reason"`
}

// MessageCounts say what has become of the messages.
type MessageCounts struct {
	Received   int `json:"received"`
	Rejected   int `json:"rejected,omitempty"`
	Duplicate  int `json:"duplicate,omitempty"`
	Undeclared int `json:"undeclared,omitempty"`
}

func newMailbox(in *inbox) *mailbox {
	return &mailbox{inbox: in, seen: map[string]*keySet{}, numbers: map[string]int{}, desk: newDocket()}
}

// reject notes a message that no step gets to see.
func (m *mailbox) reject(name, reason string) {
	m.counts.Rejected++
	m.rejected = append(m.rejected, Rejection{name, reason})
	m.rejected = m.rejected[max(0, len(m.rejected)-maxKept):]
}

// keep notes a message of a name that the workflow does not declare.
func (m *mailbox) keep(l letter) {
	m.undeclared = append(m.undeclared, l)
	m.undeclared = m.undeclared[max(0, len(m.undeclared)-maxKept):]
}

// A keySet holds the newest of the keys that were added to it.
type keySet struct {
	order []string
	has   map[string]bool
}

// add tells whether the key is new.
func (k *keySet) add(key string) bool {
	if k.has[key] {
		return false
	}
	k.order = append(k.order, key)
	k.has[key] = true
	if len(k.order) > maxSeen {
		delete(k.has, k.order[0])
		k.order = k.order[1:]
	}
	return true
}

// duplicate tells whether a message with that key has been taken before, and
// remembers the key. Nil identifies nothing.
func (m *mailbox) duplicate(name string, key any) bool {
	text, err := value.Encode(key)
	if err != nil || key == nil {
		return false
	}
	sum := sha256.Sum256(text)
	if m.seen[name] == nil {
		m.seen[name] = &keySet{has: map[string]bool{}}
	}
	return !m.seen[name].add(base64.RawURLEncoding.EncodeToString(sum[:12]))
}

// busy tells whether steps of messages are running, somebody waits for an answer,
// or a message is waiting for its turn.
func (m *mailbox) busy() bool {
	return len(m.running) > 0 || m.callers > 0 || m.delivering || !m.empty()
}
