package cli

import (
	"fmt"
	"io"
	"time"

	"github.com/spf13/pflag"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"

	"github.com/partitur/partitur/internal/cli/ansi"
	"github.com/partitur/partitur/internal/storage"
)

var deadLettersCommand = command{
	use:     "dead-letters list|retry|discard [ID...]",
	group:   runsGroup,
	summary: "look after runs that failed and nobody has retried",
	help: `
A dead letter is a run that failed or timed out, and is still the newest of its
workflow id: what it was to do has not been done. An item of a list becomes one
of its own if it is worked on by a child workflow.

list shows them with their errors, newest first. retry starts them again with
the same input and the same options, under the same workflow id; the newest
definition is used. discard deletes them from the server, with their histories; the
server takes a minute or two for that.

A run that continued as new is retried with the input of its first run.`,
	examples: `
  partitur dead-letters list --type order-fulfillment
  partitur dead-letters retry ORD-1 ORD-2
  partitur dead-letters retry --all --query "CloseTime > '2026-01-01T00:00:00Z'"
  partitur dead-letters discard ORD-3`,
	remote: true,
	setup: func(f *pflag.FlagSet) run {
		var q filter
		f.StringVar(&q.kind, "type", "", "`TYPE` of the runs")
		f.StringVar(&q.query, "query", "", "`QUERY` that the runs match")
		limit := f.Int("limit", 50, "`NUMBER` of dead letters at the most")
		all := f.Bool("all", false, "retry or discard all that the filters leave, up to --limit")
		return func(c *call) error {
			action, ids := c.args[0], c.args[1:]
			switch {
			case action != "list" && action != "retry" && action != "discard":
				return usage("%q is not list, retry or discard", action).hint("write `partitur dead-letters list`")
			case action == "list" && (*all || len(ids) > 0):
				return usage("list takes no ids, only filters")
			case action != "list" && *all == (len(ids) > 0):
				return usage("name the runs, or give --all")
			}
			server, err := c.dial()
			if err != nil {
				return err
			}
			letters, more, err := c.deadLetters(server, q, ids, *limit)
			if more {
				c.note("there are more; --limit takes them in")
			}
			if err != nil {
				return err
			}
			switch action {
			case "retry":
				return c.eachLetter(letters, "retried", func(l deadLetter) (string, error) { return c.retryLetter(server, l) })
			case "discard":
				return c.eachLetter(letters, "discarded", func(l deadLetter) (string, error) { return "", c.discardLetter(server, l) })
			}
			return c.show(map[string]any{"dead_letters": letters}, func(w io.Writer) { c.writeLetters(w, letters) })
		}
	},
}

// A deadLetter is a run that did not do what it was to do.
type deadLetter struct {
	execution
	Failure *failure `json:"failure"`
}

// deadLetters finds those with certain ids, or those that the filters leave.
func (c *call) deadLetters(server *remote, q filter, ids []string, limit int) (letters []deadLetter, more bool, err error) {
	letters = []deadLetter{}
	for _, id := range ids {
		d, err := c.describe(server, runRef{workflowID: id})
		if err != nil {
			return nil, false, err
		}
		if d.Status != "failed" && d.Status != "timed_out" {
			return nil, false, problemf(exitFailed, "run %q is no dead letter, it is %s", id, d.Status)
		}
		letters = append(letters, deadLetter{execution: d.execution})
	}
	if len(ids) == 0 {
		if letters, more, err = c.findLetters(server, q, limit); err != nil {
			return nil, false, err
		}
	}
	for i := range letters {
		if letters[i].Failure, err = c.lastFailure(server, letters[i]); err != nil {
			return nil, false, err
		}
	}
	return letters, more, nil
}

// findLetters lists failed runs, without those after which the same workflow id
// was used again.
func (c *call) findLetters(server *remote, q filter, limit int) (letters []deadLetter, more bool, err error) {
	query, err := q.text()
	if err != nil {
		return nil, false, err
	}
	if query != "" {
		query += " AND "
	}
	request := &workflowservice.ListWorkflowExecutionsRequest{Query: query + "ExecutionStatus IN ('Failed', 'TimedOut')", PageSize: 100}
	letters = []deadLetter{}
	for {
		page, err := server.ListWorkflow(c.ctx, request)
		if err != nil {
			return nil, false, err
		}
		for _, info := range page.GetExecutions() {
			l := deadLetter{execution: executionOf(info)}
			newest, err := c.describe(server, runRef{workflowID: l.WorkflowID})
			if err != nil || newest.RunID != l.RunID {
				continue // retried, or deleted just now
			}
			if len(letters) == limit {
				return letters, true, nil
			}
			letters = append(letters, l)
		}
		if request.NextPageToken = page.GetNextPageToken(); len(request.NextPageToken) == 0 {
			return letters, false, nil
		}
	}
}

// lastFailure reads why a run has ended.
func (c *call) lastFailure(server *remote, l deadLetter) (*failure, error) {
	events := server.GetWorkflowHistory(c.ctx, l.WorkflowID, l.RunID, false, enumspb.HISTORY_EVENT_FILTER_TYPE_CLOSE_EVENT)
	if !events.HasNext() {
		return nil, nil
	}
	e, err := events.Next()
	if err != nil {
		return nil, err
	}
	if err := storage.Resolve(c.ctx, server.external, e); err != nil {
		return nil, err
	}
	o, _ := outcomeOf(e)
	if o == nil {
		return nil, nil
	}
	return o.Failure, nil
}

func (c *call) writeLetters(w io.Writer, letters []deadLetter) {
	if len(letters) == 0 {
		c.note("no dead letters")
		return
	}
	rows := make([][]cell, len(letters))
	for i, l := range letters {
		why, at := "", ""
		if l.Failure != nil {
			why = l.Failure.sentence()
			if p, ok := l.Failure.place(); ok {
				at = fmt.Sprintf("%s:%d", p.File, p.Line)
			}
		}
		closed := time.Time{}
		if l.Closed != nil {
			closed = *l.Closed
		}
		rows[i] = []cell{{l.Type, ansi.Plain}, {l.WorkflowID, ansi.Bold}, {c.clock(closed), ansi.Plain}, {at, ansi.Dim}, {why, ansi.Red}}
	}
	c.writeTable(w, []string{"TYPE", "WORKFLOW ID", "ENDED", "AT", "ERROR"}, rows)
}
