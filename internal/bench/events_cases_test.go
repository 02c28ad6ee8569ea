//go:build !noengine

package main

import (
	"context"
	"errors"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// A stepCase is some steps, written twice. A row of the table of events shows
// each.
type stepCase struct {
	kind  string // the type of the body that the case shows; "" if it shows a modifier or the like
	head  string // other keys of the document
	yaml  string // the steps
	twin  func(ctx workflow.Context, in caseInput) error
	along string                                                              // what happens meanwhile, as the table says it
	send  func(ctx context.Context, c client.Client, workflowID string) error // what comes from outside
	fails bool                                                                // the run ends as failed
	note  string                                                              // what the table says besides
}

// workflow is the case as a workflow in Go.
func (c stepCase) workflow(ctx workflow.Context, in caseInput) error {
	return c.twin(workflow.WithActivityOptions(ctx, workflow.ActivityOptions{
		StartToCloseTimeout: time.Minute, RetryPolicy: &temporal.RetryPolicy{MaximumAttempts: 1},
	}), in)
}

var stepCases = []stepCase{
	{kind: "Activity", yaml: `[{activity: work}]`, twin: one},
	{yaml: `[{activity: work, local: true}]`, twin: local},
	{kind: "Action", yaml: `[{http: {url: https://example.com}}]`, twin: one},
	{kind: "Agent", yaml: `[{agent: {model: m, prompt: hello}}]`, twin: one},
	{kind: "Child", yaml: `[{workflow: inner}]`, twin: inner},
	{kind: "Compute", yaml: `[{value: 1}]`, twin: nothing},
	{kind: "Set", head: "state: {n: 0}\n", yaml: `[{set: {n: 1}}]`, twin: nothing},
	{kind: "If", yaml: `[{if: input != nil, then: [{activity: work}]}]`, twin: one},
	{kind: "Switch", yaml: `[{switch: [{when: input != nil, do: [{activity: work}]}]}]`, twin: one},
	{kind: "ForEach", yaml: `[{for_each: 1..3, do: [{activity: work}]}]`, twin: times(3)},
	{yaml: `[{for_each: 1..3, concurrency: 3, do: [{activity: work}]}]`, twin: together(3)},
	{kind: "While", yaml: `[{while: index < 3, max_iterations: 9, do: [{activity: work}]}]`, twin: times(3)},
	{yaml: `[{while: index < 3, max_iterations: 9, every: 1ms, do: [{activity: work}]}]`, twin: paced(3)},
	{kind: "Repeat", yaml: `[{repeat: [{activity: work}], until: index == 2, max_iterations: 9}]`, twin: times(3)},
	{kind: "Break", yaml: `[{id: a, for_each: 1..3, do: [{activity: work}, {break: a}]}]`, twin: one},
	{kind: "Next", yaml: `[{id: a, for_each: 1..3, do: [{activity: work}, {if: item > 0, next: a}, {activity: work}]}]`, twin: times(3)},
	{kind: "Parallel", yaml: `[{parallel: {x: [{activity: work}], y: [{activity: work}]}}]`, twin: together(2)},
	{yaml: `[{parallel: {x: [{activity: work}], y: [{sleep: 1h}]}, join: any}]`, twin: race},
	{kind: "Sleep", yaml: `[{sleep: 1ms}]`, twin: pause},
	{kind: "SleepUntil", yaml: `[{sleep_until: "${ now() + duration('1s') }"}]`, twin: pause},
	{kind: "Await", head: "state: {ready: false}\nsignals: {go: {do: [{set: {ready: true}}]}}\n", yaml: `[{await: state.ready}]`, twin: receive, send: send("go", nil)},
	{kind: "Receive", head: "signals: {go: {}}\n", yaml: `[{receive: go}]`, twin: receive, send: send("go", nil)},
	{head: "signals: {go: {}}\n", yaml: `[{receive: go, timeout: 1h}]`, twin: receiveInTime("go"), send: send("go", nil)},
	{kind: "Approval", yaml: `[{approval: {title: Go on, approvers: ann}, timeout: 1d, on_timeout: reject}]`, twin: receiveInTime("approve"), send: send("approve", map[string]any{"by": "ann"})},
	{
		kind: "Task", yaml: `[{task: {title: How many, assignees: ann, form: {type: integer}}, timeout: 1d}]`,
		twin: receiveInTime("answer"), send: send("answer", map[string]any{"by": "ann", "form": 7}),
	},
	{kind: "SendSignal", yaml: `[{signal: {workflow_id: "${ input.other }", name: hello}}]`, twin: sendSignal},
	{kind: "CancelWorkflow", yaml: `[{cancel: {workflow_id: "${ input.other }"}}]`, twin: cancelOther},
	{kind: "Lock", yaml: `[{lock: a, do: [{activity: work}]}]`, twin: locked},
	{kind: "Try", yaml: `[{try: [{activity: work}]}]`, twin: one},
	{kind: "Saga", yaml: `[{saga: [{activity: work, compensate: {activity: work}}, {fail: {type: No}}], on_error: continue}]`, twin: times(2)},
	{kind: "Checkpoint", yaml: `[{checkpoint: here}, {activity: work}]`, twin: one},
	{kind: "CompensateTo", yaml: `[{checkpoint: here}, {activity: work, compensate: {activity: work}}, {compensate_to: here}]`, twin: times(2)},
	{kind: "Fallback", yaml: `[{fallback: [{activity: refuse}, {activity: work}]}]`, twin: fallback},
	{kind: "Log", yaml: `[{log: {message: hello}}]`, twin: nothing},
	{kind: "Details", yaml: `[{details: hello}]`, twin: details},
	{kind: "SearchAttributes", yaml: `[{search_attributes: {Customer: c1}}]`, twin: searchAttributes},
	{kind: "Memo", yaml: `[{memo: {a: 1}}]`, twin: memo},
	{kind: "Return", yaml: `[{return: 1}]`, twin: nothing},
	{kind: "Fail", yaml: `[{fail: {type: No}}]`, twin: failing, fails: true},
	{
		kind: "ContinueAsNew", yaml: `[{if: input != nil, continue_as_new: null}]`, twin: continueAsNew,
		note: "the next run takes the newest definition: it has the event for that of its own",
	},
	{kind: "Patch", head: "versioning: {upgrade: always}\npatches: {new: active}\n", yaml: `[{patch: new, then: [{activity: work}]}]`, twin: patch},
	{yaml: `[{try: [{activity: work}], timeout: 1h}]`, twin: inTime},
	{
		yaml: `[{try: [{activity: work}], finally: [{activity: work}]}]`, twin: cleanedUp,
		note: "what follows goes on when the run is cancelled, and a timer bounds it",
	},
	{head: "updates: {go: {output: 1}}\nstate: {n: 0}\nsignals: {go: {}}\n", yaml: `[{receive: go}]`, along: ", and an update", twin: answerUpdate, send: updateThenSignal},
	{head: "queries: {go: 1}\nsignals: {go: {}}\n", yaml: `[{receive: go}]`, along: ", and a query", twin: answerQuery, send: queryThenSignal},
}

func nothing(workflow.Context, caseInput) error { return nil }

func one(ctx workflow.Context, _ caseInput) error {
	return workflow.ExecuteActivity(ctx, "work").Get(ctx, nil)
}

func local(ctx workflow.Context, _ caseInput) error {
	ctx = workflow.WithLocalActivityOptions(ctx, workflow.LocalActivityOptions{StartToCloseTimeout: time.Minute})
	return workflow.ExecuteLocalActivity(ctx, "work").Get(ctx, nil)
}

func inner(ctx workflow.Context, _ caseInput) error {
	return workflow.ExecuteChildWorkflow(ctx, "inner").Get(ctx, nil)
}

// times is a number of activities, one after the other.
func times(n int) func(workflow.Context, caseInput) error {
	return func(ctx workflow.Context, in caseInput) error {
		for range n {
			if err := one(ctx, in); err != nil {
				return err
			}
		}
		return nil
	}
}

// together is a number of activities at the same time.
func together(n int) func(workflow.Context, caseInput) error {
	return func(ctx workflow.Context, _ caseInput) error {
		futures := make([]workflow.Future, n)
		for i := range futures {
			futures[i] = workflow.ExecuteActivity(ctx, "work")
		}
		for _, f := range futures {
			if err := f.Get(ctx, nil); err != nil {
				return err
			}
		}
		return nil
	}
}

// paced is a number of activities with a pause between two.
func paced(n int) func(workflow.Context, caseInput) error {
	return func(ctx workflow.Context, in caseInput) error {
		for i := range n {
			if i > 0 {
				if err := workflow.Sleep(ctx, time.Millisecond); err != nil {
					return err
				}
			}
			if err := one(ctx, in); err != nil {
				return err
			}
		}
		return nil
	}
}

func race(ctx workflow.Context, in caseInput) error {
	inner, cancel := workflow.WithCancel(ctx)
	workflow.NewTimer(inner, time.Hour)
	err := one(ctx, in)
	cancel()
	return err
}

func pause(ctx workflow.Context, _ caseInput) error { return workflow.Sleep(ctx, time.Millisecond) }

func receive(ctx workflow.Context, _ caseInput) error {
	workflow.GetSignalChannel(ctx, "go").Receive(ctx, nil)
	return nil
}

func receiveInTime(name string) func(workflow.Context, caseInput) error {
	return func(ctx workflow.Context, _ caseInput) error {
		timed, cancel := workflow.WithCancel(ctx)
		s := workflow.NewSelector(ctx)
		s.AddFuture(workflow.NewTimer(timed, time.Hour), func(workflow.Future) {})
		s.AddReceive(workflow.GetSignalChannel(ctx, name), func(c workflow.ReceiveChannel, _ bool) { c.Receive(ctx, nil) })
		s.Select(ctx)
		cancel()
		return nil
	}
}

func sendSignal(ctx workflow.Context, in caseInput) error {
	return workflow.SignalExternalWorkflow(ctx, in.Other, "", "hello", nil).Get(ctx, nil)
}

func cancelOther(ctx workflow.Context, in caseInput) error {
	return workflow.RequestCancelExternalWorkflow(ctx, in.Other, "").Get(ctx, nil)
}

func locked(ctx workflow.Context, in caseInput) error {
	m := workflow.NewMutex(ctx)
	if err := m.Lock(ctx); err != nil {
		return err
	}
	defer m.Unlock()
	return one(ctx, in)
}

func fallback(ctx workflow.Context, in caseInput) error {
	if workflow.ExecuteActivity(ctx, "refuse").Get(ctx, nil) == nil {
		return nil
	}
	return one(ctx, in)
}

func details(ctx workflow.Context, _ caseInput) error {
	workflow.SetCurrentDetails(ctx, "hello")
	return nil
}

func searchAttributes(ctx workflow.Context, _ caseInput) error {
	return workflow.UpsertTypedSearchAttributes(ctx, temporal.NewSearchAttributeKeyKeyword("Customer").ValueSet("c1"))
}

func memo(ctx workflow.Context, _ caseInput) error {
	return workflow.UpsertMemo(ctx, map[string]any{"a": 1})
}

func failing(workflow.Context, caseInput) error { return temporal.NewApplicationError("", "No") }

func continueAsNew(ctx workflow.Context, _ caseInput) error {
	if workflow.GetInfo(ctx).ContinuedExecutionRunID != "" {
		return nil
	}
	return workflow.NewContinueAsNewError(ctx, workflow.GetInfo(ctx).WorkflowType.Name, nil)
}

func patch(ctx workflow.Context, in caseInput) error {
	if workflow.GetVersion(ctx, "new", workflow.DefaultVersion, 1) == workflow.DefaultVersion {
		return errors.New("the run has not the change")
	}
	return one(ctx, in)
}

func inTime(ctx workflow.Context, in caseInput) error { return within(ctx, time.Hour, in) }

// within is an activity that is cancelled when its time is up.
func within(ctx workflow.Context, limit time.Duration, in caseInput) error {
	inner, stop := workflow.WithCancel(ctx)
	defer stop()
	timer := workflow.NewTimer(inner, limit)
	work, cancel := workflow.WithCancel(ctx)
	workflow.Go(inner, func(ctx workflow.Context) {
		if timer.Get(ctx, nil) == nil {
			cancel()
		}
	})
	return one(work, in)
}

// cleanedUp is work, and what follows it whatever happens: a cancellation does not
// end that, and it has 10 minutes.
func cleanedUp(ctx workflow.Context, in caseInput) (err error) {
	defer func() {
		detached, _ := workflow.NewDisconnectedContext(ctx)
		if failed := within(detached, 10*time.Minute, in); err == nil {
			err = failed
		}
	}()
	return one(ctx, in)
}

func answerUpdate(ctx workflow.Context, in caseInput) error {
	err := workflow.SetUpdateHandler(ctx, "go", func(workflow.Context) (int, error) { return 1, nil })
	if err != nil {
		return err
	}
	return receive(ctx, in)
}

func answerQuery(ctx workflow.Context, in caseInput) error {
	if err := workflow.SetQueryHandler(ctx, "go", func() (int, error) { return 1, nil }); err != nil {
		return err
	}
	return receive(ctx, in)
}

// send sends a signal.
func send(name string, with any) func(context.Context, client.Client, string) error {
	return func(ctx context.Context, c client.Client, workflowID string) error {
		return c.SignalWorkflow(ctx, workflowID, "", name, with)
	}
}

func updateThenSignal(ctx context.Context, c client.Client, workflowID string) error {
	h, err := c.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
		WorkflowID: workflowID, UpdateName: "go", WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err == nil {
		err = h.Get(ctx, nil)
	}
	return errors.Join(err, send("go", nil)(ctx, c, workflowID))
}

func queryThenSignal(ctx context.Context, c client.Client, workflowID string) error {
	_, err := c.QueryWorkflow(ctx, workflowID, "", "go")
	return errors.Join(err, send("go", nil)(ctx, c, workflowID))
}
