package shared

import (
	"context"
	"errors"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
)

// The activities by which runs and keepers reach each other.
const (
	TellActivity  = "partitur.tell"  // delivers a Letter, and returns the run id of its sender
	WatchActivity = "partitur.watch" // returns when a Run has ended
)

// Unreachable is the type of error of a message that the server refuses.
const Unreachable = "SharedUnreachable"

// beat is how often the activity that watches a run says that it does.
const beat = 5 * time.Second

// Register adds to the worker of the shared task queue what keepers need.
func (o Keepers) Register(w worker.Registry) {
	o.RegisterWorkflows(w)
	w.RegisterActivityWithOptions(watch, activity.RegisterOptions{Name: WatchActivity})
}

// RegisterWorkflows adds the keepers themselves, as a replayer needs them.
func (o Keepers) RegisterWorkflows(w worker.WorkflowRegistry) {
	for _, kind := range kinds {
		w.RegisterWorkflowWithOptions(o.Keep, workflow.RegisterOptions{Name: kind, VersioningBehavior: workflow.VersioningBehaviorAutoUpgrade})
	}
}

// RegisterTell adds to a worker that runs programs what these need to reach
// keepers. It calls serve before the first message: by then some worker must
// serve the shared task queue.
func RegisterTell(w worker.ActivityRegistry, serve func() error) {
	tell := func(ctx context.Context, l Letter) (string, error) {
		if err := serve(); err != nil {
			return "", err
		}
		from := activity.GetInfo(ctx).WorkflowExecution
		l.Message.sign(Run{from.ID, from.RunID})
		return from.RunID, deliver(ctx, activity.GetClient(ctx), l)
	}
	w.RegisterActivityWithOptions(tell, activity.RegisterOptions{Name: TellActivity})
}

// deliver signals a keeper, and starts it where it does not run. One that does
// not run has nothing to be given back.
func deliver(ctx context.Context, c client.Client, l Letter) (err error) {
	id := l.To.ID()
	if len(l.Message.Asks) == 0 && l.To.Kind == LockType {
		err = c.SignalWorkflow(ctx, id, "", MessageSignal, l.Message)
	} else {
		_, err = c.SignalWithStartWorkflow(ctx, id, MessageSignal, l.Message, client.StartWorkflowOptions{
			ID: id, TaskQueue: TaskQueue, StaticSummary: l.To.Name,
			WorkflowIDReusePolicy: enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE,
		}, l.To.Kind, l.To.Name, nil)
	}
	var missing *serviceerror.NotFound
	if errors.As(err, &missing) {
		return nil
	}
	return refused(err)
}

// refused makes an error that another attempt would meet again final.
func refused(err error) error {
	var denied *serviceerror.PermissionDenied
	var invalid *serviceerror.InvalidArgument
	if errors.As(err, &denied) || errors.As(err, &invalid) {
		return temporal.NewNonRetryableApplicationError(err.Error(), Unreachable, nil)
	}
	return err
}

// watch returns when a run has ended, and all that went on with it. One of those
// that have gone on may be reset while the last is watched, so that what has
// ended is looked at twice.
func watch(ctx context.Context, first Run) error {
	c := activity.GetClient(ctx)
	for at, ended := first, ""; ; {
		activity.RecordHeartbeat(ctx)
		next, err := successor(ctx, c, at)
		switch {
		case err != nil:
			return err
		case next == at.RunID:
			await(ctx, c, at)
		case next == "" && ended == at.RunID:
			return nil
		case next == "":
			at, ended = first, at.RunID
		default:
			at.RunID = next
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
}

// successor is the run that has what a run had: itself while it runs, the one
// that it was continued or reset as, or none.
func successor(ctx context.Context, c client.Client, r Run) (id string, err error) {
	d, err := c.DescribeWorkflowExecution(ctx, r.ID, r.RunID)
	var missing *serviceerror.NotFound
	if errors.As(err, &missing) {
		return "", nil
	}
	if reset := d.GetWorkflowExtendedInfo().GetResetRunId(); err != nil || reset != "" {
		return reset, err
	}
	switch d.GetWorkflowExecutionInfo().GetStatus() {
	case enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING:
		return r.RunID, nil
	case enumspb.WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW:
		last, err := c.GetWorkflowHistory(ctx, r.ID, r.RunID, false, enumspb.HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT).Next()
		return last.GetWorkflowExecutionContinuedAsNewEventAttributes().GetNewExecutionRunId(), err
	}
	return "", nil
}

// await asks the server to tell when a run ends, and waits for that a while.
func await(ctx context.Context, c client.Client, r Run) {
	ctx, cancel := context.WithTimeout(ctx, beat)
	defer cancel()
	events := c.GetWorkflowHistory(ctx, r.ID, r.RunID, true, enumspb.HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT)
	if events.HasNext() {
		_, _ = events.Next()
	}
}
