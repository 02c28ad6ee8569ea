package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/internal/cli/ansi"
	"github.com/partitur/partitur/interpreter"
)

// maxAsked is of how many runs of a list the details are asked for: only the runs
// know them, and the list must not take longer the longer it is.
const maxAsked = 50

// askedAtOnce is how many of them are asked at the same time.
const askedAtOnce = 8

// A waiting is something that a run waits for people to answer.
type waiting struct {
	WorkflowID string     `json:"workflow_id"`
	RunID      string     `json:"run_id"`
	Type       string     `json:"type"`
	Started    time.Time  `json:"started"`
	Kind       string     `json:"kind"`
	Name       string     `json:"name"`
	Title      string     `json:"title,omitempty"`
	Stage      string     `json:"stage,omitempty"`
	WaitsFor   []string   `json:"waits_for"`
	Opened     *time.Time `json:"opened,omitempty"`
	Deadline   *time.Time `json:"deadline,omitempty"`
}

func (o *approvalsFlags) list(c *call) error {
	whom, err := o.whoseList(c)
	if err != nil {
		return err
	}
	server, err := c.dial()
	if err != nil {
		return err
	}
	found, more, err := c.waits(server, o.query(whom), o.limit)
	if err != nil {
		return explainWaits(err)
	}
	found = slices.DeleteFunc(found, func(w waiting) bool { return !w.concerns(whom) })
	err = c.show(map[string]any{"approvals": found}, func(w io.Writer) { c.writeWaits(w, found) })
	if more {
		c.note("there are more; --limit shows them")
	}
	return err
}

// whoseList is for whom a list is: everybody if it is empty.
func (o *approvalsFlags) whoseList(c *call) ([]string, error) {
	if !o.mine {
		return o.whom, nil
	}
	mine, err := o.waitsForMe(c)
	return append(mine, o.whom...), err
}

// query is the one question that finds the runs. Those whose list is too long for
// the search attribute are found in any case.
func (o *approvalsFlags) query(whom []string) string {
	parts := []string{"ExecutionStatus = 'Running'", dsl.WaitsFor + " IS NOT NULL"}
	if len(whom) > 0 {
		parts[1] = dsl.WaitsFor + " IN " + anyOf(append(slices.Clone(whom), interpreter.WaitsForOthers))
	}
	if o.kind != "" {
		parts = append(parts, "WorkflowType = "+quote(o.kind))
	}
	return strings.Join(parts, " AND ")
}

func explainWaits(err error) error {
	var bad *serviceerror.InvalidArgument
	if errors.As(err, &bad) && strings.Contains(bad.Message, dsl.WaitsFor) {
		return problemf(exitFailed, "the namespace has no search attribute %s, by which this list is made", dsl.WaitsFor).
			hint("register it, and restart the workers: temporal operator search-attribute create --name %s --type KeywordList", dsl.WaitsFor)
	}
	return err
}

// waits lists what runs wait for: what the server knows of all, and the details
// that the first of them tell.
func (c *call) waits(server *remote, query string, limit int) (found []waiting, more bool, err error) {
	runs, more, err := c.waitingRuns(server, query, limit)
	if err != nil {
		return nil, false, err
	}
	details := c.details(server, runs[:min(len(runs), maxAsked)])
	found = []waiting{}
	for i, r := range runs {
		if i < len(details) && details[i] != nil {
			found = append(found, details[i]...)
			continue
		}
		found = append(found, r...)
	}
	return found, more, nil
}

// waitingRuns reads the search attribute of runs, page by page.
func (c *call) waitingRuns(server *remote, query string, limit int) (runs [][]waiting, more bool, err error) {
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
			var words []string
			_ = json.Unmarshal(jsonOf(info.GetSearchAttributes().GetIndexedFields()[dsl.WaitsFor]), &words)
			runs = append(runs, waitsOf(executionOf(info), words))
		}
		if request.NextPageToken = page.GetNextPageToken(); len(request.NextPageToken) == 0 {
			return runs, false, nil
		}
	}
}

// waitsOf reads the words of the search attribute. Which of several questions
// waits for whom only the run can tell.
func waitsOf(e execution, words []string) (list []waiting) {
	people := []string{}
	for _, w := range words {
		kind, name, _ := strings.Cut(w, ":")
		if kind == "approval" || kind == "task" {
			list = append(list, waiting{WorkflowID: e.WorkflowID, RunID: e.RunID, Type: e.Type, Started: e.Started, Kind: kind, Name: name})
		} else {
			people = append(people, w)
		}
	}
	for i := range list {
		list[i].WaitsFor = people
	}
	return list
}

// details asks runs what they ask, some of them at a time. What does not answer
// stays nil.
func (c *call) details(server *remote, runs [][]waiting) [][]waiting {
	answers := make([][]waiting, len(runs))
	turns := make(chan struct{}, askedAtOnce)
	var all sync.WaitGroup
	for i, r := range runs {
		if len(r) == 0 {
			continue
		}
		all.Add(1)
		turns <- struct{}{}
		go func() {
			answers[i] = c.detail(server, r[0])
			<-turns
			all.Done()
		}()
	}
	all.Wait()
	return answers
}

func (c *call) detail(server *remote, of waiting) (list []waiting) {
	answer, err := c.query(server, runRef{of.WorkflowID, of.RunID}, statusQueries)
	if err != nil {
		return nil
	}
	for _, q := range openRequests(answer) {
		w := of
		w.Kind, w.Name, w.Title, w.Stage, w.WaitsFor, w.Opened, w.Deadline = q.Kind, q.Name, q.Title, q.Stage, q.WaitsFor, &q.Opened, q.Deadline
		list = append(list, w)
	}
	return list
}

// openRequests are what a run asks at the time, of its status.
func openRequests(answer json.RawMessage) []interpreter.Request {
	var s struct {
		Approvals []interpreter.Request `json:"approvals"`
	}
	_ = json.Unmarshal(answer, &s)
	return slices.DeleteFunc(s.Approvals, func(q interpreter.Request) bool { return q.Status != "waiting" })
}

// concerns tells whether something waits for one of some people.
func (w waiting) concerns(whom []string) bool {
	return len(whom) == 0 || slices.ContainsFunc(w.WaitsFor, func(name string) bool {
		return slices.Contains(whom, name) || name == interpreter.WaitsForOthers
	})
}

func (c *call) writeWaits(w io.Writer, list []waiting) {
	if len(list) == 0 {
		c.note("nothing waits")
		return
	}
	rows := make([][]cell, len(list))
	for i, x := range list {
		deadline := ""
		if x.Deadline != nil {
			deadline = c.clock(*x.Deadline)
		}
		rows[i] = []cell{
			{x.WorkflowID, ansi.Bold}, {x.Name, ansi.Cyan}, {x.Title, ansi.Plain}, {strings.Join(x.WaitsFor, ", "), ansi.Plain}, {deadline, ansi.Yellow},
		}
	}
	c.writeTable(w, []string{"WORKFLOW ID", "NAME", "TITLE", "WAITS FOR", "UNTIL"}, rows)
	if len(list) > maxAsked {
		fmt.Fprintf(c.Stderr, "titles and deadlines are shown of the first %d runs\n", maxAsked)
	}
}
