package interpreter

import (
	"slices"
	"strings"

	"github.com/partitur/partitur/dsl"
)

// A mark is a checkpoint that the flow has passed.
type mark struct {
	Name   string `json:"name"`
	Item   string `json:"item,omitempty"` // the path of the round or item of a loop in which it stands
	Number int    `json:"number"`         // how many compensations had been registered in the run
}

// checkpoint marks the place in the list of the block that it stands in.
func (r *run) checkpoint(b *dsl.Checkpoint, sc *scope) (any, error) {
	if u := sc.undo; u != nil {
		u.marks = slices.DeleteFunc(u.marks, func(m mark) bool { return m.Name == b.Name })
		u.marks = append(u.marks, mark{b.Name, sc.item, r.undos})
	}
	return nil, nil
}

// since takes out of a list, and those around it, what was registered after a
// checkpoint. One that the flow has not passed in this round leaves everything.
func (sc *scope) since(name string) (entries []*entry) {
	for u := sc.undo; u != nil; u = u.parent {
		i := slices.IndexFunc(u.marks, func(m mark) bool { return m.Name == name && strings.HasPrefix(sc.item, m.Item) })
		if i < 0 {
			continue
		}
		for inner := sc.undo; inner != u.parent; inner = inner.parent {
			entries = append(entries, inner.after(u.marks[i].Number)...)
		}
		return entries
	}
	return nil
}

// after takes out of a list what was registered after so many others.
func (u *undoList) after(number int) (taken []*entry) {
	var kept []*entry
	for _, e := range u.entries {
		if e.number > number {
			taken = append(taken, e)
		} else {
			kept = append(kept, e)
		}
	}
	u.entries = kept
	return taken
}
