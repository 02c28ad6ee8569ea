package interpreter

import (
	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/source"
)

// Ways out of a block other than its end and an error.
const (
	exitCancel = iota + 1
	exitReturn
	exitBreak
	exitNext
	exitSkip
	exitAgain    // continue_as_new: leaves as a return does
	exitContinue // the run goes on in a new one, from here
)

// An exit leaves blocks; no catch sees it.
type exit struct {
	kind  int
	value any
	at    source.Span // where the value is written
	loop  string      // the id of the loop that a break or next is for

	frames []*frame // of a run that is being continued, innermost first
	open   *frame   // of the step it is leaving
}

func (e *exit) Error() string {
	return [...]string{
		exitCancel: "cancelled", exitReturn: "return", exitBreak: "break", exitNext: "next",
		exitSkip: "skipped", exitAgain: "continue_as_new", exitContinue: "continued",
	}[e.kind]
}

// cancelled leaves everything that has been cancelled: the run, because
// somebody asked for it from outside, or a part of it.
var cancelled = &exit{kind: exitCancel}

// skipped ends a step that has found nothing to do.
var skipped = &exit{kind: exitSkip}

func isFailure(err error) bool {
	_, ok := err.(*Failure)
	return ok
}

func isCancel(err error) bool { return exitKind(err) == exitCancel }

// isReturn tells whether a step ends the run.
func isReturn(err error) bool {
	kind := exitKind(err)
	return kind == exitReturn || kind == exitAgain
}

// isJump tells whether the steps leave blocks up to a loop around them. What
// they leave has ended well.
func isJump(err error) bool {
	kind := exitKind(err)
	return kind == exitBreak || kind == exitNext
}

// leaves tells whether the steps leave because the author says so.
func leaves(err error) bool { return isReturn(err) || isJump(err) }

// jumpTo is how the steps inside a loop leave for the loop itself: exitBreak,
// exitNext, or 0 if they do not.
func jumpTo(err error, loop *dsl.Step) int {
	if !isJump(err) || err.(*exit).loop != loop.ID {
		return 0
	}
	return err.(*exit).kind
}

// exitKind is the kind of an exit, or 0.
func exitKind(err error) int {
	if e, ok := err.(*exit); ok {
		return e.kind
	}
	return 0
}
