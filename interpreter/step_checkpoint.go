package interpreter

import "github.com/partitur/partitur/dsl"

// checkpoint notes how many compensations have been registered so far.
func (r *run) checkpoint(b *dsl.Checkpoint, sc *scope) (any, error) {
	if sc.undo != nil {
		sc.undo.mark(b.Name, r.undos)
	}
	return nil, nil
}

// mark notes a checkpoint in the list of the block that it stands in.
func (u *undoList) mark(name string, number int) {
	if u.marks == nil {
		u.marks = map[string]int{}
	}
	u.marks[name] = number
}

// since takes out of a list, and those around it, what was registered after a
// checkpoint. One that the flow has not passed leaves everything.
func (u *undoList) since(name string) (entries []*entry) {
	marked := u
	for ; marked != nil; marked = marked.parent {
		if _, ok := marked.marks[name]; ok {
			break
		}
	}
	if marked == nil {
		return nil
	}
	number := marked.marks[name]
	for ; u != marked.parent; u = u.parent {
		var kept []*entry
		for _, e := range u.entries {
			if e.number > number {
				entries = append(entries, e)
			} else {
				kept = append(kept, e)
			}
		}
		u.entries = kept
	}
	return entries
}
