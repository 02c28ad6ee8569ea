package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime"
	"runtime/pprof"
	"syscall"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/builtins"
	"github.com/partitur/partitur/internal/registry"
	"github.com/partitur/partitur/internal/workers"
	"github.com/partitur/partitur/interpreter"
)

// The roles of child processes. Those that run workflows are the names of their
// task queues, too, and equally long, since names stand in histories.
const (
	roleGo         = "go--"
	roleYAML       = "yaml"
	roleActivities = "activities"

	activityQueue = "activities"
)

// A role is the life of one child process.
type role struct {
	name   string
	client client.Client
	replay func() (worker.WorkflowReplayer, error)
	stop   func()
}

func quiet() log.Logger { return log.NewStructuredLogger(slog.New(slog.DiscardHandler)) }

// playRole serves requests of the parent until it goes.
func playRole(name, address string, in io.Reader, out io.Writer) error {
	c, err := client.Dial(client.Options{HostPort: address, Logger: quiet()})
	if err != nil {
		return err
	}
	defer c.Close()
	r := &role{name: name, client: c}
	if err := r.start(); err != nil {
		return err
	}
	defer r.stop()
	answers := json.NewEncoder(out)
	if err := answers.Encode(answer{}); err != nil {
		return err
	}
	for requests := json.NewDecoder(in); ; {
		var q request
		if err := requests.Decode(&q); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
		if err := answers.Encode(r.serve(q)); err != nil {
			return err
		}
	}
}

func (r *role) start() error {
	switch r.name {
	case roleGo:
		return r.startGo()
	case roleYAML:
		return r.startYAML()
	case roleActivities:
		return r.startActivities()
	}
	return fmt.Errorf("there is no role %q", r.name)
}

// startGo starts a worker with the options that workers.Start uses.
func (r *role) startGo() error {
	worker.SetStickyWorkflowCacheSize(2000)
	w := worker.New(r.client, r.name, worker.Options{
		Identity:                               r.name,
		MaxConcurrentWorkflowTaskExecutionSize: 2 * max(runtime.GOMAXPROCS(0), 1),
		DeadlockDetectionTimeout:               10 * time.Second,
	})
	r.replay = func() (worker.WorkflowReplayer, error) {
		p, err := worker.NewWorkflowReplayerWithOptions(worker.WorkflowReplayerOptions{})
		if err == nil {
			registerTwins(p)
		}
		return p, err
	}
	registerTwins(w)
	builtins.Register(w, builtinOptions())
	r.stop = w.Stop
	return w.Start()
}

func registerTwins(w worker.WorkflowRegistry) {
	for _, k := range works {
		w.RegisterWorkflowWithOptions(k.twin, workflow.RegisterOptions{Name: k.name})
	}
}

func (r *role) startYAML() error {
	known, err := programs()
	if err != nil {
		return err
	}
	reg := &registry.Registry{Actions: workers.Catalog{}}
	if _, err := reg.Set(known); err != nil {
		return err
	}
	r.replay = func() (worker.WorkflowReplayer, error) {
		i := &interpreter.Interpreter{Programs: reg}
		o := worker.WorkflowReplayerOptions{Interceptors: i.Options(worker.Options{}).Interceptors}
		p, err := worker.NewWorkflowReplayerWithOptions(o)
		if err == nil {
			i.Register(p)
		}
		return p, err
	}
	g, err := workers.Start(workers.Options{
		Client: r.client, Registry: reg, Builtins: builtinOptions(), Queues: []string{r.name}, Identity: r.name,
	})
	if err != nil {
		return err
	}
	r.stop = g.Stop
	return nil
}

func (r *role) startActivities() error {
	w := worker.New(r.client, activityQueue, worker.Options{Identity: r.name})
	done := func(_ context.Context, j Job) (Job, error) { return j, nil }
	refuse := func(context.Context, Job) (Job, error) {
		return Job{}, temporal.NewNonRetryableApplicationError("the carrier does not go there", "Refused", nil)
	}
	w.RegisterActivityWithOptions(done, activity.RegisterOptions{Name: "work"})
	w.RegisterActivityWithOptions(refuse, activity.RegisterOptions{Name: "refuse"})
	r.stop = w.Stop
	return w.Start()
}

// A request is what the parent asks of a child, and an answer what it gets.
type (
	request struct {
		Do    string    // cpu, replay, profile, allocations
		Run   execution // replay: which
		Times int       // replay: how often
		File  string    // profile, allocations: what to write; "" ends a profile
	}
	answer struct {
		CPU    time.Duration // used by the child since its start, or by the replays
		Events int           // that were replayed
		Error  string
	}
)

func (r *role) serve(q request) (a answer) {
	var err error
	switch q.Do {
	case "cpu":
		a.CPU = cpu()
	case "replay":
		a, err = r.replays(q)
	case "profile":
		err = profile(q.File)
	case "allocations":
		err = allocations(q.File)
	default:
		err = fmt.Errorf("there is no request %q", q.Do)
	}
	if err != nil {
		a.Error = err.Error()
	}
	return a
}

// cpu is the processor time that this process has used.
func cpu() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// replays replays the histories of a run a number of times.
func (r *role) replays(q request) (a answer, err error) {
	histories, err := chain(r.client, q.Run)
	if err != nil {
		return a, err
	}
	replayer, err := r.replay()
	if err != nil {
		return a, err
	}
	before := cpu()
	for range q.Times {
		for _, h := range histories {
			if err := replayer.ReplayWorkflowHistoryWithOptions(quiet(), h, interpreter.ReplayOptions(h)); err != nil {
				return a, err
			}
			a.Events += len(h.Events)
		}
	}
	a.CPU = cpu() - before
	return a, nil
}

// profile begins a processor profile, or with no name ends it.
func profile(name string) error {
	if name == "" {
		pprof.StopCPUProfile()
		return nil
	}
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	return pprof.StartCPUProfile(f)
}

// allocations writes what this process has allocated since its start.
func allocations(name string) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer f.Close()
	return pprof.Lookup("allocs").WriteTo(f, 0)
}
