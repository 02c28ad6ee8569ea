package interpreter_test

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/internal/engine"
	"github.com/partitur/partitur/internal/registry"
	"github.com/partitur/partitur/interpreter"
	"github.com/partitur/partitur/interpreter/shared"
)

// attributes are the search attributes of the namespace.
var attributes = map[string]enumspb.IndexedValueType{
	"Customer": enumspb.INDEXED_VALUE_TYPE_KEYWORD, "Amount": enumspb.INDEXED_VALUE_TYPE_INT,
	"PartiturWaitsFor": enumspb.INDEXED_VALUE_TYPE_KEYWORD_LIST,
}

// server is the one server of the tests, started by the first that needs it.
var server struct {
	sync.Once
	*engine.Server
	client client.Client
	err    error
}

func TestMain(m *testing.M) {
	worker.SetStickyWorkflowCacheSize(0) // every workflow task replays its run from the start
	code := m.Run()
	if server.Server != nil {
		server.client.Close()
		_ = server.Stop()
	}
	os.Exit(code)
}

func dial(t *testing.T) client.Client {
	t.Helper()
	server.Do(func() {
		if server.Server, server.err = engine.Start(context.Background(), engine.Options{SearchAttributes: attributes}); server.err == nil {
			server.client, server.err = client.Dial(client.Options{HostPort: server.HostPort(), Logger: quiet{}, Identity: "test"})
		}
	})
	if server.err != nil {
		t.Fatal(server.err)
	}
	return server.client
}

// A site is a task queue with a worker that knows some programs.
type site struct {
	t        *testing.T
	client   client.Client
	queue    string
	programs *registry.Registry
	worker   worker.Worker
	part     int // how many items of a loop one run works on

	mu    sync.Mutex
	gates map[string]chan struct{}
}

// newSite starts a worker for the workflows in the text, which may be empty.
func newSite(t *testing.T, text string) *site {
	t.Helper()
	return newSiteOfParts(t, text, 0)
}

// newSiteOfParts starts one that splits loops of more items than a part has.
func newSiteOfParts(t *testing.T, text string, part int) *site {
	t.Helper()
	s := &site{t: t, client: dial(t), queue: t.Name(), programs: new(registry.Registry), gates: map[string]chan struct{}{}, part: part}
	if text != "" {
		s.programs, _ = loadText(t, text)
	}
	s.serve()
	return s
}

// serve starts a worker, until the test ends or stops it.
func (s *site) serve() {
	s.t.Helper()
	i := &interpreter.Interpreter{Programs: s.programs, Part: s.part}
	w := worker.New(s.client, s.queue, i.Options(worker.Options{Identity: "test"}))
	i.Register(w)
	shared.RegisterTell(w, func() error { return shareOnce(s.client) })
	w.RegisterDynamicActivity(s.activity, activity.DynamicRegisterOptions{})
	w.RegisterActivityWithOptions(func(n any) (any, error) { return n, nil }, activity.RegisterOptions{Name: "local.echo"})
	w.RegisterWorkflowWithOptions(tenByHand, workflow.RegisterOptions{Name: "by hand"})
	if err := w.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.worker = w
	s.t.Cleanup(w.Stop)
}

// activity is every activity there is: `fail` fails, `gate` waits to be opened,
// `closed` fails until it is, `resumes` goes on at its last heartbeat, and all others return their argument.
func (s *site) activity(ctx context.Context, args converter.EncodedValues) (any, error) {
	var in any
	if args.HasValues() {
		if err := args.Get(&in); err != nil {
			return nil, err
		}
	}
	switch info := activity.GetInfo(ctx); info.ActivityType.Name {
	case "fail":
		return nil, temporal.NewNonRetryableApplicationError("no", "Oops", nil, map[string]any{"code": 7})
	case "gate":
		select {
		case <-s.gate(info.WorkflowExecution.ID):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	case "resumes": // tells how far it is and fails, and goes on from there
		if activity.HasHeartbeatDetails(ctx) {
			var at map[string]int
			err := activity.GetHeartbeatDetails(ctx, &at)
			return at["line"], err
		}
		activity.RecordHeartbeat(ctx, map[string]int{"line": 700})
		return nil, temporal.NewApplicationError("crashed", "Crash")
	case "closed": // fails until the gate is open, and may be tried again
		select {
		case <-s.gate(info.WorkflowExecution.ID):
		default:
			return nil, temporal.NewApplicationError("the gate is closed", "Closed")
		}
	case "llm":
		return said(in), nil
	case "http":
		return map[string]any{"status": 200}, nil
	}
	return in, nil
}

// said is the reply of a model that calls for both its tools, and then is done.
func said(in any) any {
	messages := in.(map[string]any)["in"].(map[string]any)["messages"].([]any)
	usage := map[string]any{"tokens": 7, "usd": "0.01"}
	if len(messages) > 1 {
		return map[string]any{"text": "done", "stop": "end", "usage": usage}
	}
	calls := []any{
		map[string]any{"id": "c1", "name": "t", "arguments": map[string]any{"n": 5}},
		map[string]any{"id": "c2", "name": "u", "arguments": map[string]any{}},
	}
	return map[string]any{"text": "", "stop": "tool_calls", "tool_calls": calls, "usage": usage}
}

func (s *site) gate(id string) chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.gates[id] == nil {
		s.gates[id] = make(chan struct{})
	}
	return s.gates[id]
}

func (s *site) start(kind string, args ...any) client.WorkflowRun {
	s.t.Helper()
	run, err := s.client.ExecuteWorkflow(s.t.Context(), client.StartWorkflowOptions{ID: s.queue + "/" + kind, TaskQueue: s.queue}, kind, args...)
	if err != nil {
		s.t.Fatal(err)
	}
	return run
}

// get is the result of a run, once it has ended. The server may be slow to tell
// a waiting client, so this asks.
func (s *site) get(run client.WorkflowRun, result any) error {
	s.t.Helper()
	eventually(s.t, "the run ends", func() bool {
		d, err := s.client.DescribeWorkflowExecution(s.t.Context(), run.GetID(), run.GetRunID())
		return err == nil && d.GetWorkflowExecutionInfo().GetStatus() != enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING
	})
	return run.Get(s.t.Context(), result)
}

func (s *site) history(run client.WorkflowRun) *historypb.History {
	s.t.Helper()
	h := &historypb.History{}
	events := s.client.GetWorkflowHistory(s.t.Context(), run.GetID(), run.GetRunID(), false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		e, err := events.Next()
		if err != nil {
			s.t.Fatal(err)
		}
		h.Events = append(h.Events, e)
	}
	return h
}

// reaches waits until the run has reached an activity and it is under way.
func (s *site) reaches(run client.WorkflowRun, kind string) {
	s.t.Helper()
	eventually(s.t, "the run reaches "+kind, func() bool {
		d, err := s.client.DescribeWorkflowExecution(s.t.Context(), run.GetID(), run.GetRunID())
		if err != nil {
			return false
		}
		for _, p := range d.GetPendingActivities() {
			if p.GetActivityType().GetName() == kind && p.GetState() == enumspb.PENDING_ACTIVITY_STATE_STARTED {
				return true
			}
		}
		return false
	})
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for range 600 {
		if ok() {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("it does not happen that %s", what)
}

// replay checks that a worker without the definition repeats a history.
func replay(t *testing.T, h *historypb.History) {
	t.Helper()
	if err := replayer(t).ReplayWorkflowHistoryWithOptions(quiet{}, h, interpreter.ReplayOptions(h)); err != nil {
		t.Errorf("%v\nin the history %s", err, strings.Join(kindsOf(h), " "))
	}
}

func replayer(t *testing.T) worker.WorkflowReplayer { return replayerOf(t, emptyRegistry()) }

// replayerOf replays with the programs of a worker.
func replayerOf(t *testing.T, programs *registry.Registry) worker.WorkflowReplayer {
	t.Helper()
	i := &interpreter.Interpreter{Programs: programs}
	r, err := worker.NewWorkflowReplayerWithOptions(worker.WorkflowReplayerOptions{
		Interceptors: i.Options(worker.Options{}).Interceptors,
	})
	if err != nil {
		t.Fatal(err)
	}
	i.Register(r)
	return r
}

func kindsOf(h *historypb.History) (kinds []string) {
	for _, e := range h.GetEvents() {
		kinds = append(kinds, e.GetEventType().String())
	}
	return kinds
}

// tenByHand is what TestHistoryCost compares with.
func tenByHand(ctx workflow.Context) error {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{StartToCloseTimeout: time.Minute})
	for i := range 10 {
		if err := workflow.ExecuteActivity(ctx, "echo", i).Get(ctx, nil); err != nil {
			return err
		}
	}
	return nil
}

// TestHistoryCost says what the interpreter adds to a history: the marker.
func TestHistoryCost(t *testing.T) {
	var steps strings.Builder
	for i := range 10 {
		fmt.Fprintf(&steps, "  - {id: s%d, title: Step %d, activity: echo, with: %d}\n  - {if: steps.s%d.output == %d, then: [{set: {n: %d}}]}\n", i, i, i, i, i, i)
	}
	s := newSite(t, "workflow: ten\ndefaults: {timeout: 1m}\nstate: {n: 0}\non_failure: [{log: {message: no}}]\nsteps:\n"+steps.String())
	ours, byHand := s.start("ten"), s.start("by hand")
	for _, run := range []client.WorkflowRun{ours, byHand} {
		if err := s.get(run, nil); err != nil {
			t.Fatal(err)
		}
	}
	got, want := kindsOf(s.history(ours)), kindsOf(s.history(byHand))
	if len(got) != len(want)+1 {
		t.Errorf("%d events, and %d by hand:\n%s\n%s", len(got), len(want), got, want)
	}
	var rest []string
	for _, k := range got {
		if k != "MarkerRecorded" {
			rest = append(rest, k)
		}
	}
	if fmt.Sprint(rest) != fmt.Sprint(want) {
		t.Errorf("but for the marker the history is\n%s\nand by hand\n%s", rest, want)
	}
}

const waits = `workflow: waits
defaults: {timeout: 1m}
input: {type: object}
state: {n: 1}
queries: {n: "${ state.n }"}
steps:
  - {set: {n: 2}}
  - {id: g, activity: gate, with: "${ input.n }"}
output: {n: "${ steps.g.output }", text: first}
`

// TestBareClient uses a run the way any Temporal client does: it starts it by
// name with plain JSON, asks for its status, and reads the result.
func TestBareClient(t *testing.T) {
	s := newSite(t, waits)
	run := s.start("waits", map[string]any{"n": 7})
	s.reaches(run, "gate")
	answer, err := s.client.QueryWorkflow(t.Context(), run.GetID(), "", "status")
	if err != nil {
		t.Fatal(err)
	}
	var status struct {
		Workflow string
		Position []string
		State    map[string]any
		Steps    []struct{ ID, Path, Status string }
	}
	if err := answer.Get(&status); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(status); got != "{waits [workflow.yaml:8] map[n:2] [{ set_1 succeeded} {g g running}]}" {
		t.Error("status is", got)
	}
	close(s.gate(run.GetID()))
	var result struct {
		N    int
		Text string
	}
	if err := s.get(run, &result); err != nil || result.N != 7 || result.Text != "first" {
		t.Errorf("the result is %v, %v", result, err)
	}
	replay(t, s.history(run))
}

// TestQueryBeforeTheFirstStep asks a run that no worker has seen yet.
func TestQueryBeforeTheFirstStep(t *testing.T) {
	c := dial(t)
	run, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: t.Name(), TaskQueue: t.Name()}, "waits", map[string]any{})
	if err != nil {
		t.Fatal(err)
	}
	type answer struct {
		n   int
		err error
	}
	answers := make(chan answer, 1)
	go func() {
		var a answer
		v, err := c.QueryWorkflow(context.WithoutCancel(t.Context()), run.GetID(), "", "n")
		if a.err = err; err == nil {
			a.err = v.Get(&a.n)
		}
		answers <- a
	}()
	s := newSite(t, waits)
	if a := <-answers; a.err != nil || a.n != 2 {
		t.Errorf("the query is answered %d, %v", a.n, a.err)
	}
	close(s.gate(run.GetID()))
	if err := s.get(run, nil); err != nil {
		t.Error(err)
	}
}

// TestPinnedDefinition changes the text and then removes it while a run waits.
func TestPinnedDefinition(t *testing.T) {
	s := newSite(t, waits)
	first := s.start("waits", map[string]any{"n": 1})
	s.reaches(first, "gate")
	changed := parse(t, strings.Replace(waits, "text: first", "text: second", 1))
	if _, err := s.programs.Set(changed); err != nil {
		t.Fatal(err)
	}
	second, err := s.client.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "second", TaskQueue: s.queue}, "waits", map[string]any{"n": 2})
	if err != nil {
		t.Fatal(err)
	}
	s.reaches(second, "gate")
	if _, err := s.programs.Set(nil); err != nil {
		t.Fatal(err)
	}
	for run, want := range map[client.WorkflowRun]string{first: "first", second: "second"} {
		close(s.gate(run.GetID()))
		var got struct{ Text string }
		if err := s.get(run, &got); err != nil || got.Text != want {
			t.Errorf("%s: the text is %q, %v", run.GetID(), got.Text, err)
		}
	}
}

// TestUnknownTypeBlocks starts what the worker does not know: the run is kept,
// says why, and goes on after a reset once the definition is there.
func TestUnknownTypeBlocks(t *testing.T) {
	s := newSite(t, "")
	run := s.start("waits", map[string]any{"n": 3})
	eventually(t, "the workflow task fails", func() bool {
		for _, e := range s.history(run).GetEvents() {
			if f := e.GetWorkflowTaskFailedEventAttributes(); f != nil {
				if want := `this worker has no workflow "waits"; the run waits for one that does`; f.GetFailure().GetMessage() != want {
					t.Fatalf("the message is %q", f.GetFailure().GetMessage())
				}
				return true
			}
		}
		return false
	})
	if d, err := s.client.DescribeWorkflowExecution(t.Context(), run.GetID(), ""); err != nil || d.GetWorkflowExecutionInfo().GetStatus() != enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING {
		t.Fatalf("the run is %v, %v", d.GetWorkflowExecutionInfo().GetStatus(), err)
	}
	if _, err := s.programs.Set(parse(t, waits)); err != nil {
		t.Fatal(err)
	}
	run = s.reset(run, 4)
	close(s.gate(run.GetID()))
	var got struct{ N int }
	if err := s.get(run, &got); err != nil || got.N != 3 {
		t.Errorf("got %v, %v", got, err)
	}
}

// TestReset resets a run to a later task: it keeps its text.
func TestReset(t *testing.T) {
	s := newSite(t, waits)
	run := s.start("waits", map[string]any{"n": 4})
	s.reaches(run, "gate")
	if _, err := s.programs.Set(parse(t, strings.Replace(waits, "text: first", "text: second", 1))); err != nil {
		t.Fatal(err)
	}
	close(s.gate(run.GetID()))
	if err := s.get(run, nil); err != nil {
		t.Fatal(err)
	}
	last := int64(0)
	for _, e := range s.history(run).GetEvents() {
		if e.GetEventType() == enumspb.EVENT_TYPE_WORKFLOW_TASK_COMPLETED {
			last = e.GetEventId()
		}
	}
	again := s.reset(run, last)
	var got struct{ Text string }
	if err := s.get(again, &got); err != nil || got.Text != "first" {
		t.Errorf("the text is %q, %v", got.Text, err)
	}
	replay(t, s.history(again))
}
