package cli

import (
	"encoding/json"
	"errors"
	"strings"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	workflowpb "go.temporal.io/api/workflow/v1"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/partitur/partitur/internal/cli/ansi"
)

// An execution is a run in a list or a description.
type execution struct {
	WorkflowID string     `json:"workflow_id"`
	RunID      string     `json:"run_id"`
	Type       string     `json:"type"`
	Status     string     `json:"status"`
	Blocked    bool       `json:"blocked"` // its workflow task fails again and again
	TaskQueue  string     `json:"task_queue"`
	Started    time.Time  `json:"started"`
	Closed     *time.Time `json:"closed,omitempty"`
	Problems   []string   `json:"problems,omitempty"`
}

// problemsAttribute is where the server notes that the tasks of a run fail.
const problemsAttribute = "TemporalReportedProblems"

func executionOf(info *workflowpb.WorkflowExecutionInfo) execution {
	e := execution{
		WorkflowID: info.GetExecution().GetWorkflowId(),
		RunID:      info.GetExecution().GetRunId(),
		Type:       info.GetType().GetName(),
		Status:     statusName(info.GetStatus()),
		TaskQueue:  info.GetTaskQueue(),
		Started:    info.GetStartTime().AsTime(),
		Closed:     timeOf(info.GetCloseTime()),
	}
	if p := info.GetSearchAttributes().GetIndexedFields()[problemsAttribute]; p != nil && e.Closed == nil {
		_ = json.Unmarshal(jsonOf(p), &e.Problems)
		e.Blocked = true
	}
	return e
}

func timeOf(t *timestamppb.Timestamp) *time.Time {
	if t == nil {
		return nil
	}
	at := t.AsTime()
	return &at
}

// statusName writes a status as the rest of the product does: timed_out.
func statusName(s enumspb.WorkflowExecutionStatus) string {
	switch s {
	case enumspb.WORKFLOW_EXECUTION_STATUS_CANCELED:
		return "cancelled"
	case enumspb.WORKFLOW_EXECUTION_STATUS_TIMED_OUT:
		return "timed_out"
	case enumspb.WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW:
		return "continued_as_new"
	}
	return strings.ToLower(s.String())
}

// shown is the status as people should read it.
func (e execution) shown() cell {
	colors := map[string]ansi.Color{
		"running": ansi.Cyan, "completed": ansi.Green, "failed": ansi.Red, "timed_out": ansi.Red,
		"terminated": ansi.Red, "cancelled": ansi.Yellow,
	}
	if e.Blocked {
		return cell{"blocked", ansi.Red}
	}
	return cell{e.Status, colors[e.Status]}
}

// clock is a time as people read it, where they are.
func (c *call) clock(t time.Time) string {
	return t.In(c.Now().Location()).Format("2006-01-02 15:04:05")
}

// A runRef names a run: the newest one of a workflow id, or a certain one.
type runRef struct{ workflowID, runID string }

func (r runRef) execution() *commonpb.WorkflowExecution {
	return &commonpb.WorkflowExecution{WorkflowId: r.workflowID, RunId: r.runID}
}

// missing explains that there is no such run, and leaves other errors alone.
func (r runRef) missing(err error, in *remote) error {
	var notFound *serviceerror.NotFound
	var badRun *serviceerror.InvalidArgument
	switch {
	case err == nil:
		return nil
	case errors.As(err, &badRun) && r.runID != "" && strings.Contains(badRun.Message, "RunId"):
		return usage("%q is no run id", r.runID).hint("a run id is a UUID; `partitur list` shows it with -o json")
	case !errors.As(err, &notFound):
		return err
	case strings.Contains(notFound.Message, "already completed"):
		return problemf(exitFailed, "run %q has ended already", r.workflowID).hint("`partitur result %s` shows how", r.workflowID)
	case r.runID != "":
		return problemf(exitNotFound, "there is no run %s of workflow id %q in namespace %q at %s", r.runID, r.workflowID, in.namespace, in.address)
	}
	return problemf(exitNotFound, "there is no run with workflow id %q in namespace %q at %s", r.workflowID, in.namespace, in.address).
		hint("`partitur list` shows the runs there are")
}
