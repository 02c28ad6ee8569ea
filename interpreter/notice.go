package interpreter

import (
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/source"
)

// A Notice is one thing that a run has done. It is for tests, which want to
// know what a program does and what of it is never reached.
type Notice struct {
	Program *dsl.Program
	Kind    NoticeKind
	Step    *dsl.Step   // that began, has ended or is undone
	At      source.Span // of a condition, an entry of catch, or the name of a message
	Holds   bool        // of a condition
	Status  string      // how the step, or its compensation, has ended
	Error   string      // why it has failed
}

// A NoticeKind tells notices apart.
type NoticeKind int

// The kinds of notices.
const (
	StepBegan NoticeKind = iota + 1
	StepEnded
	StepUndone
	ConditionAsked
	ErrorCaught
	MessageTaken
)

// tell tells whoever watches, unless the run only repeats what it has done. What
// is told must not change what the run does.
func (r *run) tell(n Notice) {
	if r.told == nil || workflow.IsReplaying(r.host.ctx) {
		return
	}
	n.Program = r.program
	r.told(n)
}

func (r *run) tellEnd(s *dsl.Step, o *outcome) {
	n := Notice{Kind: StepEnded, Step: s, Status: o.status}
	if o.failure != nil {
		n.Error = o.failure.Type + ": " + o.failure.Message
	}
	r.tell(n)
}

func (r *run) tellUndone(e *entry) {
	n := Notice{Kind: StepUndone, Step: e.step, Status: e.status}
	if e.err != nil {
		n.Error = e.err.Type + ": " + e.err.Message
	}
	r.tell(n)
}
