package main

import (
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// Order is the input of a run.
type Order struct {
	ID string `json:"id"`
}

// Rounds is the input of the loop, and what its next run is given.
type Rounds struct {
	ID    string `json:"id"`
	Times int    `json:"times"`
	Done  int    `json:"done,omitempty"`
}

// Signals is the input of the run that counts signals.
type Signals struct {
	ID      string `json:"id"`
	Signals int    `json:"signals"`
}

// Orders is the input of the fan-out.
type Orders struct {
	IDs []string `json:"ids"`
}

// Job is what an activity takes, and what it returns.
type Job struct {
	ID     string `json:"id"`
	Number int    `json:"number"`
}

// Numbers is the result of the fan-out.
type Numbers struct {
	Numbers []int `json:"numbers"`
}

func activityOptions() workflow.ActivityOptions {
	return workflow.ActivityOptions{
		TaskQueue:           activityQueue,
		StartToCloseTimeout: 30 * time.Second,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval: time.Second, MaximumInterval: 10 * time.Second, MaximumAttempts: 5,
		},
	}
}

func sequence(ctx workflow.Context, in Order) (Job, error) {
	ctx = workflow.WithActivityOptions(ctx, activityOptions())
	last := Job{ID: in.ID}
	for i := range 10 {
		err := workflow.ExecuteActivity(ctx, "work", Job{ID: last.ID, Number: i + 1}).Get(ctx, &last)
		if err != nil {
			return Job{}, err
		}
	}
	return last, nil
}

func saga(ctx workflow.Context, in Order) (out Order, err error) {
	o := activityOptions()
	o.WaitForCancellation = true // a compensation must not begin while what it undoes goes on
	ctx = workflow.WithActivityOptions(ctx, o)
	var undo []Job
	defer func() {
		if err == nil {
			return
		}
		detached, cancel := workflow.NewDisconnectedContext(ctx)
		defer cancel()
		for i := len(undo) - 1; i >= 0; i-- {
			if e := workflow.ExecuteActivity(detached, "work", undo[i]).Get(detached, nil); e != nil {
				workflow.GetLogger(ctx).Error("a compensation failed", "error", e)
			}
		}
	}()
	for i := range 2 {
		var done Job
		if err := workflow.ExecuteActivity(ctx, "work", Job{ID: in.ID, Number: i + 1}).Get(ctx, &done); err != nil {
			return out, err
		}
		undo = append(undo, Job{ID: done.ID, Number: -done.Number})
	}
	if err := workflow.ExecuteActivity(ctx, "refuse", Job{ID: in.ID, Number: 3}).Get(ctx, nil); err != nil {
		return out, err
	}
	return in, nil
}

func fanOut(ctx workflow.Context, in Orders) (Numbers, error) {
	ctx = workflow.WithActivityOptions(ctx, activityOptions())
	futures := make([]workflow.Future, len(in.IDs))
	for i, id := range in.IDs {
		futures[i] = workflow.ExecuteActivity(ctx, "work", Job{ID: id, Number: i})
	}
	out := Numbers{Numbers: make([]int, len(futures))}
	for i, f := range futures {
		var done Job
		if err := f.Get(ctx, &done); err != nil {
			return Numbers{}, err
		}
		out.Numbers[i] = done.Number
	}
	return out, nil
}

// longHistory is the length at which the loop continues as new.
const longHistory = 1000

func loop(ctx workflow.Context, in Rounds) (Job, error) {
	ctx = workflow.WithActivityOptions(ctx, activityOptions())
	for in.Done < in.Times {
		if workflow.GetInfo(ctx).GetCurrentHistoryLength() >= longHistory {
			return Job{}, workflow.NewContinueAsNewError(ctx, "loop", in)
		}
		var done Job
		err := workflow.ExecuteActivity(ctx, "work", Job{ID: in.ID, Number: in.Done + 1}).Get(ctx, &done)
		if err != nil {
			return Job{}, err
		}
		in.Done = done.Number
	}
	return Job{ID: in.ID, Number: in.Done}, nil
}

func signals(ctx workflow.Context, in Signals) (Job, error) {
	out := Job{ID: in.ID}
	messages := workflow.GetSignalChannel(ctx, signalName)
	for range in.Signals {
		var one Job
		messages.Receive(ctx, &one)
		out.Number += one.Number
	}
	return out, nil
}
