package interpreter

import (
	"strings"

	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/interpreter/shared"
)

// inNamespace is what the keys of locks of the namespace begin with. Those of
// locks of the run are JSON.
const inNamespace = "namespace "

// A grip is a place in the line of a lock: the flow has the lock, or waits for
// it. A run that is continued takes it along.
type grip struct {
	Key    string `json:"key"`              // what is locked, as the locks around have it
	Ticket string `json:"ticket,omitempty"` // for a lock of the namespace, once it has been asked for
	Given  bool   `json:"given,omitempty"`  // that lock is the run's

	place *int // in the line of the run
}

// name is that of a lock of the namespace.
func (g *grip) name() string { return lockName(strings.TrimPrefix(g.Key, inNamespace)) }

// lose makes the lock one that is to be asked for again.
func (g *grip) lose() { g.Ticket, g.Given = "", false }

// goesAlong leaves a block that has a lock, or waits for one, to be continued.
func (r *run) goesAlong(g *grip, err error) error {
	if e := continuing(err); e != nil {
		e.frame().Lock = g
		r.left = append(r.left, g)
	}
	return err
}

// heard tells the next run which locks have been given to this one while it
// waited for them, and until it ended.
func (r *run) heard(frames []*frame) {
	for _, f := range frames {
		if g := f.Lock; g != nil && g.Ticket != "" && !g.Given {
			_, g.Given = r.reply(g.Ticket)
		}
	}
}

// regain takes the places that the run before had, ahead of the messages that
// come first in this one. A run that the server began because the one before has
// failed has none of its locks.
func (r *run) regain(frames []*frame) {
	for _, f := range frames {
		if f.Lock == nil {
			continue
		}
		if r.info.Attempt > 1 {
			f.Lock.lose()
		}
		r.queue(f.Lock)
		if f.Lock.Ticket != "" && !f.Lock.Given {
			r.asked[shared.NumberOf(f.Lock.Ticket)] = nil
		}
	}
}

// moves tells a keeper that this run has the place of the one before. If it
// cannot be told, it will find out.
func (r *run) moves(ctx workflow.Context, d *desk, ticket string) {
	m := d.message()
	m.Moves = append(m.Moves, ticket)
	if err := r.say(ctx, d); err != nil {
		workflow.GetLogger(ctx).Warn("what keeps a lock cannot be told which run has it", "keeper", d.to.ID(), "error", err.Error())
	}
}

// releaseAll lets go of the locks of blocks that were left to be continued, and
// that now end with the run.
func (r *run) releaseAll(ctx workflow.Context) {
	for i := len(r.left) - 1; i >= 0; i-- {
		r.release(ctx, r.left[i])
	}
	r.left = nil
}
