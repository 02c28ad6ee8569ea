package interpreter_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/interpreter"
)

const counting = `workflow: counting
defaults: {timeout: 1m}
state: {n: 0, slow: 0, closed: false}
signals:
  add: {do: [{set: {n: "${ state.n + 1 }"}}]}
  slow: {do: [{activity: echo, with: 1}, {set: {slow: "${ state.slow + 1 }"}}]}
  note: {}
  close: {do: [{set: {closed: true}}]}
steps:
  - {await: state.closed}
  - {activity: echo}
output: {n: "${ state.n }", slow: "${ state.slow }"}
`

// flood sends signals from several senders until the run has ended, and counts
// those that the server has taken. Those that start activities stop earlier,
// since the run waits for their end.
func flood(s *site, id string, names ...string) map[string]*atomic.Int64 {
	taken := map[string]*atomic.Int64{}
	var all sync.WaitGroup
	for _, name := range names {
		taken[name] = new(atomic.Int64)
		all.Go(func() {
			for s.client.SignalWorkflow(s.t.Context(), id, "", name, 1) == nil {
				if taken[name].Add(1) == 40 && name == "slow" {
					return
				}
				if taken[name].Load() == 60 && name == names[0] {
					_ = s.client.SignalWorkflow(s.t.Context(), id, "", "close", nil)
				}
			}
		})
	}
	all.Wait()
	return taken
}

// TestNoMessageIsLost sends signals while a run comes to its end, and while its
// worker is replaced by another. Each that the server has taken has its effect, or
// is shown as unread.
func TestNoMessageIsLost(t *testing.T) {
	s := newSite(t, counting)
	run := s.start("counting")
	i := &interpreter.Interpreter{Programs: s.programs}
	other := worker.New(s.client, s.queue, i.Options(worker.Options{Identity: "other"}))
	i.Register(other)
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	taken := flood(s, run.GetID(), "add", "slow", "note")
	other.Stop()
	var result struct{ N, Slow int64 }
	if err := s.get(run, &result); err != nil {
		t.Fatal(err)
	}
	if result.N != taken["add"].Load() || result.Slow != taken["slow"].Load() {
		t.Errorf("%d and %d signals were taken, and the run saw %+v", taken["add"].Load(), taken["slow"].Load(), result)
	}
	var status interpreter.Status
	eventually(t, "the run answers, after the worker is gone that was asked first", func() bool {
		answer, err := s.client.QueryWorkflow(t.Context(), run.GetID(), "", "status")
		return err == nil && answer.Get(&status) == nil
	})
	all := taken["add"].Load() + taken["slow"].Load() + taken["note"].Load() + 1
	if got := int64(status.Messages.Counts.Received); got != all {
		t.Errorf("%d signals were taken, and the run received %d", all, got)
	}
	h := s.history(run)
	t.Logf("%d signals, %d events", all, len(h.Events))
	replay(t, h)
}

// TestSignalArguments sends signals as other SDKs do: with none or with several
// arguments.
func TestSignalArguments(t *testing.T) {
	s := newSite(t, "workflow: several\nsignals: {a: {}}\nsteps: [{id: none, receive: a}, {id: many, receive: a}, {return: '${ [steps.none.output, steps.many.output] }'}]\n")
	run := s.start("several")
	for _, args := range [][]any{nil, {9007199254740993, "two", nil}} {
		var in *commonpb.Payloads
		for _, arg := range args {
			data, kind := fmt.Sprintf("%#v", arg), "json/plain"
			if arg == nil {
				data, kind = "", "binary/null"
			}
			if in == nil {
				in = new(commonpb.Payloads)
			}
			in.Payloads = append(in.Payloads, payload(kind, data))
		}
		_, err := s.client.WorkflowService().SignalWorkflowExecution(t.Context(), &workflowservice.SignalWorkflowExecutionRequest{
			Namespace: "default", WorkflowExecution: &commonpb.WorkflowExecution{WorkflowId: run.GetID()}, SignalName: "a", Input: in,
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	var result []any
	if err := s.get(run, &result); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(result); got != "[<nil> [9.007199254740992e+15 two <nil>]]" {
		t.Error("the messages are", got)
	}
	replay(t, s.history(run))
}

const cart = `workflow: cart
state: {items: "${ input.items ?? [] }"}
signals: {add: {do: [{set: {items: "${ concat(state.items, [message]) }"}}]}}
updates:
  add_now:
    validate: [{check: len(state.items) < 3, reject: the cart is full}]
    do: [{set: {items: "${ concat(state.items, [message]) }"}}]
    output: ${ len(state.items) }
steps: [{await: len(state.items) >= 3}]
output: ${ state.items }
`

// TestMessageWithStart sends a signal and an update with the start of a run: the
// state is there when they come, and a rejected update leaves no event.
func TestMessageWithStart(t *testing.T) {
	s := newSite(t, cart)
	o := client.StartWorkflowOptions{ID: s.queue, TaskQueue: s.queue, WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING}
	in := map[string]any{"items": []string{"first"}}
	run, err := s.client.SignalWithStartWorkflow(t.Context(), o.ID, "add", "second", o, "cart", in)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	update := func() (n int, err error) {
		h, err := s.client.UpdateWithStartWorkflow(ctx, client.UpdateWithStartWorkflowOptions{
			StartWorkflowOperation: s.client.NewWithStartWorkflowOperation(o, "cart", in),
			UpdateOptions:          client.UpdateWorkflowOptions{UpdateName: "add_now", Args: []any{"third"}, WaitForStage: client.WorkflowUpdateStageCompleted},
		})
		if err == nil {
			err = h.Get(ctx, &n)
		}
		return n, err
	}
	if n, err := update(); err != nil || n != 3 {
		t.Fatal("the update is answered", n, err)
	}
	var items []string
	if err := s.get(run, &items); err != nil || fmt.Sprint(items) != "[first second third]" {
		t.Error("the items are", items, err)
	}
	replay(t, s.history(run))
}

// TestRejectedUpdate leaves no event, and its sender gets the author's words.
func TestRejectedUpdate(t *testing.T) {
	s := newSite(t, "workflow: strict\nstate: {n: 0}\nupdates: {add: {validate: [{check: message > 0, reject: 'not ${ message }'}], do: [{set: {n: '${ message }'}}], output: '${ state.n }'}}\nsteps: [{await: state.n > 0}]\n")
	run := s.start("strict")
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	update := func(arg any) error {
		h, err := s.client.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{WorkflowID: run.GetID(), UpdateName: "add", Args: []any{arg}, WaitForStage: client.WorkflowUpdateStageCompleted})
		if err != nil {
			return err
		}
		return h.Get(ctx, nil)
	}
	var app *temporal.ApplicationError
	if err := update(-1); !errors.As(err, &app) || app.Type() != interpreter.Rejected || app.Message() != "not -1" {
		t.Errorf("the sender gets %v", err)
	}
	before := len(s.history(run).Events)
	for range 3 {
		_ = update(-2)
	}
	if after := len(s.history(run).Events); after != before {
		t.Errorf("rejected updates made %d events", after-before)
	}
	if err := update(1); err != nil {
		t.Fatal(err)
	}
	if err := s.get(run, nil); err != nil {
		t.Fatal(err)
	}
	replay(t, s.history(run))
}

// countingByHand is the counting workflow as one writes it in Go.
func countingByHand(ctx workflow.Context) (int, error) {
	n, closed := 0, false
	sel := workflow.NewSelector(ctx)
	sel.AddReceive(workflow.GetSignalChannel(ctx, "add"), func(c workflow.ReceiveChannel, _ bool) { c.Receive(ctx, nil); n++ })
	sel.AddReceive(workflow.GetSignalChannel(ctx, "close"), func(c workflow.ReceiveChannel, _ bool) { c.Receive(ctx, nil); closed = true })
	for !closed {
		sel.Select(ctx)
	}
	return n, nil
}

// TestMessagesCostNothing compares the events of a run that handles signals with
// those of the same workflow written in Go: one more, the recorded definition.
func TestMessagesCostNothing(t *testing.T) {
	s := newSite(t, "workflow: counting\nstate: {n: 0, closed: false}\nsignals: {add: {do: [{set: {n: '${ state.n + 1 }'}}]}, close: {do: [{set: {closed: true}}]}}\nsteps: [{await: state.closed}]\noutput: ${ state.n }\n")
	events := map[string]int{}
	for _, kind := range []string{"counting", "by hand"} {
		o := client.StartWorkflowOptions{ID: s.queue + "/" + kind, TaskQueue: s.queue + "/" + kind}
		run, err := s.client.ExecuteWorkflow(t.Context(), o, kind)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"add", "add", "add", "close"} { // all are there before the worker is
			if err := s.client.SignalWorkflow(t.Context(), run.GetID(), "", name, nil); err != nil {
				t.Fatal(err)
			}
		}
		i := &interpreter.Interpreter{Programs: s.programs}
		w := worker.New(s.client, o.TaskQueue, i.Options(worker.Options{}))
		if kind == "by hand" {
			w = worker.New(s.client, o.TaskQueue, worker.Options{})
			w.RegisterWorkflowWithOptions(countingByHand, workflow.RegisterOptions{Name: kind})
		} else {
			i.Register(w)
		}
		if err := w.Start(); err != nil {
			t.Fatal(err)
		}
		defer w.Stop()
		var n int
		if err := s.get(run, &n); err != nil || n != 3 {
			t.Fatal(kind, n, err)
		}
		events[kind] = len(s.history(run).Events)
	}
	if events["counting"] != events["by hand"]+1 {
		t.Error("the events are", events)
	}
}
