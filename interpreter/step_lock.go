package interpreter

import (
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/value"
	"github.com/partitur/partitur/interpreter/shared"
)

// Deadlock is the type of error of a lock that the flow holds already.
const Deadlock = "Deadlock"

// A mutex is the line of those who want a lock of the run; the first has it.
type mutex struct{ line []*int }

// lock runs steps while it holds a lock, and lets go of it on every way out.
func (r *run) lock(ctx workflow.Context, s *dsl.Step, b *dsl.Lock, sc *scope) (any, error) {
	g, err := r.grip(s, b, sc)
	if err != nil {
		return nil, err
	}
	if slices.Contains(sc.held, g.Key) {
		return nil, &Failure{Type: Deadlock, Message: "the lock " + strings.TrimPrefix(g.Key, inNamespace) + " is held around this step already", Span: b.Key.Span}
	}
	if err := r.acquire(ctx, s, sc, g); err != nil {
		return nil, r.goesAlong(g, err)
	}
	inner := *sc
	inner.held, inner.alone = append(slices.Clip(sc.held), g.Key), sc.alone && r.pin.Rules >= locksGoAlong
	err = r.steps(ctx, b.Do, &inner)
	if continuing(err) != nil {
		return nil, r.goesAlong(g, err)
	}
	r.release(ctx, g)
	sc.last = inner.last
	return nil, err
}

// grip is the place that the run before had in the line of the lock, or a new one.
func (r *run) grip(s *dsl.Step, b *dsl.Lock, sc *scope) (*grip, error) {
	if f := r.arrive(); f != nil && f.Lock != nil {
		return f.Lock, nil
	}
	key, err := r.lockKey(s, b, sc)
	if b.Scope == dsl.ScopeNamespace {
		key = inNamespace + key
	}
	return &grip{Key: key}, err
}

// lockKey is what is locked: equal values have equal keys.
func (r *run) lockKey(s *dsl.Step, b *dsl.Lock, sc *scope) (string, error) {
	v, err := r.eval(s, b.Key, sc)
	if err != nil {
		return "", err
	}
	if v == nil {
		return "", wrongType(b.Key, "something to lock", v)
	}
	text, err := value.Encode(v)
	return string(text), err
}

// acquire waits for a lock of the run, in the order of those who asked. Of the
// steps of one run that want a lock of the namespace only the first stands in the
// line of the namespace.
func (r *run) acquire(ctx workflow.Context, s *dsl.Step, sc *scope, g *grip) error {
	r.queue(g)
	err := r.until(ctx, s, sc, func() (bool, error) { return r.locks[g.Key].line[0] == g.place, nil })
	if err == nil && strings.HasPrefix(g.Key, inNamespace) {
		err = r.acquireShared(ctx, s, sc, g)
	}
	if err != nil && continuing(err) == nil {
		g.lose()
		r.release(ctx, g)
	}
	return err
}

// queue takes a place in the line of the run, unless there is one already.
func (r *run) queue(g *grip) {
	if g.place != nil {
		return
	}
	if r.locks[g.Key] == nil {
		r.locks[g.Key] = new(mutex)
	}
	g.place = new(int)
	m := r.locks[g.Key]
	m.line = append(m.line, g.place)
}

// acquireShared waits for a lock of the namespace.
func (r *run) acquireShared(ctx workflow.Context, s *dsl.Step, sc *scope, g *grip) (err error) {
	d := r.desk(shared.LockType, g.name())
	if g.Ticket != "" {
		r.moves(ctx, d, g.Ticket)
	}
	if g.Given {
		return nil
	}
	r.shows(s, sc, "waiting")
	if g.Ticket == "" {
		if g.Ticket, err = r.apply(ctx, d, time.Time{}); err != nil {
			return err
		}
	}
	wait := func(ctx workflow.Context, over func() bool) error { return r.idle(ctx, sc, over) }
	if r.pin.Rules < locksGoAlong || len(r.cursor) > 0 { // what it stands in must not be lost
		wait = workflow.Await
	}
	if _, err = r.answerTo(ctx, d, g.Ticket, wait); err != nil {
		return err
	}
	g.Given = true
	r.shows(s, sc, "running")
	return nil
}

// release lets go of a lock.
func (r *run) release(ctx workflow.Context, g *grip) {
	if g.Ticket != "" {
		r.giveBack(ctx, r.desk(shared.LockType, g.name()), shared.End{Ticket: g.Ticket})
	}
	m := r.locks[g.Key]
	if m.line = without(m.line, g.place); len(m.line) == 0 {
		delete(r.locks, g.Key)
	}
}

// lockName is what a lock is called where people see it: a text stands for
// itself, other values are JSON.
func lockName(key string) string {
	if v, err := value.Decode([]byte(key)); err == nil {
		if text, ok := v.(string); ok {
			return text
		}
	}
	return key
}
