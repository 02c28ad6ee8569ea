package interpreter

import "github.com/partitur/partitur/dsl/value"

// frame is what a loop needs to go on with an item.
func (l *loop) frame(i int) *frame {
	f := &loopFrame{
		Next: i, Total: l.total, Width: l.width, Items: keep(l.items[i-l.base:]),
		Failed: keep(l.failed), Bad: l.bad, Done: l.done, Undone: keep(l.undone),
	}
	if l.keys != nil {
		f.Keys = keep(l.keys[i-l.base:])
	}
	if l.results != nil {
		f.Results = keep(l.results[:i])
	}
	return &frame{Loop: f}
}

// suspend ends the loop in the middle of an item, where the run is continued.
func (l *loop) suspend(e *exit, i int, sc *scope) {
	f := e.frame()
	f.Loop, f.Undo, f.Marks = l.frame(i).Loop, sc.undo.numbers(), sc.undo.marks
	e.remember(sc, l.body.Do)
	l.note(e)
}

// loopFrame is the frame of the loop that is being entered again. In it the run
// before stood at an item's step if there are frames below, else between two
// items.
func (r *run) loopFrame() *loopFrame {
	f := r.here
	if f == nil {
		return nil
	}
	if len(r.cursor) == 0 {
		r.arrive()
	}
	return f.Loop
}

// fromFrame takes over what the run before has left of the loop.
func (l *loop) fromFrame(f *loopFrame) {
	l.base, l.next, l.total, l.width = f.Next, f.Next, f.Total, f.Width
	l.items, l.keys = f.Items.list(), f.Keys.list()
	l.failed, l.bad, l.done, l.undone = append(l.failed, f.Failed.list()...), f.Bad, f.Done, f.Undone.list()
	if !l.body.Keep {
		return
	}
	l.results = make([]any, l.total)
	for i, v := range f.Results.list() {
		l.results[i] = v
		l.size += value.Size(v)
	}
}
