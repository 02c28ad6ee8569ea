package cli

import (
	"fmt"
	"testing"
	"time"
)

func TestCyclesOf(t *testing.T) {
	given := new(time.Time)
	line := func(lock, holder string, waiting ...string) heldLock {
		l := heldLock{Keeper: "partitur-lock-" + lock, Line: []lockPlace{{WorkflowID: holder, Given: given}}}
		for _, id := range waiting {
			l.Line = append(l.Line, lockPlace{WorkflowID: id})
		}
		return l
	}
	for _, c := range []struct {
		locks []heldLock
		want  string
	}{
		{nil, "[]"},
		{[]heldLock{line("a", "1", "2", "3"), line("b", "2")}, "[]"},
		{[]heldLock{line("a", "1", "2"), line("b", "2", "1")}, "[[{1 b 2} {2 a 1}]]"},
		{[]heldLock{line("a", "1", "3", "4"), line("b", "2", "1"), line("c", "3", "2")}, "[[{1 b 2} {2 c 3} {3 a 1}]]"},
		{[]heldLock{line("a", "1", "2"), line("b", "2", "1", "3"), line("c", "3", "2")}, "[[{1 b 2} {2 a 1}] [{2 c 3} {3 b 2}]]"},
		{[]heldLock{{Keeper: "partitur-lock-a", Line: []lockPlace{{WorkflowID: "1"}, {WorkflowID: "2"}}}}, "[]"},
	} {
		if got := fmt.Sprint(cyclesOf(c.locks)); got != c.want {
			t.Errorf("%v: %s, want %s", c.locks, got, c.want)
		}
	}
}
