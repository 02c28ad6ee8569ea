package interpreter

import (
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
)

// A sent item is one whose activity is under way while no coroutine waits for
// it: the loop looks after all of them. Each workflow task wakes every coroutine
// of a run, so a loop with a coroutine for each of n items would pay n² for
// them.
type sent struct {
	item
	turn turn
}

// sends tells whether the items of a loop can be sent: the body is one activity
// or child, and nothing else of it waits.
func sends(body *dsl.ForEach) bool {
	if len(body.Do) != 1 {
		return false
	}
	s := body.Do[0]
	if s.Catch != nil || s.Finally != nil || s.OnTimeout != nil || s.Timeout != nil && s.Timeout.Whole != nil {
		return false
	}
	if s.Compensate != nil && s.Compensate.Before {
		return false
	}
	return isCall(s) && !s.Local
}

// sendAll works on the items of a loop whose items can be sent, at most
// `concurrency` at a time.
func (r *run) sendAll(ctx workflow.Context, l *loop) {
	inner, cancel := workflow.WithCancel(ctx)
	patient, _ := workflow.NewDisconnectedContext(ctx) // what is cancelled is still awaited
	var out []*sent
	for {
		out = append(out, r.sendNext(inner, l, l.width-len(out))...)
		if len(out) == 0 && !r.more(inner, l) {
			return
		}
		_ = workflow.Await(patient, func() bool {
			return anyEnded(out) || r.room(l.body.Do[0]) && len(out) < l.width && r.more(inner, l)
		})
		kept := out[:0]
		for _, t := range out {
			if !t.ended() {
				kept = append(kept, t)
				continue
			}
			r.received(inner, t)
			r.itemEnds(inner, l, &t.item, cancel)
		}
		out = kept
	}
}

// more tells whether the loop takes further items. It does not when the run is
// to be continued after those that are under way.
func (r *run) more(ctx workflow.Context, l *loop) bool {
	return l.next < l.total && l.first == nil && !(l.moved && r.due(ctx, l.scope))
}

// sendNext takes up to n further items.
func (r *run) sendNext(ctx workflow.Context, l *loop, n int) (out []*sent) {
	for ; n > 0 && r.more(ctx, l) && r.room(l.body.Do[0]); n-- {
		if ctx.Err() != nil {
			l.note(cancelled)
			break
		}
		l.next++
		out = append(out, r.sendItem(ctx, l, l.next-1))
	}
	return out
}

// sendItem begins the step for one element.
func (r *run) sendItem(ctx workflow.Context, l *loop, i int) *sent {
	t := &sent{item: item{index: i, scope: l.itemScope(i)}}
	t.scope.ownUndo()
	t.turn = turn{step: l.body.Do[0], scope: t.scope}
	if r.enter(ctx, &t.turn) {
		r.send(ctx, &t.turn)
	}
	return t
}

func (t *sent) ended() bool { return t.turn.future == nil || t.turn.future.IsReady() }

func anyEnded(out []*sent) bool {
	for _, t := range out {
		if t.ended() {
			return true
		}
	}
	return false
}

// received ends the step for one element.
func (r *run) received(ctx workflow.Context, t *sent) {
	if f := t.turn.future; f != nil {
		t.turn.err = f.Get(ctx, &t.turn.raw)
		r.receive(&t.turn)
	}
	t.err = r.leave(ctx, &t.turn)
}
