package interpreter

import (
	"reflect"
	"testing"

	"github.com/partitur/partitur/dsl/value"
)

// TestMailboxSurvives carries a mailbox over as JSON.
func TestMailboxSurvives(t *testing.T) {
	m := newMailbox(new(inbox))
	m.unread = []letter{{name: "a", value: map[string]any{"n": 9007199254740993}, number: 2, checked: true}, {name: "b", number: 5, checked: true}}
	m.undeclared = []letter{{name: "new", value: []any{"x", 1.5}, number: 3}}
	m.reject("a", "no text")
	m.numbers["c"] = 7
	m.counts.Received = 5
	for _, key := range []any{"k1", 2, map[string]any{"x": 1, "y": 2}} {
		if m.duplicate("c", key) {
			t.Error("the key is new:", key)
		}
	}
	data, err := value.Encode(m.save())
	if err != nil {
		t.Fatal(err)
	}
	saved, err := value.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	next := newMailbox(&inbox{arrived: []arrival{{name: "later"}}})
	next.restore(saved.(map[string]any))
	var order []string
	for _, a := range next.arrived {
		order = append(order, a.name)
	}
	if want := []string{"a", "new", "b", "later"}; !reflect.DeepEqual(order, want) {
		t.Errorf("what arrives anew is %v, want %v", order, want)
	}
	if l := next.arrived[0].letter; !reflect.DeepEqual(*l, m.unread[0]) {
		t.Errorf("the letter is %+v", *l)
	}
	if !next.duplicate("c", map[string]any{"y": 2, "x": 1}) || !next.duplicate("c", 2) || next.duplicate("c", "2") {
		t.Error("the keys are lost")
	}
	if next.numbers["c"] != 7 || next.counts != m.counts || !reflect.DeepEqual(next.rejected, m.rejected) {
		t.Errorf("the rest is %v %v %v", next.numbers, next.counts, next.rejected)
	}
}

// TestKeySetForgets keeps the newest keys only.
func TestKeySetForgets(t *testing.T) {
	m := newMailbox(new(inbox))
	for i := range maxSeen + 1 {
		m.duplicate("a", i)
	}
	if m.duplicate("a", 0) || !m.duplicate("a", maxSeen) || len(m.seen["a"].order) != maxSeen || len(m.seen["a"].has) != maxSeen {
		t.Error("the oldest key is not the one forgotten")
	}
}
