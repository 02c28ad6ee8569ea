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
	key, err := r.lockKey(s, b, sc)
	if err != nil {
		return nil, err
	}
	acquire := r.acquire
	if b.Scope == dsl.ScopeNamespace {
		key, acquire = "namespace "+key, r.acquireShared
	}
	if slices.Contains(sc.held, key) {
		return nil, &Failure{Type: Deadlock, Message: "the lock " + strings.TrimPrefix(key, "namespace ") + " is held around this step already", Span: b.Key.Span}
	}
	release, err := acquire(ctx, s, sc, key)
	if err != nil {
		return nil, err
	}
	inner := *sc
	inner.held, inner.alone = append(slices.Clip(sc.held), key), false
	err = r.steps(ctx, b.Do, &inner)
	release()
	sc.last = inner.last
	return nil, err
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

// acquire waits for a lock of the run, in the order of those who asked.
func (r *run) acquire(ctx workflow.Context, s *dsl.Step, sc *scope, key string) (release func(), err error) {
	m := r.locks[key]
	if m == nil {
		m = new(mutex)
		r.locks[key] = m
	}
	place := new(int)
	m.line = append(m.line, place)
	release = func() {
		m.line = without(m.line, place)
		if len(m.line) == 0 {
			delete(r.locks, key)
		}
	}
	err = r.until(ctx, s, sc, func() (bool, error) { return m.line[0] == place, nil })
	if err != nil {
		release()
	}
	return release, err
}

// acquireShared waits for a lock of the namespace. Of the steps of one run that
// want it only the first stands in the line of the namespace.
func (r *run) acquireShared(ctx workflow.Context, s *dsl.Step, sc *scope, key string) (release func(), err error) {
	next, err := r.acquire(ctx, s, sc, key)
	if err != nil {
		return nil, err
	}
	r.shows(s, sc, "waiting")
	d := r.desk(shared.LockType, lockName(strings.TrimPrefix(key, "namespace ")))
	reply, err := r.ask(ctx, d, time.Time{})
	if err != nil {
		next()
		return nil, err
	}
	r.shows(s, sc, "running")
	return func() {
		r.giveBack(ctx, d, shared.End{Ticket: reply.Ticket})
		next()
	}, nil
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
