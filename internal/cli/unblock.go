package cli

import (
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"
	"github.com/spf13/pflag"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/workflowservice/v1"
)

var unblockCommand = command{
	use:     "unblock [ID...]",
	group:   runsGroup,
	summary: "let blocked runs go on now, after their cause is gone",
	help: `
Let a blocked run go on now. A run is blocked when its worker cannot execute it:
the worker does not know the definition, or there is a fault of ours. The server
tries again by itself, but waits longer and longer, up to ten minutes; this
resets the run to the task that failed, so that it is tried at once.

Do it after the cause is gone, or the run is blocked again. Nothing that the run
has done is done twice. Its run id changes, its workflow id stays.`,
	examples: `
  partitur unblock ORD-1
  partitur unblock --all`,
	remote: true,
	setup: func(f *pflag.FlagSet) run {
		all := f.Bool("all", false, "every blocked run of the namespace")
		return func(c *call) error {
			if *all == (len(c.args) > 0) {
				return usage("name the runs, or give --all")
			}
			server, err := c.dial()
			if err != nil {
				return err
			}
			ids := c.args
			if *all {
				if ids, err = c.blockedIDs(server); err != nil {
					return err
				}
			}
			return c.unblock(server, ids)
		}
	},
}

// A block is why a run cannot go on.
type block struct {
	Since   time.Time `json:"since"`
	Cause   string    `json:"cause"`
	Message string    `json:"message"`

	event int64
}

// block finds the failure that a run has stopped at, or nil. Only the first
// one of a series is in the history.
func (c *call) block(server *remote, ref runRef) (*block, error) {
	request := &workflowservice.GetWorkflowExecutionHistoryReverseRequest{
		Namespace: server.namespace, Execution: ref.execution(), MaximumPageSize: 20,
	}
	for {
		page, err := server.WorkflowService().GetWorkflowExecutionHistoryReverse(c.ctx, request)
		if err != nil {
			return nil, ref.missing(err, server)
		}
		for _, e := range page.GetHistory().GetEvents() {
			switch e.GetEventType() {
			case enumspb.EVENT_TYPE_WORKFLOW_TASK_FAILED:
				return blockOf(e), nil
			case enumspb.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
				return nil, nil
			}
		}
		if request.NextPageToken = page.GetNextPageToken(); len(request.NextPageToken) == 0 {
			return nil, nil
		}
	}
}

func blockOf(e *historypb.HistoryEvent) *block {
	a := e.GetWorkflowTaskFailedEventAttributes()
	return &block{Since: e.GetEventTime().AsTime(), Cause: a.GetCause().String(), Message: a.GetFailure().GetMessage(), event: e.GetEventId()}
}

func (c *call) blockedIDs(server *remote) ([]string, error) {
	query, err := filter{blocked: true}.text()
	if err != nil {
		return nil, err
	}
	runs, _, err := c.list(server, query, 1000)
	ids := make([]string, len(runs))
	for i, r := range runs {
		ids[i] = r.WorkflowID
	}
	return ids, err
}

// An unblocked is what unblock prints for a run.
type unblocked struct {
	WorkflowID string `json:"workflow_id"`
	RunID      string `json:"run_id"`
	NewRunID   string `json:"new_run_id"`
}

func (c *call) unblock(server *remote, ids []string) error {
	done := []unblocked{}
	var failed error
	for _, id := range ids {
		u, err := c.resetToFailure(server, runRef{workflowID: id})
		if err != nil {
			failed = err
			break
		}
		done = append(done, u)
	}
	if len(done) > 0 || failed == nil {
		err := c.show(map[string]any{"unblocked": done}, func(w io.Writer) {
			for _, u := range done {
				fmt.Fprintf(w, "%s %s\n", u.WorkflowID, u.NewRunID)
			}
		})
		if err != nil {
			return err
		}
	}
	return failed
}

func (c *call) resetToFailure(server *remote, ref runRef) (unblocked, error) {
	d, err := c.describe(server, ref)
	if err != nil {
		return unblocked{}, err
	}
	if d.Block == nil {
		return unblocked{}, problemf(exitFailed, "run %q is not blocked, it is %s", ref.workflowID, d.Status)
	}
	r, err := server.ResetWorkflowExecution(c.ctx, &workflowservice.ResetWorkflowExecutionRequest{
		Namespace:                 server.namespace,
		WorkflowExecution:         runRef{d.WorkflowID, d.RunID}.execution(),
		Reason:                    "partitur unblock",
		WorkflowTaskFinishEventId: d.Block.event,
		RequestId:                 uuid.NewString(),
	})
	if err != nil {
		return unblocked{}, ref.missing(err, server)
	}
	return unblocked{d.WorkflowID, d.RunID, r.GetRunId()}, nil
}
