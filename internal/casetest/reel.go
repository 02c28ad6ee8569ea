package casetest

import (
	"sync"
	"time"
)

// A tape keeps what a run was told, for when the server has it repeat what it
// has done: to answer a query after its end, for instance.
type tape struct {
	mu        sync.Mutex
	times     []time.Time
	responses []response
}

// A reel is how far a worker is in the tape of a run, which it begins anew each
// time it takes up the run. A nil one has no tape: everything is new.
type reel struct {
	tape            *tape
	times, answered int
}

// reel begins the tape of a run.
func (r *remote) reel(run string) *reel {
	r.lock.Lock()
	defer r.lock.Unlock()
	t := r.tapes[run]
	if t == nil {
		t = new(tape)
		r.tapes[run] = t
	}
	return &reel{tape: t}
}

// time is what the clock said, or says now.
func (r *reel) time(now time.Time) time.Time {
	r.tape.mu.Lock()
	defer r.tape.mu.Unlock()
	if r.times == len(r.tape.times) {
		r.tape.times = append(r.tape.times, now)
	}
	r.times++
	return r.tape.times[r.times-1]
}

// again is the next response, if it has been given before.
func (r *reel) again() (response, bool) {
	if r == nil {
		return response{}, false
	}
	r.tape.mu.Lock()
	defer r.tape.mu.Unlock()
	if r.answered == len(r.tape.responses) {
		return response{}, false
	}
	r.answered++
	return r.tape.responses[r.answered-1], true
}

// keep keeps a new response.
func (r *reel) keep(a response) {
	if r == nil {
		return
	}
	r.tape.mu.Lock()
	defer r.tape.mu.Unlock()
	r.tape.responses = append(r.tape.responses, a)
	r.answered++
}
