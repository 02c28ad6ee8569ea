package interpreter

import (
	"strconv"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
)

// handlerGrace is how long handlers may go on when the workflow has come to its
// end.
const handlerGrace = 10 * time.Minute

// A handler is the steps of one message while they run.
type handler struct {
	kind, name string // signal or update, and its name
	id         string // of the update
	started    time.Time
	begun      bool // it has had its first turn
	late       bool // it has begun while the run was being cleaned up
	scope      *scope
	cancel     func()
}

// newHandler notes a handler, and gives it a scope of its own. Number tells its
// effects apart from those of other messages of the name.
func (r *run) newHandler(ctx workflow.Context, kind, name, number string) *handler {
	h := &handler{kind: kind, name: name, id: number, started: workflow.Now(ctx)}
	sc := r.root.child()
	sc.group, sc.undo, sc.alone = new(group), r.root.undo, false
	sc.ownUndo()
	sc.loop = kind + "s." + name
	sc.keys = "[" + number + "]"
	sc.item = sc.loop + sc.keys
	h.scope = sc
	r.root.below.list = append(r.root.below.list, sc)
	r.mail.running = append(r.mail.running, h)
	return h
}

// over forgets a handler that has ended.
func (r *run) over(h *handler) {
	r.root.below.list = without(r.root.below.list, h.scope)
	r.mail.running = without(r.mail.running, h)
	r.mail.undone = append(r.mail.undone, h.scope.group.undone...)
}

// without returns a list without one of its elements.
func without[T comparable](list []T, gone T) []T {
	kept := list[:0]
	for _, x := range list {
		if x != gone {
			kept = append(kept, x)
		}
	}
	var zero T
	for i := len(kept); i < len(list); i++ {
		list[i] = zero
	}
	return kept
}

// handleSignal starts the steps of a signal. Those that never wait run at once;
// for others there is a coroutine, and the next message has its turn after their
// first.
func (r *run) handleSignal(ctx workflow.Context, s *dsl.Signal, message any) {
	r.mail.numbers[s.Name]++
	r.tell(Notice{Kind: MessageTaken, At: s.Span})
	h := r.newHandler(ctx, "signal", s.Name, strconv.Itoa(r.mail.numbers[s.Name]))
	h.scope.vars["message"] = message
	if s.Instant {
		r.signalSteps(ctx, h, s)
		return
	}
	inner := r.handlerContext(r.base, h)
	workflow.GoNamed(inner, h.scope.item, func(ctx workflow.Context) {
		h.begun = true
		r.signalSteps(ctx, h, s)
	})
	_ = workflow.Await(ctx, func() bool { return h.begun })
}

// handlerContext is for the steps of one message. A run that has been asked to
// cancel is being cleaned up, which takes messages, too.
func (r *run) handlerContext(ctx workflow.Context, h *handler) workflow.Context {
	if ctx.Err() != nil {
		h.late = true
		ctx, _ = workflow.NewDisconnectedContext(ctx)
	}
	ctx, h.cancel = workflow.WithCancel(ctx)
	return ctx
}

// signalSteps runs the steps of a signal. Nobody waits for their outcome, so an
// error fails the run, unless the author says otherwise.
func (r *run) signalSteps(ctx workflow.Context, h *handler, s *dsl.Signal) {
	err := r.steps(ctx, s.Do, h.scope)
	f, failed := err.(*Failure)
	switch {
	case failed && s.OnError == "continue":
		workflow.GetLogger(ctx).Warn("the steps of a signal failed", "signal", s.Name, "error", f.Error())
	case failed:
		r.breakOff(f) // before what the steps have done is undone: that takes time
	}
	r.mail.cut = r.mail.cut || isCancel(err)
	_ = r.resolve(ctx, h.scope, err)
	r.over(h)
}

// breakOff ends the run with the failure of a handler. The first decides.
func (r *run) breakOff(f *Failure) {
	if r.broken == nil {
		r.broken = f
		r.abort()
	}
}

// settle ends what messages have begun, once the main flow has ended with err,
// and returns how the run goes on. After success handlers may finish, and no
// update is taken any more; else they are cancelled.
func (r *run) settle(ctx workflow.Context, err error) error {
	well := err == nil || isReturn(err) || continuing(err) != nil
	if well {
		r.close(ctx)
		if r.mail.busy() {
			r.grace(ctx)
			r.mail.cut = r.mail.cut || ctx.Err() != nil
		}
		if r.mail.cut {
			err = cancelled
		}
	}
	r.stopHandlers(ctx, func(h *handler) bool { return !h.late })
	if r.broken != nil && (well || isCancel(err) && ctx.Err() == nil) {
		err = r.broken
	}
	r.broken = nil
	if err != nil {
		r.root.group.carry(err, r.mail.undone)
	}
	return err
}

// close refuses updates from now on, and gives the messages that have come their
// turn.
func (r *run) close(ctx workflow.Context) {
	r.mail.closing = true
	r.deliver(ctx)
}

// grace waits for the handlers, for a while.
func (r *run) grace(ctx workflow.Context) {
	late := false
	patient, _ := workflow.NewDisconnectedContext(ctx)
	stop := r.limit(patient, handlerGrace, "the handlers of messages", func() { late = true })
	_ = workflow.Await(ctx, func() bool { return !r.mail.busy() || late || r.broken != nil })
	stop()
}

// stopHandlers cancels handlers that run, once each has had its first turn, and
// waits for their end.
func (r *run) stopHandlers(ctx workflow.Context, which func(*handler) bool) {
	var stopping []*handler
	for _, h := range r.mail.running {
		if which(h) {
			stopping = append(stopping, h)
		}
	}
	if len(stopping) == 0 {
		return
	}
	patient, _ := workflow.NewDisconnectedContext(ctx)
	_ = workflow.Await(patient, func() bool { return allBegun(stopping) })
	for _, h := range stopping {
		workflow.GetLogger(ctx).Warn("a handler is cancelled, because the workflow ends", "handler", h.scope.item)
		h.cancel()
	}
	_ = workflow.Await(patient, func() bool {
		for _, h := range stopping {
			if r.mail.runs(h) {
				return false
			}
		}
		return true
	})
}

func allBegun(list []*handler) bool {
	for _, h := range list {
		if !h.begun {
			return false
		}
	}
	return true
}

func (m *mailbox) runs(h *handler) bool {
	for _, other := range m.running {
		if other == h {
			return true
		}
	}
	return false
}

// farewell closes the mailbox for good, and says what nobody has read, unless the
// workflow begins again. A handler that fails only now fails a run that would
// have completed.
func (r *run) farewell(ctx workflow.Context, again bool) *Failure {
	r.close(ctx)
	if r.mail.busy() {
		detached, _ := workflow.NewDisconnectedContext(ctx)
		r.grace(detached)
		r.stopHandlers(detached, func(*handler) bool { return true })
	}
	for _, l := range r.mail.unread {
		if again {
			break // the next run has it
		}
		workflow.GetLogger(ctx).Warn("the workflow ends without having read a signal", "signal", l.name)
	}
	return r.broken
}
