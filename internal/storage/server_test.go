package storage_test

import (
	"context"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/worker"
	"google.golang.org/protobuf/proto"

	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/internal/engine"
	"github.com/partitur/partitur/internal/registry"
	"github.com/partitur/partitur/internal/storage"
	"github.com/partitur/partitur/internal/workers"
	"github.com/partitur/partitur/interpreter"
)

const large = 50 << 20

const program = `workflow: large
defaults: {timeout: 1m, retry: {maximum_attempts: 1}}
signals: {note: {message: {type: string}}}
steps:
  - {id: load, activity: load}
  - {id: measure, activity: measure, with: {text: "${ steps.load.output }", more: 1}}
  - {id: note, receive: note}
  - {id: noted, activity: measure, with: {text: "${ steps.note.output }", more: 2}}
output: {size: "${ steps.measure.output }", note: "${ steps.noted.output }", text: "${ steps.load.output }"}
`

// TestLargeValues passes 50MB in a signal, from one step to the next and to the
// caller, on a server that takes 2MB at once. The history stays short, and replays with the
// storage alone.
func TestLargeValues(t *testing.T) {
	dir := t.TempDir()
	external, err := storage.Open(t.Context(), &dsl.Storage{Driver: "file", Path: "values"}, dir)
	if err != nil {
		t.Fatal(err)
	}
	server, err := engine.Start(context.WithoutCancel(t.Context()), engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Stop() })
	logger := sdklog.NewStructuredLogger(slog.New(slog.NewTextHandler(io.Discard, nil)))
	c, err := client.Dial(client.Options{HostPort: server.HostPort(), Logger: logger, ExternalStorage: external})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	i := &interpreter.Interpreter{Programs: programs(t)}
	w := worker.New(c, "large", i.Options(worker.Options{}))
	i.Register(w)
	w.RegisterActivityWithOptions(func() (string, error) { return strings.Repeat("x", large), nil }, activity.RegisterOptions{Name: "load"})
	w.RegisterActivityWithOptions(func(in struct{ Text string }) (int, error) { return len(in.Text), nil }, activity.RegisterOptions{Name: "measure"})
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Stop)
	run, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "large", TaskQueue: "large"}, "large")
	if err != nil {
		t.Fatal(err)
	}
	if err := c.SignalWorkflow(t.Context(), run.GetID(), "", "note", strings.Repeat("n", large)); err != nil {
		t.Fatal(err)
	}
	var result struct {
		Size, Note int
		Text       string
	}
	if err := run.Get(t.Context(), &result); err != nil || result.Size != large || result.Note != large || len(result.Text) != large {
		t.Fatalf("the result has %d, %d and %d bytes, %v", result.Size, result.Note, len(result.Text), err)
	}
	h := history(t, server, logger, run)
	if size := proto.Size(h); size > 20_000 {
		t.Errorf("the history has %d bytes", size)
	}
	if pin := pinOf(h).GetMarkerRecordedEventAttributes(); !interpreter.IsPin(pin.GetDetails()["data"].GetPayloads()[0]) {
		t.Error("the definition is not in the history, but", pin)
	}
	none := &interpreter.Interpreter{Programs: &registry.Registry{Actions: workers.Catalog{}}}
	r, err := worker.NewWorkflowReplayerWithOptions(worker.WorkflowReplayerOptions{
		Interceptors: none.Options(worker.Options{}).Interceptors, ExternalStorage: external,
	})
	if err != nil {
		t.Fatal(err)
	}
	none.Register(r)
	if err := r.ReplayWorkflowHistoryWithOptions(logger, h, interpreter.ReplayOptions(h)); err != nil {
		t.Error(err)
	}
	if err := storage.Resolve(t.Context(), external, h); err != nil || proto.Size(h) < 3*large {
		t.Errorf("resolved, the history has %d bytes, %v", proto.Size(h), err)
	}
	if files, _ := filepath.Glob(filepath.Join(dir, "values", "*", "*")); len(files) != 5 {
		t.Errorf("%d values are stored", len(files))
	}
}

// pinOf is the first marker, wherever the signal came in.
func pinOf(h *historypb.History) *historypb.HistoryEvent {
	for _, e := range h.GetEvents() {
		if e.GetEventType() == enumspb.EVENT_TYPE_MARKER_RECORDED {
			return e
		}
	}
	return nil
}

func programs(t *testing.T) *registry.Registry {
	t.Helper()
	space, diags := dsl.Load([]*source.File{source.NewFile("large.yaml", []byte(program))}, workers.Catalog{})
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	r := &registry.Registry{Actions: workers.Catalog{}, Stored: true, Lookup: os.LookupEnv}
	if _, err := r.Set(space.Programs); err != nil {
		t.Fatal(err)
	}
	return r
}

// history reads what the server has, as a client without storage sees it.
func history(t *testing.T, server *engine.Server, logger sdklog.Logger, run client.WorkflowRun) *historypb.History {
	t.Helper()
	bare, err := client.Dial(client.Options{HostPort: server.HostPort(), Logger: logger})
	if err != nil {
		t.Fatal(err)
	}
	defer bare.Close()
	h := &historypb.History{}
	events := bare.GetWorkflowHistory(t.Context(), run.GetID(), run.GetRunID(), false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		e, err := events.Next()
		if err != nil {
			t.Fatal(err)
		}
		h.Events = append(h.Events, e)
	}
	return h
}
