package main

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	failurepb "go.temporal.io/api/failure/v1"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"

	"github.com/partitur/partitur/internal/engine"
	"github.com/partitur/partitur/internal/project"
	"github.com/partitur/partitur/internal/registry"
	"github.com/partitur/partitur/internal/workers"
)

// TestPolyglot runs the workflow with a worker for prices and the Go worker for
// stock. PARTITUR_TYPESCRIPT=1 takes the TypeScript worker for prices, whose
// packages tools/polyglot installs; otherwise this test speaks the protocol.
func TestPolyglot(t *testing.T) {
	server, err := engine.Start(context.WithoutCancel(t.Context()), engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Stop() })
	c, err := client.Dial(client.Options{HostPort: server.HostPort(), Logger: sdklog.NewStructuredLogger(slog.New(slog.NewTextHandler(io.Discard, nil)))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	serve(t, c)
	stock := newWorker(c, "stock")
	if err := stock.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stock.Stop)
	if os.Getenv("PARTITUR_TYPESCRIPT") != "" {
		typescript(t, server.HostPort())
	} else {
		go standIn(t.Context(), t, c)
	}
	check(t, c)
}

// check runs the workflow twice: with articles that there are, and with one that
// there is not.
func check(t *testing.T, c client.Client) {
	t.Helper()
	var got struct {
		TotalCents  int    `json:"total_cents"`
		Reservation string `json:"reservation"`
		Rejected    string `json:"rejected"`
	}
	input := json.RawMessage(`{"items": [{"sku": "book", "count": 2}, {"sku": "pen", "count": 1}]}`)
	run := start(t, c, "good", input)
	if err := run.Get(t.Context(), &got); err != nil || got.TotalCents != 3200 || len(got.Reservation) != len("res-")+22 {
		t.Errorf("the result is %v, %v", got, err)
	}
	if key := priceKey(t, c, run); len(key) != 22 || "res-"+key == got.Reservation {
		t.Errorf("the worker for prices has the key %q, and the reservation is %s", key, got.Reservation)
	}
	run = start(t, c, "bad", json.RawMessage(`{"items": [{"sku": "tea", "count": 2}]}`))
	if err := run.Get(t.Context(), &got); err != nil || got.Rejected != "there is no article tea" {
		t.Errorf("the result is %v, %v", got, err)
	}
}

func start(t *testing.T, c client.Client, id string, input any) client.WorkflowRun {
	t.Helper()
	run, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: id, TaskQueue: "examples"}, "polyglot", input)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// priceKey is the idempotency key that the worker for prices has seen.
func priceKey(t *testing.T, c client.Client, run client.WorkflowRun) string {
	t.Helper()
	events := c.GetWorkflowHistory(t.Context(), run.GetID(), run.GetRunID(), false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		e, err := events.Next()
		if err != nil {
			t.Fatal(err)
		}
		if done := e.GetActivityTaskCompletedEventAttributes(); done != nil {
			var result struct{ Key string }
			if err := json.Unmarshal(done.GetResult().GetPayloads()[0].GetData(), &result); err != nil {
				t.Fatal(err)
			}
			return result.Key
		}
	}
	return ""
}

// serve starts the worker of the workflow.
func serve(t *testing.T, c client.Client) {
	t.Helper()
	space, diags, err := project.Load("../../../..", []string{"examples/composition/polyglot.yaml"}, workers.Catalog{})
	if err != nil || diags.Errors() > 0 {
		t.Fatal(diags, err)
	}
	programs := &registry.Registry{Actions: workers.Catalog{}}
	if _, err := programs.Set(space.Programs); err != nil {
		t.Fatal(err)
	}
	group, err := workers.Start(workers.Options{Client: c, Namespace: client.DefaultNamespace, Registry: programs, Queues: []string{"examples"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(group.Stop)
}

// typescript starts the TypeScript worker.
func typescript(t *testing.T, address string) {
	t.Helper()
	cmd := exec.Command("npm", "start")
	cmd.Dir = filepath.Join("..", "typescript")
	cmd.Env = append(os.Environ(), "TEMPORAL_ADDRESS="+address)
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	own(cmd)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { end(cmd) })
}

// standIn is a worker for prices in terms of the server's protocol, which is what
// the SDKs of all languages speak.
func standIn(ctx context.Context, t *testing.T, c client.Client) {
	service := c.WorkflowService()
	for ctx.Err() == nil {
		poll, cancel := context.WithTimeout(ctx, time.Minute)
		task, err := service.PollActivityTaskQueue(poll, &workflowservice.PollActivityTaskQueueRequest{
			Namespace: client.DefaultNamespace, TaskQueue: &taskqueuepb.TaskQueue{Name: "pricing"}, Identity: "stand-in",
		})
		cancel()
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			t.Error("the stand-in cannot ask for tasks:", err)
			return
		case len(task.GetTaskToken()) == 0:
			continue
		}
		result, failure := price(task)
		if failure != nil {
			_, err = service.RespondActivityTaskFailed(ctx, &workflowservice.RespondActivityTaskFailedRequest{
				Namespace: client.DefaultNamespace, TaskToken: task.GetTaskToken(), Failure: failure,
			})
		} else {
			_, err = service.RespondActivityTaskCompleted(ctx, &workflowservice.RespondActivityTaskCompletedRequest{
				Namespace: client.DefaultNamespace, TaskToken: task.GetTaskToken(), Result: &commonpb.Payloads{Payloads: []*commonpb.Payload{result}},
			})
		}
		if err != nil && ctx.Err() == nil {
			t.Error(err)
		}
	}
}

// price does what the TypeScript worker does.
func price(task *workflowservice.PollActivityTaskQueueResponse) (*commonpb.Payload, *failurepb.Failure) {
	var in order
	var key string
	err := errors.Join(
		json.Unmarshal(task.GetInput().GetPayloads()[0].GetData(), &in),
		json.Unmarshal(task.GetHeader().GetFields()["idempotency-key"].GetData(), &key),
	)
	if err != nil {
		return nil, &failurepb.Failure{Message: err.Error()}
	}
	cents, total := map[string]int{"book": 1500, "pen": 200}, 0
	for _, item := range in.Items {
		if cents[item.SKU] == 0 {
			return nil, &failurepb.Failure{Message: "there is no article " + item.SKU, FailureInfo: &failurepb.Failure_ApplicationFailureInfo{
				ApplicationFailureInfo: &failurepb.ApplicationFailureInfo{Type: "UnknownSku", NonRetryable: true},
			}}
		}
		total += cents[item.SKU] * item.Count
	}
	data, err := json.Marshal(map[string]any{"total_cents": total, "key": key})
	if err != nil {
		return nil, &failurepb.Failure{Message: err.Error()}
	}
	return &commonpb.Payload{Metadata: map[string][]byte{"encoding": []byte("json/plain")}, Data: data}, nil
}
