//go:build !noengine

package change_test

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/internal/engine"
	"github.com/partitur/partitur/internal/golden"
	"github.com/partitur/partitur/internal/registry"
	"github.com/partitur/partitur/internal/workers"
	"github.com/partitur/partitur/interpreter"
)

// TestRecord records the runs of the pairs that are not there, or all of them
// with -update, on a real server.
func TestRecord(t *testing.T) {
	var missing []func(client.Client)
	for _, b := range bases(t) {
		for _, r := range b.runs {
			if _, err := os.Stat(b.history(r)); err != nil || os.Getenv("RECORD_ALL") != "" {
				missing = append(missing, func(c client.Client) { b.record(t, c, r) })
			}
		}
	}
	if len(missing) == 0 {
		return
	}
	if !*golden.Update {
		t.Fatalf("%d histories are missing; record them with -update", len(missing))
	}
	server, err := engine.Start(t.Context(), engine.Options{SearchAttributes: map[string]enumspb.IndexedValueType{
		"Customer": enumspb.INDEXED_VALUE_TYPE_KEYWORD,
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = server.Stop() }()
	c, err := client.Dial(client.Options{HostPort: server.HostPort(), Identity: "test"})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for _, record := range missing {
		record(c)
	}
}

func (b *base) record(t *testing.T, c client.Client, r recording) {
	t.Helper()
	queue := b.name + "." + r.Name
	space, _ := dsl.Load([]*source.File{source.NewFile("old.yaml", []byte(b.text))}, workers.Catalog{})
	programs := &registry.Registry{Actions: workers.Catalog{}}
	if _, err := programs.Set(space.Programs); err != nil {
		t.Fatal(err)
	}
	i := &interpreter.Interpreter{Programs: programs}
	w := worker.New(c, queue, i.Options(worker.Options{Identity: "test"}))
	i.Register(w)
	w.RegisterDynamicActivity(r.activity, activity.DynamicRegisterOptions{})
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	defer w.Stop()
	run, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: queue, TaskQueue: queue}, space.Programs[0].Name, r.Input)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range r.Send {
		idle(t, c, run)
		if err := m.send(t.Context(), c, run); err != nil {
			t.Fatalf("%s: %v", queue, err)
		}
	}
	if r.Cancel {
		idle(t, c, run)
		if err := c.CancelWorkflow(t.Context(), run.GetID(), ""); err != nil {
			t.Fatal(err)
		}
	}
	if r.Waits {
		idle(t, c, run)
	} else {
		_ = run.GetWithOptions(t.Context(), nil, client.WorkflowRunGetOptions{DisableFollowingRuns: true})
	}
	save(t, b.history(r), c, run)
	if r.Waits {
		_ = c.TerminateWorkflow(t.Context(), run.GetID(), "", "recorded")
	}
}

func (m message) send(ctx context.Context, c client.Client, run client.WorkflowRun) error {
	if m.Signal != "" {
		return c.SignalWorkflow(ctx, run.GetID(), "", m.Signal, m.With)
	}
	h, err := c.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID: run.GetID(), UpdateName: m.Update, Args: []any{m.With}, WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err != nil {
		return err
	}
	return h.Get(ctx, nil)
}

// activity is every activity: it fails or returns as the recording says.
func (r recording) activity(ctx context.Context, args converter.EncodedValues) (any, error) {
	name := activity.GetInfo(ctx).ActivityType.Name
	if kind := r.Fails[name]; kind != "" {
		return nil, temporal.NewNonRetryableApplicationError("no", kind, nil)
	}
	if v, ok := r.Returns[name]; ok {
		return v, nil
	}
	if name == "http" {
		return map[string]any{"status": 200}, nil
	}
	if name == "hang" {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	var in any
	if args.HasValues() {
		if err := args.Get(&in); err != nil {
			return nil, err
		}
	}
	return in, nil
}

// idle waits until the run waits for something that does not come by itself
// soon.
func idle(t *testing.T, c client.Client, run client.WorkflowRun) {
	t.Helper()
	length := int64(0)
	for range 200 {
		time.Sleep(150 * time.Millisecond)
		d, err := c.DescribeWorkflowExecution(t.Context(), run.GetID(), "")
		if err != nil {
			t.Fatal(err)
		}
		if d.GetPendingWorkflowTask() == nil && d.GetWorkflowExecutionInfo().GetHistoryLength() == length {
			return
		}
		length = d.GetWorkflowExecutionInfo().GetHistoryLength()
	}
	t.Fatal(errors.New("the run does not come to rest"), run.GetID())
}

func save(t *testing.T, file string, c client.Client, run client.WorkflowRun) {
	t.Helper()
	h := &historypb.History{}
	events := c.GetWorkflowHistory(t.Context(), run.GetID(), run.GetRunID(), false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		e, err := events.Next()
		if err != nil {
			t.Fatal(err)
		}
		h.Events = append(h.Events, e)
	}
	data, err := protojson.Marshal(h)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, data, 0o644); err != nil {
		t.Fatal(err)
	}
}
