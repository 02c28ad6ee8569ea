// Package workers makes a Temporal worker of a set of programs: one worker for
// each task queue, with the interpreter and the builtin actions.
package workers

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"

	"github.com/partitur/partitur/builtins"
	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/internal/registry"
	"github.com/partitur/partitur/interpreter"
	"github.com/partitur/partitur/interpreter/shared"
)

// DefaultTaskQueue is the task queue of definitions that name none.
const DefaultTaskQueue = "partitur"

// Options says what the workers of a process are made of.
type Options struct {
	Client   client.Client
	Registry *registry.Registry
	Builtins builtins.Options
	Queues   []string
	Identity string
	// Namespace is where the client works.
	Namespace string
	// Owned says that the server is ours: search attributes that the programs
	// use are registered there.
	Owned bool
	// Warn is told what will go wrong later; nil drops it.
	Warn func(string)
	// Settings are those of the project; what is zero keeps the default.
	Settings dsl.WorkerOptions
	// Deployment is the build of a worker deployment that these workers are; nil
	// if they are none.
	Deployment *worker.DeploymentOptions
	// OnFatal is told when a worker gives up.
	OnFatal func(error)
}

// A Group is the workers of a process.
type Group struct {
	options Options
	cancel  context.CancelFunc

	mu      sync.Mutex
	workers []worker.Worker
	shares  bool // one of them keeps what the namespace shares
	stopped bool
}

// Start starts a worker for each task queue.
func Start(o Options) (*Group, error) {
	worker.SetStickyWorkflowCacheSize(cmp.Or(o.Settings.CacheSize, defaultCacheSize))
	ctx, cancel := context.WithCancel(context.Background())
	g := &Group{options: o, cancel: cancel}
	o.attributes(ctx)
	for _, queue := range o.Queues {
		i := &interpreter.Interpreter{Programs: o.Registry, Behavior: o.behavior()}
		w := worker.New(o.Client, queue, i.Options(o.workerOptions()))
		i.Register(w)
		builtins.Register(w, o.Builtins)
		shared.RegisterTell(w, g.share)
		if err := w.Start(); err != nil {
			g.Stop()
			return nil, fmt.Errorf("the worker of task queue %q cannot start: %w", queue, err)
		}
		g.mu.Lock()
		g.workers = append(g.workers, w)
		g.mu.Unlock()
	}
	if slices.ContainsFunc(o.Registry.Programs(), (*dsl.Program).Shares) {
		if err := g.share(); err != nil {
			g.Stop()
			return nil, err
		}
	}
	return g, nil
}

// share starts the worker that keeps what the namespace shares, unless it runs:
// at the start if a program shares something, or else with the first message of
// a run to a keeper, which may come from a program that has been changed.
func (g *Group) share() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.shares || g.stopped {
		return nil
	}
	o := g.options.workerOptions()
	w := worker.New(g.options.Client, shared.TaskQueue, worker.Options{ // whatever the project's workers may do
		Identity: o.Identity, WorkerStopTimeout: o.WorkerStopTimeout, OnFatalError: o.OnFatalError,
	})
	shared.Keepers{}.Register(w)
	if err := w.Start(); err != nil {
		return fmt.Errorf("the worker of task queue %q cannot start: %w", shared.TaskQueue, err)
	}
	g.workers, g.shares = append(g.workers, w), true
	return nil
}

// Stop lets running activities end, within the stop timeout.
func (g *Group) Stop() {
	g.cancel()
	g.mu.Lock()
	g.stopped = true
	g.mu.Unlock()
	done := make(chan struct{}, len(g.workers))
	for _, w := range g.workers {
		go func() { w.Stop(); done <- struct{}{} }()
	}
	for range g.workers {
		<-done
	}
}

// Queues lists the task queues of programs, sorted.
func Queues(programs []*dsl.Program, fallback string) []string {
	if fallback == "" {
		fallback = DefaultTaskQueue
	}
	var queues []string
	for _, p := range programs {
		queues = append(queues, QueueOf(p, fallback))
	}
	slices.Sort(queues)
	return slices.Compact(queues)
}

// QueueOf is the task queue of a program.
func QueueOf(p *dsl.Program, fallback string) string {
	switch {
	case p.TaskQueue != "":
		return p.TaskQueue
	case fallback != "":
		return fallback
	}
	return DefaultTaskQueue
}
