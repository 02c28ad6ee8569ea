package main

import (
	"context"
	"errors"
	"log/slog"
	"regexp"
	"slices"
	"testing"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/log"
	sdkworker "go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/builtins"
	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/value"
	"github.com/partitur/partitur/internal/engine"
	"github.com/partitur/partitur/internal/registry"
	"github.com/partitur/partitur/internal/workers"
	"github.com/partitur/partitur/interpreter"
	"github.com/partitur/partitur/interpreter/shared"
)

// slow are the examples that wait for hours or days. The server skips the time
// of their runs.
var slow = []string{"release", "story", "drip-campaign", "card-payment", "timers", "deterministic", "crash-recovery"}

// queue is the one task queue of this test: workflows and activities share it.
const queue = "examples"

// TestExamplesReplay runs each example on a real server with no cache of runs,
// so that every workflow task replays the run from its start, compares the result
// with that of a run in memory, and then replays the whole history once more with
// an empty registry.
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
	space := load(t)
	web := newStandIn(t, space)
	defer work(t, c, space.Programs, web)()
	t.Run("all", func(t *testing.T) { // ends when its parallel parts do, before what is deferred
		for _, p := range space.Programs {
			if talks(p) {
				continue
			}
			t.Run(p.Name, func(t *testing.T) {
				t.Parallel()
				run := finish(t, c, p, onStandIn(t, web, p, inputOf(t, space, p)))
				compare(t, c, run, expected(t, space, p))
				replay(t, history(t, c, run), quiet)
			})
		}
	})
}

// inputOf is what an example is run with: that of its first test case if it
// waits or calls HTTP services, else that of its comment.
func inputOf(t *testing.T, space *dsl.Workspace, p *dsl.Program) []any {
	if slices.Contains(slow, p.Name) || calls(p) {
		if in := firstCase(t, space, p).Input; in != nil {
			return []any{in}
		}
		return nil
	}
	args, err := commented(p)
	if err != nil {
		t.Fatal(err)
	}
	return args
}

// expected is the result of an example in memory, or nil if it cannot be run
// there with these activities.
func expected(t *testing.T, space *dsl.Workspace, p *dsl.Program) any {
	if calls(p) {
		return firstCase(t, space, p).Expect.Output
	}
	if hasLocal(p) {
		return nil
	}
	return perform(t, space, p, inputOf(t, space, p))
}

// A repertoire has a registry for each example, since they have settings of their
// own.
type repertoire map[string]*registry.Registry

// Members implements interpreter.Programs.
func (r repertoire) Members(workflowType, group string) []string {
	if of := r[workflowType]; of != nil {
		return of.Members(workflowType, group)
	}
	return nil
}

// Pin implements interpreter.Programs.
func (r repertoire) Pin(name string) (interpreter.Pin, error) {
	if r[name] == nil {
		return interpreter.Pin{}, errors.New("there is no example " + name)
	}
	return r[name].Pin(name)
}

// Program implements interpreter.Programs.
func (r repertoire) Program(pin interpreter.Pin) (*dsl.Program, error) {
	return (&registry.Registry{Actions: workers.Catalog{}}).Program(pin)
}

// work starts workers without a cache of runs for every queue the examples name.
func work(t *testing.T, c client.Client, programs []*dsl.Program, url string) (stop func()) {
	all := repertoire{}
	for _, p := range programs {
		all[p.Name] = &registry.Registry{Actions: workers.Catalog{}, Lookup: settings(url, p)}
		if _, err := all[p.Name].Set([]*dsl.Program{p}); err != nil {
			t.Fatal(err)
		}
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
	keepers := sdkworker.New(c, shared.TaskQueue, sdkworker.Options{})
	shared.Keepers{}.Register(keepers)
	if err := keepers.Start(); err != nil {
		t.Fatal(err)
	}
	running := []sdkworker.Worker{keepers}
	for _, name := range slices.Compact(queues) {
		if name == "" {
			continue
		}
		i := &interpreter.Interpreter{Programs: all}
		w := sdkworker.New(c, name, i.Options(sdkworker.Options{}))
		i.Register(w)
		register(w, in)
		shared.RegisterTell(w, func() error { return nil })
		builtins.Register(w, builtins.Options{Secrets: builtins.EnvSecrets(settings(url, programs[0]))})
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

// finish runs an example to its end.
func finish(t *testing.T, c client.Client, p *dsl.Program, args []any) *commonpb.WorkflowExecution {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	input, err := converter.GetDefaultDataConverter().ToPayloads(args...)
	if err != nil {
		t.Fatal(err)
	}
	started, err := c.WorkflowService().StartWorkflowExecution(ctx, &workflowservice.StartWorkflowExecutionRequest{
		Namespace: client.DefaultNamespace, RequestId: p.Name, WorkflowId: p.Name, Input: input,
		WorkflowType: &commonpb.WorkflowType{Name: p.Name}, TaskQueue: &taskqueuepb.TaskQueue{Name: queue},
		TimeSkippingConfig: &commonpb.TimeSkippingConfig{Enabled: slices.Contains(slow, p.Name)},
	})
	if err != nil {
		t.Fatal(err)
	}
	run := &commonpb.WorkflowExecution{WorkflowId: p.Name, RunId: started.GetRunId()}
	for { // asked again and again: a long poll may hear of the end late
		d, err := c.DescribeWorkflowExecution(ctx, run.WorkflowId, run.RunId)
		if err != nil {
			t.Fatal(err)
		}
		switch s := d.GetWorkflowExecutionInfo().GetStatus(); s {
		case enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED:
			return run
		case enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING:
			time.Sleep(50 * time.Millisecond)
		default:
			t.Fatalf("the run ended as %v: %v", s, c.GetWorkflow(ctx, run.WorkflowId, run.RunId).Get(ctx, nil))
		}
	}
}

// clock is what cannot be the same in two runs.
var clock = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.\d]*Z`)

// compare compares the result of a run with another, but for times.
func compare(t *testing.T, c client.Client, run *commonpb.WorkflowExecution, want any) {
	var raw converter.RawValue
	if err := c.GetWorkflow(t.Context(), run.WorkflowId, run.RunId).Get(t.Context(), &raw); err != nil {
		t.Fatal(err)
	}
	got := string(raw.Payload().GetData())
	if want == nil {
		if got == "" {
			t.Error("there is no result")
		}
		return
	}
	text, err := value.Encode(want)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := clock.ReplaceAllString(got, "TIME"), clock.ReplaceAllString(string(text), "TIME"); a != b {
		t.Errorf("on a server: %s\nin memory: %s", a, b)
	}
}

func history(t *testing.T, c client.Client, run *commonpb.WorkflowExecution) *historypb.History {
	h := &historypb.History{}
	events := c.GetWorkflowHistory(t.Context(), run.WorkflowId, run.RunId, false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
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
	i := &interpreter.Interpreter{Programs: &registry.Registry{Actions: workers.Catalog{}}}
	r, err := sdkworker.NewWorkflowReplayerWithOptions(sdkworker.WorkflowReplayerOptions{Interceptors: i.Options(sdkworker.Options{}).Interceptors})
	if err != nil {
		t.Fatal(err)
	}
	r.RegisterDynamicWorkflow(i.Run, workflow.DynamicRegisterOptions{})
	if err := r.ReplayWorkflowHistoryWithOptions(logger, h, interpreter.ReplayOptions(h)); err != nil {
		t.Fatal(err)
	}
}
