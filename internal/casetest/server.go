package casetest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/worker"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/internal/registry"
	"github.com/partitur/partitur/interpreter"
)

// A Server plays cases on a Temporal server that can skip time. All cases share
// a namespace: each has a task queue of its own, and what it starts has ids of
// its own, which the runs do not see.
type Server struct {
	Client    client.Client
	Namespace string

	played atomic.Int64
}

// onServer plays a case on the server, and compares it with what came of it in
// memory, if it was played there.
func (pl *Player) onServer(p *dsl.Program, r *Result, inMemory *outcome) {
	if why := pl.memoryOnly(p, r.Case, inMemory); why != "" {
		r.NotPlayed = "only in memory: " + why
		return
	}
	programs, err := pl.registry(p, r.Case)
	if err != nil {
		r.Problems = []Problem{{Text: err.Error()}}
		return
	}
	s := pl.stage(p, r.Case)
	takes := time.Duration(0)
	if inMemory != nil {
		takes = inMemory.elapsed
	}
	s.remote = newRemote(s, pl.Server, takes)
	if inMemory == nil {
		s.coverage = pl.Coverage
	}
	ctx, cancel := context.WithTimeout(context.Background(), serverPatience)
	defer cancel()
	o, err := s.remote.play(ctx, programs)
	if err != nil {
		s.complain(Problem{Text: "on the server: " + err.Error()})
	} else {
		s.judge(o)
	}
	for _, c := range s.complaints {
		c.Text = "on the server: " + strings.TrimPrefix(c.Text, "on the server: ")
		r.Problems = append(r.Problems, c)
	}
	if inMemory == nil || len(r.Problems) > 0 {
		r.Trace, r.Elapsed = s.trace, s.elapsed
	}
	if inMemory != nil && len(r.Problems) == 0 {
		r.Problems = sameOutcome(inMemory, o, chance(p))
	}
}

// serverPatience bounds the time of day that a case may take on the server.
const serverPatience = 4 * time.Minute

// memoryOnly says why a case cannot be played on the server, or "".
func (pl *Player) memoryOnly(p *dsl.Program, c *dsl.TestCase, o *outcome) string {
	switch {
	case c.Schedule != nil:
		return "only a schedule can start a run like that on a server"
	case slices.ContainsFunc(c.Events, func(e *dsl.Event) bool { return e.Child != "" }):
		return "something happens to a child that waits, and on the server children skip time on their own clock"
	case o == nil:
	case o.childWaits:
		return "a child waits, and on the server children skip time on their own clock"
	case o.moments > maxMoments:
		return fmt.Sprintf("it waits %d times, and the server takes about a second for each", o.moments)
	case len(o.calls) > maxCalls:
		return fmt.Sprintf("it makes %d calls, which take the server too long", len(o.calls))
	}
	for _, q := range append([]*dsl.Program{p}, pl.family(p)...) {
		if sharesNamespace(q) {
			return "it uses what the runs of a namespace share"
		}
	}
	return ""
}

// How often a case may wait that the server plays, and call.
const (
	maxMoments = 30
	maxCalls   = 500
)

// sharesNamespace tells whether a program uses limits or locks of the namespace.
func sharesNamespace(p *dsl.Program) bool {
	shares := slices.ContainsFunc(p.Breakers, func(b *dsl.Breaker) bool { return b.Scope == dsl.ScopeNamespace }) ||
		slices.ContainsFunc(p.Rates, func(l *dsl.RateLimit) bool { return l.Scope == dsl.ScopeNamespace })
	p.WalkAll(func(s *dsl.Step) {
		l, lock := s.Body.(*dsl.Lock)
		shares = shares || lock && l.Scope == dsl.ScopeNamespace ||
			s.Breaker != nil && s.Breaker.Scope == dsl.ScopeNamespace || s.Rate != nil && s.Rate.Scope == dsl.ScopeNamespace
	})
	return shares
}

// chance tells whether a program draws random values, which are others in every
// run.
func chance(p *dsl.Program) bool {
	text := p.Sources[0].Text
	return slices.ContainsFunc([]string{"uuid()", "random()", "random_int("}, func(call string) bool { return strings.Contains(text, call) })
}

// sameOutcome compares what came of a case with the two engines.
func sameOutcome(memory, server *outcome, chance bool) (problems []Problem) {
	differs := func(what string, a, b []string) {
		if !slices.Equal(a, b) {
			problems = append(problems, Problem{Text: "the engines differ: " + what + " (expected: in memory, actual: on the server)", Expected: a, Actual: b})
		}
	}
	differs("how the run ends", []string{memory.status}, []string{server.status})
	differs("the calls", inOrder(memory.calls, memory.children), inOrder(server.calls, memory.children))
	differs("what is undone", undoneLines(memory.undone), undoneLines(server.undone))
	differs("how long it takes", []string{memory.elapsed.String()}, []string{server.elapsed.String()})
	differs("how often it continues as new", pretty(memory.continued), pretty(server.continued))
	if !chance {
		differs("the output", pretty(memory.output), pretty(server.output))
		differs("the error", errorLines(memory.failure), errorLines(server.failure))
		differs("the search attributes", pretty(memory.attributes), pretty(server.attributes))
		differs("the memo", pretty(memory.memo), pretty(server.memo))
	}
	return problems
}

// inOrder are the calls of a case; children beside each other make theirs in any
// order on a server.
func inOrder(calls []string, children bool) []string {
	if !children {
		return calls
	}
	return slices.Sorted(slices.Values(calls))
}

// errorLines are what must be the same of an error. How many items of a loop
// have ended when too many have failed is for the machine to say.
func errorLines(failure map[string]any) (lines []string) {
	keys := []string{"type", "step", "retryable", "retry_state", "message", "details"}
	if failure["type"] == interpreter.TooManyFailures {
		keys = keys[:4]
	}
	for _, key := range keys {
		if v := failure[key]; v != nil {
			lines = append(lines, key+": "+text(withoutAttempts(v)))
		}
	}
	return lines
}

// withoutAttempts is a value without the numbers of attempts in errors, which
// only a server counts.
func withoutAttempts(v any) any {
	switch v := v.(type) {
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = withoutAttempts(item)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, item := range v {
			if key != "attempt" {
				out[key] = withoutAttempts(item)
			}
		}
		return out
	}
	return v
}

// worker starts a worker for a case.
func (r *remote) worker(programs *registry.Registry) (worker.Worker, error) {
	i := &interpreter.Interpreter{Programs: programs, Tell: r.stage.notice}
	w := worker.New(r.server.Client, r.queue, i.Options(worker.Options{
		Interceptors:                     []interceptor.WorkerInterceptor{r.stage.interceptor()},
		MaxConcurrentWorkflowTaskPollers: 2,
		MaxConcurrentActivityTaskPollers: 4,
		DeadlockDetectionTimeout:         serverPatience,
	}))
	i.Register(w)
	w.RegisterDynamicActivity(r.act, activity.DynamicRegisterOptions{})
	if err := w.Start(); err != nil {
		return nil, fmt.Errorf("the worker cannot start: %w", err)
	}
	return w, nil
}

// act plays one attempt of an activity.
func (r *remote) act(ctx context.Context, _ converter.EncodedValues) (any, error) {
	info := activity.GetInfo(ctx)
	r.lock.Lock()
	call := r.calls[callKey(info.WorkflowExecution.RunID, info.ActivityID)]
	r.lock.Unlock()
	if call == nil {
		return nil, fmt.Errorf("nothing is known of the activity %q", info.ActivityID)
	}
	return r.attempt(ctx, call, int(info.Attempt))
}
