package shared

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	commonpb "go.temporal.io/api/common/v1"

	"github.com/partitur/partitur/dsl/limit"
)

var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func of(id int) Run { return Run{ID: fmt.Sprint("w", id), RunID: fmt.Sprint("r", id)} }

func asking(id int) Message {
	return Message{From: of(id), Asks: []Ask{{Ticket: fmt.Sprint(id)}}}
}

func ending(id int) Message {
	return Message{From: of(id), Ends: []End{{Ticket: fmt.Sprint(id)}}}
}

// TestLock lets runs ask, give back, give up and vanish at random. Whoever has
// the lock is the one that has asked first of those who have not left.
func TestLock(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var l Lock
		var line []int
		told := map[string]bool{}
		note := func(list []Delivery) {
			for _, d := range list {
				told[d.Replies[0].Ticket] = true
			}
		}
		for id := range 40 {
			switch n := len(line); {
			case n == 0 || rng.IntN(3) > 0:
				line = append(line, id)
				note(l.take(start, asking(id)))
			default:
				i := rng.IntN(n)
				gone := line[i]
				line = append(line[:i:i], line[i+1:]...)
				if rng.IntN(2) == 0 {
					note(l.take(start, ending(gone)))
				} else {
					note(l.lost(start, Delivery{Replies: []Reply{{Ticket: fmt.Sprint(gone)}}}))
				}
			}
			if len(line) == 0 {
				if l.Holder() != nil || l.needed(start) != start {
					t.Fatalf("nobody is in the line, and %s", l.text())
				}
				continue
			}
			first := fmt.Sprint(line[0])
			if h := l.Holder(); h == nil || h.Ticket != first || !told[first] {
				t.Fatalf("%v are in the line, and %s", line, l.text())
			}
		}
	}
}

// TestLockOfARunThatIsNoMore takes the lock from a run whose workflow id another
// has now.
func TestLockOfARunThatIsNoMore(t *testing.T) {
	var l Lock
	l.take(start, asking(1))
	l.take(start, asking(2))
	given := l.take(start, Message{From: Run{ID: "w1", RunID: "another"}, Asks: []Ask{{Ticket: "new"}}})
	if len(given) != 1 || given[0].To != of(2) || len(l.Line) != 2 {
		t.Errorf("%v, and %s", given, l.text())
	}
}

// TestLockMoves lets a run that goes on with another have its place, if it has one.
func TestLockMoves(t *testing.T) {
	var l Lock
	l.take(start, asking(1))
	l.take(start, asking(2))
	later := Run{ID: "w2", RunID: "later"}
	if given := l.take(start, Message{From: later, Moves: []string{"2", "none"}}); len(given) != 0 {
		t.Errorf("%v is given", given)
	}
	if given := l.take(start, ending(1)); len(given) != 1 || given[0].To != later {
		t.Errorf("%v is given, and %s", given, l.text())
	}
}

func TestRateGivesBack(t *testing.T) {
	m := asking(1)
	m.Windows = []limit.Window{{Limit: 1, Per: time.Hour}}
	var r Rate
	at := func(m Message) time.Time { return r.take(start, m)[0].Replies[0].At }
	if got := at(m); !got.Equal(start) {
		t.Fatal("the first is at", got)
	}
	if got := at(asking(2)); !got.Equal(start.Add(time.Hour)) {
		t.Fatal("the second is at", got)
	}
	r.take(start, ending(2))
	if got := at(asking(3)); !got.Equal(start.Add(time.Hour)) {
		t.Error("after one is given back, the next is at", got)
	}
	late := asking(4)
	late.Asks[0].Deadline = start.Add(time.Minute)
	if reply := r.take(start, late)[0].Replies[0]; !reply.Refused {
		t.Errorf("an attempt that is too late is given %v", reply)
	}
	if until := r.needed(start); !until.Equal(start.Add(2 * time.Hour)) {
		t.Error("it is needed until", until)
	}
}

// TestBreakerForgetsProbes lets another probe through when nothing is heard of
// the first.
func TestBreakerForgetsProbes(t *testing.T) {
	m := asking(1)
	m.Breaker = &limit.BreakerSettings{Failures: 1, OpenFor: time.Minute, Probes: 1}
	var b Breaker
	b.take(start, m)
	b.take(start, Message{Ends: []End{{Ticket: "1", Outcome: limit.Failed}}})
	ask := func(id int, after time.Duration) Reply { return b.take(start.Add(after), asking(id))[0].Replies[0] }
	if r := ask(2, 30*time.Second); !r.Refused || !r.Until.Equal(start.Add(time.Minute)) {
		t.Fatalf("an open breaker answers %v", r)
	}
	if r := ask(3, time.Minute); r.Refused || !r.Probe {
		t.Fatalf("the probe is answered %v", r)
	}
	if r := ask(4, time.Minute); !r.Refused {
		t.Fatalf("a second probe is answered %v", r)
	}
	if r := ask(5, 2*time.Minute); r.Refused || !r.Probe {
		t.Fatalf("the probe after one that vanished is answered %v", r)
	}
	b.take(start, Message{Ends: []End{{Ticket: "3", Outcome: limit.Failed}, {Ticket: "5", Outcome: limit.Succeeded}}})
	if got := b.text(); got != "closed, 0 failures in a row" {
		t.Error("after the probe has succeeded it is", got)
	}
}

func TestID(t *testing.T) {
	long := Keeper{LockType, strings.Repeat("é", 900)}
	other := Keeper{LockType, long.Name + "x"}
	if id := long.ID(); len(id) > maxID || id == other.ID() || !strings.HasPrefix(id, "partitur-lock-é") {
		t.Error("the id is", id)
	}
	if id := (Keeper{BreakerType, "bank/eu"}).ID(); id != "partitur-circuit-breaker-bank/eu" {
		t.Error("the id is", id)
	}
}

func TestIsShared(t *testing.T) {
	reply, other := marked([]Reply{{Ticket: "1"}}).Payload(), new(commonpb.Payload)
	if !IsShared(reply, "order") || IsShared(other, "order") || !IsShared(other, Keeper{RateType, "bank"}.ID()) {
		t.Error("what is shared is told from other payloads wrongly")
	}
}
