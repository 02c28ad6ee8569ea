package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/pflag"
	enumspb "go.temporal.io/api/enums/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"

	"github.com/partitur/partitur/internal/cli/ansi"
	"github.com/partitur/partitur/internal/cli/live"
)

var describeCommand = command{
	use:     "describe ID",
	group:   runsGroup,
	summary: "show what the server knows of a run",
	help: `
Show what the server knows of a run: its state, the activities and children it
waits for with their last errors, and why it is blocked if it is. This needs no
worker; ` + "`partitur status`" + ` asks the run itself.`,
	examples: `
  partitur describe ORD-1
  partitur describe ORD-1 -o json`,
	remote: true,
	setup: func(f *pflag.FlagSet) run {
		ref := runFlag(f)
		return func(c *call) error {
			server, err := c.dial()
			if err != nil {
				return err
			}
			d, err := c.describe(server, ref(c))
			if err != nil {
				return err
			}
			return c.show(d, func(w io.Writer) { c.writeDescription(w, d) })
		}
	},
}

// A description is what the server knows of a run.
type description struct {
	execution
	HistoryEvents    int64                      `json:"history_events"`
	HistoryBytes     int64                      `json:"history_bytes"`
	Parent           string                     `json:"parent,omitempty"`
	Block            *block                     `json:"block,omitempty"`
	Activities       []pendingActivity          `json:"pending_activities"`
	Children         []pendingChild             `json:"pending_children"`
	Memo             map[string]json.RawMessage `json:"memo,omitempty"`
	SearchAttributes map[string]json.RawMessage `json:"search_attributes,omitempty"`
}

// A pendingActivity is one that has not ended.
type pendingActivity struct {
	ID              string     `json:"id"`
	Type            string     `json:"type"`
	State           string     `json:"state"`
	Attempt         int32      `json:"attempt"`
	MaximumAttempts int32      `json:"maximum_attempts,omitempty"`
	Scheduled       *time.Time `json:"scheduled,omitempty"`
	Started         *time.Time `json:"started,omitempty"`
	NextAttempt     *time.Time `json:"next_attempt,omitempty"`
	LastFailure     *failure   `json:"last_failure,omitempty"`

	// Heartbeat is how far the activity has come, as it last told; the next
	// attempt goes on from there.
	Heartbeat json.RawMessage `json:"heartbeat,omitempty"`

	LastWorker string `json:"last_worker,omitempty"`
}

// A pendingChild is a child workflow that has not ended.
type pendingChild struct {
	WorkflowID string `json:"workflow_id"`
	RunID      string `json:"run_id"`
	Type       string `json:"type"`
}

func (c *call) describe(server *remote, ref runRef) (*description, error) {
	r, err := server.DescribeWorkflowExecution(c.ctx, ref.workflowID, ref.runID)
	if err != nil {
		return nil, ref.missing(err, server)
	}
	d := descriptionOf(r)
	if r.GetPendingWorkflowTask().GetAttempt() > 1 {
		d.Block, err = c.block(server, runRef{d.WorkflowID, d.RunID})
		if err != nil {
			return nil, err
		}
		d.Blocked = d.Blocked || d.Block != nil
	}
	return d, nil
}

func descriptionOf(r *workflowservice.DescribeWorkflowExecutionResponse) *description {
	info := r.GetWorkflowExecutionInfo()
	d := &description{
		execution:        executionOf(info),
		HistoryEvents:    info.GetHistoryLength(),
		HistoryBytes:     info.GetHistorySizeBytes(),
		Parent:           info.GetParentExecution().GetWorkflowId(),
		Activities:       []pendingActivity{},
		Children:         []pendingChild{},
		Memo:             fieldsOf(info.GetMemo().GetFields()),
		SearchAttributes: fieldsOf(info.GetSearchAttributes().GetIndexedFields()),
	}
	for _, a := range r.GetPendingActivities() {
		d.Activities = append(d.Activities, activityOf(a))
	}
	for _, child := range r.GetPendingChildren() {
		d.Children = append(d.Children, pendingChild{child.GetWorkflowId(), child.GetRunId(), child.GetWorkflowTypeName()})
	}
	return d
}

func activityOf(a *workflowpb.PendingActivityInfo) pendingActivity {
	p := pendingActivity{
		ID:              a.GetActivityId(),
		Type:            a.GetActivityType().GetName(),
		State:           activityState(a),
		Attempt:         a.GetAttempt(),
		MaximumAttempts: a.GetMaximumAttempts(),
		Scheduled:       timeOf(a.GetScheduledTime()),
		Started:         timeOf(a.GetLastStartedTime()),
		NextAttempt:     timeOf(a.GetNextAttemptScheduleTime()),
		LastFailure:     failureOf(a.GetLastFailure()),
		LastWorker:      a.GetLastWorkerIdentity(),
	}
	if a.GetHeartbeatDetails() != nil {
		p.Heartbeat = valuesOf(a.GetHeartbeatDetails())
	}
	return p
}

func activityState(a *workflowpb.PendingActivityInfo) string {
	switch {
	case a.GetPaused():
		return "paused"
	case a.GetState() == enumspb.PENDING_ACTIVITY_STATE_STARTED:
		return "running"
	case a.GetState() == enumspb.PENDING_ACTIVITY_STATE_CANCEL_REQUESTED:
		return "cancelling"
	case a.GetAttempt() > 1:
		return "waiting for its next attempt"
	}
	return "waiting for a worker"
}

func (c *call) writeDescription(w io.Writer, d *description) {
	colors := c.colors(c.Terminal.Stdout)
	status := d.shown()
	end := c.Now()
	closed := ""
	if d.Closed != nil {
		end, closed = *d.Closed, c.clock(*d.Closed)
	}
	writeFields(w, []field{
		{"workflow id", ansi.Clean(d.WorkflowID)},
		{"run id", d.RunID},
		{"type", ansi.Clean(d.Type)},
		{"status", colors.Paint(status.color, status.text)},
		{"task queue", ansi.Clean(d.TaskQueue)},
		{"parent", ansi.Clean(d.Parent)},
		{"started", c.clock(d.Started)},
		{"ended", closed},
		{"took", live.Elapsed(end.Sub(d.Started))},
		{"history", fmt.Sprintf("%d events, %d bytes", d.HistoryEvents, d.HistoryBytes)},
	})
	if d.Block != nil {
		fmt.Fprintf(w, "\nblocked since %s: %s\n", c.clock(d.Block.Since), colors.Paint(ansi.Red, d.Block.Message))
		fmt.Fprintf(w, "  once the cause is gone, `partitur unblock %s` lets it go on at once\n", d.WorkflowID)
	}
	for _, a := range d.Activities {
		fmt.Fprintf(w, "\n%s\n", c.activityLine(a))
		if a.LastFailure != nil {
			fmt.Fprintf(w, "  last error: %s\n", colors.Paint(ansi.Yellow, a.LastFailure.sentence()))
		}
		if a.Heartbeat != nil {
			fmt.Fprintf(w, "  last heartbeat: %s\n", a.Heartbeat)
		}
	}
	for _, child := range d.Children {
		fmt.Fprintf(w, "\nchild %s of type %s is running\n", ansi.Clean(child.WorkflowID), ansi.Clean(child.Type))
	}
}

func (c *call) activityLine(a pendingActivity) string {
	parts := []string{fmt.Sprintf("activity %s (%s) is %s", ansi.Clean(a.ID), ansi.Clean(a.Type), a.State)}
	attempt := fmt.Sprintf("attempt %d", a.Attempt)
	if a.MaximumAttempts > 0 {
		attempt += fmt.Sprintf(" of %d", a.MaximumAttempts)
	}
	parts = append(parts, attempt)
	if a.NextAttempt != nil && a.NextAttempt.After(c.Now()) {
		parts = append(parts, "in "+live.Elapsed(a.NextAttempt.Sub(c.Now())))
	}
	return strings.Join(parts, ", ")
}
