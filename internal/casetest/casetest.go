// Package casetest plays the cases of test documents: the real interpreter, a
// clock that skips waiting, and mocks in place of activities. In memory it needs
// no server, and what it plays it plays in one thread, so that a case that does
// not run twice the same way is a mistake of the workflow engine.
package casetest

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/value"
	"github.com/partitur/partitur/internal/registry"
)

// Start is when a case begins that says nothing else, by the clock of its run.
var Start = time.Date(2026, time.January, 5, 9, 0, 0, 0, time.UTC)

// patience bounds the time of day that a case may take.
const patience = 30 * time.Second

// maxRuns bounds how often a case may continue as new.
const maxRuns = 1000

// A Player plays cases. Any number of goroutines may use it.
type Player struct {
	Actions  dsl.Catalog
	Programs []*dsl.Program // there to be tested, and to be run as children
	Coverage *Coverage      // notes what is reached; nil if nobody wants to know
	Server   *Server        // plays every case as well, if there is one
}

// A Result is what came of a case.
type Result struct {
	Workflow  string
	Case      *dsl.TestCase
	Problems  []Problem
	Trace     []Moment // of what happened up to the end
	Took      time.Duration
	Elapsed   time.Duration // by the clock of the run
	NotPlayed string        // why it was not played, or not by the server
	Snapshot  any           // what a snapshot of it holds
}

// Run plays a case in memory, twice, and returns what is not as it should be.
// Other programs are there for the program to run as children.
func Run(p *dsl.Program, actions dsl.Catalog, c *dsl.TestCase, others ...*dsl.Program) []Problem {
	player := Player{Actions: actions, Programs: others}
	return player.Play(p, c).Problems
}

// Play plays a case with each engine that there is.
func (pl *Player) Play(p *dsl.Program, c *dsl.TestCase) *Result {
	began := time.Now()
	r := &Result{Workflow: p.Name, Case: c}
	switch {
	case c.Engine == dsl.OnServer && pl.Server == nil:
		r.NotPlayed = "only a server can play it: partitur test --engine server"
	case c.Engine == dsl.OnServer:
		pl.onServer(p, r, nil)
	default:
		o := pl.inMemory(p, r)
		switch {
		case pl.Server == nil || len(r.Problems) > 0:
		case c.Engine == dsl.InMemory && c.Schedule == nil:
			r.NotPlayed = "the case is for memory alone"
		default:
			pl.onServer(p, r, o)
		}
	}
	for i := range r.Problems {
		r.Problems[i].Case = c.Name
		if r.Problems[i].At.IsZero() {
			r.Problems[i].At = c.Span.Sub(0, 1)
		}
	}
	r.Took = time.Since(began)
	return r
}

// inMemory plays a case twice, and returns what came of it the first time.
func (pl *Player) inMemory(p *dsl.Program, r *Result) *outcome {
	programs, err := pl.registry(p, r.Case)
	if err != nil {
		r.Problems = []Problem{{Text: err.Error()}}
		return nil
	}
	first := pl.stage(p, r.Case)
	first.coverage = pl.Coverage
	o := first.play(programs)
	r.Trace, r.Problems, r.Elapsed = first.trace, first.complaints, first.elapsed
	if o != nil {
		o.moments = moments(first.trace)
		r.Snapshot = o.snapshot()
	}
	if len(r.Problems) > 0 {
		return nil
	}
	second := pl.stage(p, r.Case)
	second.play(programs)
	if len(second.complaints) > 0 {
		r.Problems = second.complaints
		return nil
	}
	if i := differ(first.trace, second.trace); i >= 0 {
		r.Problems = []Problem{{
			Text:     "the case does not run the same way twice",
			Expected: []string{at(first.trace, i)}, Actual: []string{at(second.trace, i)},
		}}
	}
	return o
}

// play plays a case in memory, once.
func (s *stage) play(programs *registry.Registry) *outcome {
	var args []any
	if s.written.Input != nil {
		args = append(args, s.written.Input)
	}
	env := s.runs(programs, args)
	s.afterwards()
	o, err := s.ended(env)
	if err != nil {
		s.complain(Problem{Text: err.Error()})
		return nil
	}
	s.judge(o)
	return o
}

// judge holds what came of a case against what it expects.
func (s *stage) judge(o *outcome) {
	s.elapsed = o.elapsed
	s.note("", "the run %s", o)
	if s.refused {
		return // what comes of a call without an answer says nothing
	}
	for _, p := range s.mocks.unused() {
		s.complain(p)
	}
	for _, p := range compare(s, o) {
		s.complain(p)
	}
}

// registry holds the programs of a worker with the settings of the case: the
// program, and those that it may run as children.
func (pl *Player) registry(p *dsl.Program, c *dsl.TestCase) (*registry.Registry, error) {
	programs := &registry.Registry{Actions: pl.Actions, Lookup: lookup(c.Env)}
	complaints, err := programs.Set([]*dsl.Program{p})
	switch {
	case err != nil:
		return nil, err
	case len(complaints) > 0:
		return nil, errors.New(complaints[0] + "; a case sets it under env:")
	}
	if family := pl.family(p); len(family) > 0 {
		_, err = programs.Set(append([]*dsl.Program{p}, family...)) // who runs a child that lacks a setting is told then
	}
	return programs, err
}

// family are the programs that a program may run as children, and their
// children.
func (pl *Player) family(p *dsl.Program) (family []*dsl.Program) {
	names := p.Children()
	for len(names) > 0 {
		name := names[0]
		names = names[1:]
		i := slices.IndexFunc(pl.Programs, func(q *dsl.Program) bool { return q.Name == name })
		if i >= 0 && name != p.Name && !slices.Contains(family, pl.Programs[i]) {
			family = append(family, pl.Programs[i])
			names = append(names, pl.Programs[i].Children()...)
		}
	}
	return family
}

// lookup finds the settings of a worker among those of a case.
func lookup(env map[string]any) func(string) (string, bool) {
	return func(name string) (string, bool) {
		v, ok := env[name]
		if !ok {
			return "", false
		}
		text, err := value.Text(v)
		return text, err == nil
	}
}

// sourceAt is a line of a file of a program, if it is known.
func (s *stage) sourceAt(file string, line int) source.Span {
	for _, p := range append([]*dsl.Program{s.program}, s.relatives...) {
		f := p.Span.File
		if f.Name != file || line < 1 {
			continue
		}
		start := f.Offset(line, 1)
		return source.Span{File: f, Start: start, End: start + len(f.Line(line))}
	}
	return source.Span{}
}

// differ is the index of the first moment in which two traces differ, or -1.
func differ(a, b []Moment) int {
	if slices.Equal(a, b) {
		return -1
	}
	i := 0
	for i < min(len(a), len(b)) && a[i] == b[i] {
		i++
	}
	return i
}

func at(trace []Moment, i int) string {
	if i < len(trace) {
		return trace[i].String()
	}
	return fmt.Sprint("nothing more")
}

// moments counts the times at which something happened.
func moments(trace []Moment) (n int) {
	at := time.Duration(-1)
	for _, m := range trace {
		if m.At != at {
			n, at = n+1, m.At
		}
	}
	return n
}
