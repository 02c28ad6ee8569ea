package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/pflag"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"

	"github.com/partitur/partitur/internal/storage"
)

var resultCommand = command{
	use:     "result ID",
	group:   runsGroup,
	summary: "wait for the end of a run and print its result",
	help: `
Wait until the run with this workflow id has ended, and print its result as
JSON. A run that continued as new, or was retried, is followed to its end.

When the run failed, was cancelled, was terminated or timed out, the reason is
printed instead, and the exit code is 1.`,
	examples: `
  partitur result ORD-1
  partitur result ORD-1 --timeout 30s -o json`,
	remote: true,
	setup: func(f *pflag.FlagSet) run {
		ref := runFlag(f)
		var timeout duration
		f.Var(&timeout, "timeout", "`DURATION` to wait at the most (exit code 5 then)")
		return func(c *call) error {
			server, err := c.dial()
			if err != nil {
				return err
			}
			if timeout > 0 {
				var cancel context.CancelFunc
				c.ctx, cancel = context.WithTimeout(c.ctx, time.Duration(timeout))
				defer cancel()
			}
			err = c.showResult(server, ref(c))
			if timeout > 0 && isLate(err) {
				return problemf(exitNoAnswer, "run %q is still running", c.args[0])
			}
			return err
		}
	},
}

// runFlag declares --run-id, and returns what tells which run is meant.
func runFlag(f *pflag.FlagSet) func(*call) runRef {
	id := f.StringP("run-id", "r", "", "`ID` of a certain run; else the newest one counts")
	return func(c *call) runRef { return runRef{c.args[0], *id} }
}

// An outcome is how a run ended.
type outcome struct {
	WorkflowID string          `json:"workflow_id"`
	RunID      string          `json:"run_id"`
	Status     string          `json:"status"`
	Result     json.RawMessage `json:"result,omitempty"`
	Failure    *failure        `json:"failure,omitempty"`
}

// showResult waits for the end of a run and shows it.
func (c *call) showResult(server *remote, ref runRef) error {
	o, err := c.await(server, ref)
	if err != nil {
		return err
	}
	if c.format == asJSON {
		err = writeJSON(c.Stdout, o)
	} else {
		err = c.writeOutcome(o)
	}
	if err == nil && o.Status != "completed" {
		return errQuiet
	}
	return err
}

// await follows a run to its end.
func (c *call) await(server *remote, ref runRef) (*outcome, error) {
	if ref.runID == "" {
		// Otherwise an id that does not exist would be waited for.
		d, err := server.DescribeWorkflowExecution(c.ctx, ref.workflowID, "")
		if err != nil {
			return nil, ref.missing(err, server)
		}
		ref.runID = d.GetWorkflowExecutionInfo().GetExecution().GetRunId()
	}
	for {
		events := server.GetWorkflowHistory(c.ctx, ref.workflowID, ref.runID, true, enumspb.HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT)
		if !events.HasNext() {
			return nil, errors.New("the history of the run ends before the run does")
		}
		event, err := events.Next()
		if err != nil {
			return nil, ref.missing(err, server)
		}
		if err := storage.Resolve(c.ctx, server.external, event); err != nil {
			return nil, err
		}
		o, next := outcomeOf(event)
		if next == "" {
			o.WorkflowID, o.RunID = ref.workflowID, ref.runID
			return o, nil
		}
		ref.runID = next
	}
}

// outcomeOf reads the last event of a run: how it ended, or the id of the run
// that goes on in its place.
func outcomeOf(e *historypb.HistoryEvent) (o *outcome, next string) {
	switch e.GetEventType() {
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED:
		a := e.GetWorkflowExecutionCompletedEventAttributes()
		return &outcome{Status: "completed", Result: valuesOf(a.GetResult())}, a.GetNewExecutionRunId()
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED:
		a := e.GetWorkflowExecutionFailedEventAttributes()
		return &outcome{Status: "failed", Failure: failureOf(a.GetFailure())}, a.GetNewExecutionRunId()
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_TIMED_OUT:
		a := e.GetWorkflowExecutionTimedOutEventAttributes()
		return &outcome{Status: "timed_out", Failure: &failure{Type: "Timeout", Message: "the run took longer than it may"}}, a.GetNewExecutionRunId()
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED:
		a := e.GetWorkflowExecutionCanceledEventAttributes()
		return &outcome{Status: "cancelled", Failure: &failure{Type: "Cancelled", Message: "the run was cancelled", Details: details(valuesOf(a.GetDetails()))}}, ""
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_TERMINATED:
		a := e.GetWorkflowExecutionTerminatedEventAttributes()
		message := "the run was terminated"
		if a.GetReason() != "" {
			message += ": " + a.GetReason()
		}
		return &outcome{Status: "terminated", Failure: &failure{Type: "Terminated", Message: message, Details: details(valuesOf(a.GetDetails()))}}, ""
	case enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW:
		return nil, e.GetWorkflowExecutionContinuedAsNewEventAttributes().GetNewExecutionRunId()
	}
	return &outcome{Status: "unknown"}, ""
}

// writeOutcome prints the result, or why there is none.
func (c *call) writeOutcome(o *outcome) error {
	if o.Failure != nil {
		return o.Failure.write(c.Stderr, c.colors(c.Terminal.Stderr))
	}
	return writeIndented(c.Stdout, o.Result)
}

// writeIndented prints JSON for people without changing its values.
func writeIndented(w io.Writer, doc json.RawMessage) error {
	var b bytes.Buffer
	if err := json.Indent(&b, doc, "", "  "); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "%s\n", &b)
	return err
}
