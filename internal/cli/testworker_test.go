//go:build !noengine

package cli_test

import (
	"context"
	"encoding/json"
	"sync/atomic"
	"testing"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/internal/registry"
)

// A testWorker runs the workflows that the scripts start.
type testWorker struct {
	mended  atomic.Bool
	refused atomic.Int32

	programs *registry.Registry // of the task queue yaml
}

func startWorker(t *testing.T, hostPort string) *testWorker {
	t.Helper()
	c, err := client.Dial(client.Options{HostPort: hostPort, Logger: discardLog()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	tw := &testWorker{}
	w := worker.New(c, "partitur", worker.Options{})
	for name, f := range map[string]any{
		"echo": echo, "fail": fail, "fail-at-line": failAtLine, "wait": wait, "retrying": retrying, "broken": tw.broken, "moving": tw.moving, "again": again,
	} {
		w.RegisterWorkflowWithOptions(f, workflow.RegisterOptions{Name: name})
	}
	w.RegisterActivityWithOptions(flaky, activity.RegisterOptions{Name: "carrier.book"})
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Stop)
	tw.programs = startInterpreter(t, c)
	return tw
}

// echo returns its input as it came.
func echo(_ workflow.Context, in json.RawMessage) (json.RawMessage, error) {
	if in == nil {
		return json.RawMessage("null"), nil
	}
	return in, nil
}

func fail(workflow.Context) error {
	cause := temporal.NewApplicationError("the bank does not answer", "BankDown")
	return temporal.NewApplicationErrorWithCause("the card was declined", "CardDeclined", cause, map[string]any{"code": 51})
}

// failAtLine fails as runs of ours do: the details say where.
func failAtLine(workflow.Context) error {
	return temporal.NewApplicationError("the card was declined", "CardDeclined", map[string]any{
		"step": "charge", "path": "steps.charge", "file": "order.yaml", "line": 12, "column": 5, "length": 4,
		"text": "    http: {url: x}", "attempt": 3,
	})
}

// wait ends when it is released or cancelled, and tells its status.
func wait(ctx workflow.Context) (string, error) {
	began := workflow.Now(ctx)
	status := map[string]any{"workflow": "wait", "steps": []any{
		map[string]any{"path": "steps.first", "id": "first", "verb": "set", "status": "succeeded", "started": began, "ended": began},
		map[string]any{"path": "steps.second", "id": "second", "title": "Wait for the release", "verb": "receive", "status": "skipped", "started": began},
	}}
	if err := workflow.SetQueryHandler(ctx, "partitur.status", func() (any, error) { return status, nil }); err != nil {
		return "", err
	}
	var by string
	released := workflow.GetSignalChannel(ctx, "release")
	for !released.ReceiveAsync(&by) {
		if err := workflow.Await(ctx, func() bool { return released.Len() > 0 }); err != nil {
			return "", err
		}
	}
	return "released by " + by, nil
}

func flaky(ctx context.Context) error {
	activity.RecordHeartbeat(ctx, map[string]int{"truck": 3})
	return temporal.NewApplicationError("no truck", "CarrierDown")
}

// retrying has an activity that fails for ever.
func retrying(ctx workflow.Context) error {
	ctx = workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		ActivityID: "steps.ship#1", StartToCloseTimeout: time.Minute,
		RetryPolicy: &temporal.RetryPolicy{InitialInterval: time.Hour, MaximumAttempts: 9},
	})
	return workflow.ExecuteActivity(ctx, "carrier.book").Get(ctx, nil)
}

// broken blocks until the worker is mended.
func (w *testWorker) broken(workflow.Context) (string, error) {
	if !w.mended.Load() {
		panic("this worker does not know workflow \"broken\"")
	}
	return "mended", nil
}

// again continues as new once.
func again(ctx workflow.Context, left int) (string, error) {
	if left > 0 {
		return "", workflow.NewContinueAsNewError(ctx, "again", left-1)
	}
	return "done", nil
}

// moving refuses its first updates, as a run does that is about to continue as
// new.
func (tw *testWorker) moving(ctx workflow.Context) error {
	done := false
	err := workflow.SetUpdateHandlerWithOptions(ctx, "put", func(workflow.Context) (string, error) {
		done = true
		return "taken", nil
	}, workflow.UpdateHandlerOptions{Validator: func() error {
		if tw.refused.Add(1) < 3 {
			return temporal.NewApplicationError("not now", "ContinuingAsNew")
		}
		return nil
	}})
	if err != nil {
		return err
	}
	return workflow.Await(ctx, func() bool { return done })
}
