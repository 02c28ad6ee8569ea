package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"
	"go.temporal.io/api/workflowservice/v1"

	"github.com/partitur/partitur/internal/cli/ansi"
	"github.com/partitur/partitur/internal/cli/live"
	"github.com/partitur/partitur/interpreter"
	"github.com/partitur/partitur/interpreter/shared"
)

var listCommand = command{
	use:     "list",
	group:   runsGroup,
	summary: "list runs, newest first",
	help: `
List runs, newest first. The filters are combined; --query takes any visibility
query of Temporal.

What Partitur runs for itself, for locks, rate limits, circuit breakers and the
parts of long loops, is left out unless --internal, --type, --query or --blocked
asks for it.

A run is blocked when its worker cannot go on, because it does not know the
definition or because of a fault of ours. It is kept, and goes on once the cause
is gone: ` + "`partitur describe`" + ` tells the cause, ` + "`partitur unblock`" + ` saves the wait.`,
	examples: `
  partitur list --status running
  partitur list --blocked
  partitur list --type order-fulfillment --query "StartTime > '2026-01-01T00:00:00Z'" -o json`,
	remote: true,
	setup: func(f *pflag.FlagSet) run {
		var q filter
		f.StringVar(&q.query, "query", "", "`QUERY` that the runs match")
		f.StringVar(&q.kind, "type", "", "`TYPE` of the runs")
		f.StringVar(&q.status, "status", "", "`STATUS` of the runs, such as running or failed")
		f.BoolVar(&q.blocked, "blocked", false, "only runs that are blocked")
		internal := f.Bool("internal", false, "also what Partitur runs for itself")
		limit := f.Int("limit", 50, "`NUMBER` of runs at the most")
		return func(c *call) error {
			q.users = !*internal && q.query == "" && q.kind == "" && !q.blocked
			query, err := q.text()
			if err != nil {
				return err
			}
			server, err := c.dial()
			if err != nil {
				return err
			}
			runs, more, err := c.list(server, query, *limit)
			if err != nil {
				return err
			}
			err = c.show(map[string]any{"runs": runs}, func(w io.Writer) { c.writeRuns(w, runs) })
			if more {
				c.note("there are more; --limit shows them")
			}
			return err
		}
	},
}

// A filter says which runs to list.
type filter struct {
	query, kind, status string
	blocked             bool
	users               bool // only what users have started
}

// internalTypes are the workflow types of what Partitur runs for itself.
var internalTypes = []string{interpreter.PartType, shared.LockType, shared.RateType, shared.BreakerType}

// statuses are the names that a visibility query has for them.
var statuses = map[string]string{
	"running": "Running", "completed": "Completed", "failed": "Failed", "cancelled": "Canceled", "canceled": "Canceled",
	"terminated": "Terminated", "timed_out": "TimedOut", "continued_as_new": "ContinuedAsNew",
}

func (q filter) text() (string, error) {
	var parts []string
	if q.query != "" {
		parts = append(parts, "("+q.query+")")
	}
	if q.kind != "" {
		parts = append(parts, "WorkflowType = "+quote(q.kind))
	}
	if q.status != "" {
		name, ok := statuses[strings.ToLower(q.status)]
		if !ok {
			return "", usage("there is no status %q", q.status).hint("it can be running, completed, failed, cancelled, terminated, timed_out or continued_as_new; --blocked shows the blocked runs")
		}
		parts = append(parts, "ExecutionStatus = '"+name+"'")
	}
	if q.blocked {
		parts = append(parts, "ExecutionStatus = 'Running' AND "+problemsAttribute+" IS NOT NULL")
	}
	if q.users {
		parts = append(parts, "WorkflowType NOT IN "+anyOf(internalTypes))
	}
	return strings.Join(parts, " AND "), nil
}

// anyOf writes texts as a visibility query wants a list of them.
func anyOf(texts []string) string {
	words := make([]string, len(texts))
	for i, t := range texts {
		words[i] = quote(t)
	}
	return "(" + strings.Join(words, ", ") + ")"
}

// quote writes text as a visibility query wants it.
func quote(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}

// list reads runs, and tells whether there are more than limit.
func (c *call) list(server *remote, query string, limit int) (runs []execution, more bool, err error) {
	runs = []execution{}
	request := &workflowservice.ListWorkflowExecutionsRequest{Query: query, PageSize: int32(min(max(limit, 1)+1, 1000))}
	for {
		page, err := server.ListWorkflow(c.ctx, request)
		if err != nil {
			return nil, false, err
		}
		for _, info := range page.GetExecutions() {
			if len(runs) == limit {
				return runs, true, nil
			}
			runs = append(runs, executionOf(info))
		}
		if request.NextPageToken = page.GetNextPageToken(); len(request.NextPageToken) == 0 {
			return runs, false, nil
		}
	}
}

func (c *call) writeRuns(w io.Writer, runs []execution) {
	if len(runs) == 0 {
		c.note("no runs")
		return
	}
	rows := make([][]cell, len(runs))
	for i, e := range runs {
		end := c.Now()
		if e.Closed != nil {
			end = *e.Closed
		}
		rows[i] = []cell{
			e.shown(), {e.Type, ansi.Plain}, {e.WorkflowID, ansi.Bold}, {c.clock(e.Started), ansi.Plain},
			{live.Elapsed(end.Sub(e.Started)), ansi.Dim},
		}
	}
	c.writeTable(w, []string{"STATUS", "TYPE", "WORKFLOW ID", "STARTED", "TOOK"}, rows)
	for _, e := range runs {
		if e.Blocked {
			fmt.Fprintln(c.Stderr, "blocked runs: `partitur describe ID` tells why")
			return
		}
	}
}

func join(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1]
}
