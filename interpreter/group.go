package interpreter

// A group is what can be cancelled while the run goes on: the branches of a
// parallel, the items of a loop, a step with a timeout.
type group struct {
	parent *group
	first  error // what decides how the group ends
	left   bool  // a `return` ends it: what is cancelled for that is not undone
	undone []any // reports of compensations that no error carries yet
}

// note takes how a member of the group has ended. The first error decides;
// a cancellation only follows from something else.
func (g *group) note(err error) {
	if err == nil || g.first != nil && !isCancel(g.first) {
		return
	}
	g.first = err
	g.left = isReturn(err)
}

// end is how the group has ended.
func (g *group) end() error {
	g.pass(g.first)
	return g.first
}

// pass leaves what was undone to the error that ends the group, or to the group
// around.
func (g *group) pass(err error) {
	if g.parent == nil {
		return
	}
	g.parent.carry(err, g.undone)
}

// carry adds what was undone because of an error to the error. A cancellation
// cannot carry it, so the group does.
func (g *group) carry(err error, undone []any) {
	if f, ok := err.(*Failure); ok {
		f.Compensations = append(f.Compensations, undone...)
	} else {
		g.undone = append(g.undone, undone...)
	}
}

// leaving tells whether something beside, or beside what is around, has left
// with a `return`.
func (g *group) leaving() bool {
	for ; g != nil; g = g.parent {
		if g.left {
			return true
		}
	}
	return false
}
