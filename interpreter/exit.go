package interpreter

import "github.com/partitur/partitur/dsl/source"

// Ways out of a block other than its end and an error.
const (
	exitCancel = iota
	exitReturn
)

// An exit leaves blocks; no catch sees it.
type exit struct {
	kind  int
	value any
	at    source.Span // where the value is written
}

func (e *exit) Error() string { return [...]string{"cancelled", "return"}[e.kind] }

// cancelled leaves everything that has been cancelled: the run, because
// somebody asked for it from outside, or a part of it.
var cancelled = &exit{kind: exitCancel}

func isCancel(err error) bool {
	e, ok := err.(*exit)
	return ok && e.kind == exitCancel
}

func isReturn(err error) bool {
	e, ok := err.(*exit)
	return ok && e.kind == exitReturn
}
