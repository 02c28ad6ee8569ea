package main

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	sdkworker "go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/internal/engine"
	"github.com/partitur/partitur/internal/registry"
	"github.com/partitur/partitur/internal/workers"
	"github.com/partitur/partitur/interpreter"
)

// slow are the examples that wait for hours or days by the input that their
// comments give; the server here does not skip time.
var slow = []string{"release", "story", "drip-campaign", "card-payment", "timers"}

// queue is the one task queue of this test: workflows and activities share it.
const queue = "examples"

// TestExamplesReplay runs each example without HTTP calls on a real server
// with no cache of runs, so that every workflow task replays the run from its
// start, and then replays the whole history once more with an empty registry.
func TestExamplesReplay(t *testing.T) {
	server, err := engine.Start(t.Context(), engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Stop()
	quiet := log.NewStructuredLogger(slog.New(slog.DiscardHandler))
	c, err := client.Dial(client.Options{HostPort: server.HostPort(), Logger: quiet})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	programs := offline(t)
	defer work(t, c, programs)()
	t.Run("all", func(t *testing.T) { // ends when its parallel parts do, before what is deferred
		for _, p := range programs {
			t.Run(p.Name, func(t *testing.T) {
				t.Parallel()
				replay(t, finish(t, c, p), quiet)
			})
		}
	})
}

// offline lists the examples that need no HTTP service and end soon.
func offline(t *testing.T) (programs []*dsl.Program) {
	for _, p := range load(t).Programs {
		calls := false
		p.WalkAll(func(s *dsl.Step) {
			_, action := s.Body.(*dsl.Action)
			calls = calls || action
		})
		if !calls && !slices.Contains(slow, p.Name) {
			programs = append(programs, p)
		}
	}
	if len(programs) < 10 {
		t.Fatalf("there are only %d examples to run", len(programs))
	}
	return programs
}

// work starts workers without a cache of runs for every queue the examples name.
func work(t *testing.T, c client.Client, programs []*dsl.Program) (stop func()) {
	all := &registry.Registry{Actions: workers.Catalog{}}
	if _, err := all.Set(programs); err != nil {
		t.Fatal(err)
	}
	queues := []string{queue}
	for _, p := range programs {
		queues = append(queues, p.Defaults.TaskQueue)
		p.WalkAll(func(s *dsl.Step) {
			queues = append(queues, s.Queue())
			if s.TaskQueue != nil && s.TaskQueue.IsConst() {
				name, _ := s.TaskQueue.Const.(string)
				queues = append(queues, name)
			}
		})
	}
	slices.Sort(queues)
	sdkworker.SetStickyWorkflowCacheSize(0)
	in := newWorld()
	in.pace = 0
	var running []sdkworker.Worker
	for _, name := range slices.Compact(queues) {
		if name == "" {
			continue
		}
		w := sdkworker.New(c, name, interpreter.Options(sdkworker.Options{}))
		(&interpreter.Interpreter{Programs: all}).Register(w)
		register(w, in)
		if err := w.Start(); err != nil {
			t.Fatal(err)
		}
		running = append(running, w)
	}
	return func() {
		for _, w := range running {
			w.Stop()
		}
	}
}

// finish runs an example to its end and returns its history.
func finish(t *testing.T, c client.Client, p *dsl.Program) *historypb.History {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	args, err := commented(p)
	if err != nil {
		t.Fatal(err)
	}
	run, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{TaskQueue: queue}, p.Name, args...)
	if err != nil {
		t.Fatal(err)
	}
	for { // asked again and again: a long poll may hear of the end late
		d, err := c.DescribeWorkflowExecution(ctx, run.GetID(), "")
		if err != nil {
			t.Fatal(err)
		}
		if s := d.GetWorkflowExecutionInfo().GetStatus(); s == enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED {
			break
		} else if s != enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING {
			t.Fatalf("the run ended as %v: %v", s, run.Get(ctx, nil))
		}
		time.Sleep(50 * time.Millisecond)
	}
	h := &historypb.History{}
	events := c.GetWorkflowHistory(ctx, run.GetID(), run.GetRunID(), false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		e, err := events.Next()
		if err != nil {
			t.Fatal(err)
		}
		h.Events = append(h.Events, e)
	}
	return h
}

// replay replays a history on a worker that has no definitions at all.
func replay(t *testing.T, h *historypb.History, logger log.Logger) {
	r, err := sdkworker.NewWorkflowReplayerWithOptions(sdkworker.WorkflowReplayerOptions{})
	if err != nil {
		t.Fatal(err)
	}
	r.RegisterDynamicWorkflow((&interpreter.Interpreter{Programs: &registry.Registry{Actions: workers.Catalog{}}}).Run, workflow.DynamicRegisterOptions{})
	if err := r.ReplayWorkflowHistory(logger, h); err != nil {
		t.Fatal(err)
	}
}
