package interpreter_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"github.com/partitur/partitur/interpreter"
)

// parts are the runs that a run has started for parts of its loops, the newest
// of each chain.
func (s *site) parts(run client.WorkflowRun) (parts []client.WorkflowRun) {
	for _, e := range s.history(run).GetEvents() {
		if a := e.GetStartChildWorkflowExecutionInitiatedEventAttributes(); a.GetWorkflowType().GetName() == interpreter.PartType {
			parts = append(parts, s.client.GetWorkflow(s.t.Context(), a.GetWorkflowId(), ""))
		}
	}
	return parts
}

// runsOf are the histories of a part's runs, the oldest first.
func (s *site) runsOf(part client.WorkflowRun) (list []*historypb.History) {
	s.t.Helper()
	for run := part; ; {
		h := s.history(run)
		list = append([]*historypb.History{h}, list...)
		before := h.GetEvents()[0].GetWorkflowExecutionStartedEventAttributes().GetContinuedExecutionRunId()
		if before == "" {
			return list
		}
		run = s.client.GetWorkflow(s.t.Context(), part.GetID(), before)
	}
}

// calls are the arguments of the activities of a type that have succeeded, in
// the order in which they were scheduled in each part.
func (s *site) calls(run client.WorkflowRun, kind string) (args []string) {
	s.t.Helper()
	for _, part := range append(s.parts(run), run) {
		for _, h := range s.runsOf(part) {
			scheduled := map[int64]string{}
			for _, e := range h.GetEvents() {
				if a := e.GetActivityTaskScheduledEventAttributes(); a.GetActivityType().GetName() == kind {
					scheduled[e.GetEventId()] = string(a.GetInput().GetPayloads()[0].GetData())
				}
				if a := e.GetActivityTaskCompletedEventAttributes(); scheduled[a.GetScheduledEventId()] != "" {
					args = append(args, scheduled[a.GetScheduledEventId()])
				}
			}
		}
	}
	return args
}

// TestManyItems is a loop of 2,500 items, five of which fail.
func TestManyItems(t *testing.T) {
	s := newSite(t, `workflow: many
input: {type: object}
defaults: {timeout: 1m, retry: {maximum_attempts: 1}}
steps:
  - id: each
    for_each: 1..2500
    concurrency: 100
    on_item_error: {tolerate: 1%}
    do:
      - if: item % 500 == 0
        then: [{activity: fail}]
      - {id: e, if: item % 10 == 1, activity: echo, with: "${ item * input.factor }"}
    collect: ${ steps.e.output ?? (item * input.factor) }
output: {results: "${ steps.each.output }", counts: "${ steps.each.counts }", failed: "${ map(steps.each.errors, .key) }"}
`)
	run := s.start("many", map[string]any{"factor": 2})
	var result struct {
		Results []any
		Counts  map[string]int
		Failed  []int
	}
	if err := s.get(run, &result); err != nil {
		t.Fatal(err)
	}
	slices.Sort(result.Failed)
	if fmt.Sprint(result.Counts, result.Failed) != "map[failed:5 succeeded:2495] [499 999 1499 1999 2499]" {
		t.Error(result.Counts, result.Failed)
	}
	for i, v := range result.Results {
		if want := any(float64(2 * (i + 1))); v != want && ((i+1)%500 != 0 || v != nil) {
			t.Fatalf("the result of item %d is %v", i, v)
		}
	}
	if n := len(result.Results); n != 2500 {
		t.Errorf("%d results", n)
	}
	h := s.history(run)
	if n := len(h.GetEvents()); n > 60 {
		t.Errorf("the history has %d events", n)
	}
	replay(t, h)
	for _, part := range s.parts(run) {
		for _, h := range s.runsOf(part) {
			replay(t, h)
		}
	}
}

// TestFiftyThousandItems keeps the history of the run short.
func TestFiftyThousandItems(t *testing.T) {
	s := newSite(t, `workflow: crowd
input: {type: integer}
steps:
  - {id: each, for_each: "1..input", concurrency: 500, do: [{value: "${ item * 2 }"}]}
output: "${ [len(steps.each.output), steps.each.output[input - 1], steps.each.counts.succeeded] }"
`)
	for _, n := range []int{10_000, 50_000} {
		run := s.startAs(fmt.Sprint(n), "crowd", n)
		var result []int
		if err := s.get(run, &result); err != nil || fmt.Sprint(result) != fmt.Sprint([]int{n, 2 * n, n}) {
			t.Fatal(result, err)
		}
		d, err := s.client.DescribeWorkflowExecution(t.Context(), run.GetID(), run.GetRunID())
		if err != nil {
			t.Fatal(err)
		}
		info := d.GetWorkflowExecutionInfo()
		t.Logf("%d items: %d events, %d bytes", n, info.GetHistoryLength(), info.GetHistorySizeBytes())
		if info.GetHistoryLength() > int64(n/1000*10+20) {
			t.Errorf("%d items make %d events", n, info.GetHistoryLength())
		}
		replay(t, s.history(run))
	}
}

// TestFailuresOfParts ends a loop when as many items have failed as may not, in
// two parts neither of which comes to an end.
func TestFailuresOfParts(t *testing.T) {
	s := newSiteOfParts(t, `workflow: failing
defaults: {timeout: 1m, retry: {maximum_attempts: 1}}
steps:
  - id: each
    for_each: 1..40
    concurrency: 2
    on_item_error: {tolerate: 3}
    do:
      - {if: item % 10 == 1 || item % 10 == 2, activity: fail}
      - {sleep: 1h}
`, 10)
	run := s.start("failing")
	err := s.get(run, nil)
	var app *temporal.ApplicationError
	if !errors.As(err, &app) || app.Type() != "TooManyFailures" || !strings.HasPrefix(app.Message(), "4 of 40 items") {
		t.Error("the run ends with", err)
	}
	parts := s.parts(run)
	for _, part := range append(parts, run) {
		replay(t, s.history(part))
	}
	if len(parts) != 2 {
		t.Errorf("there are %d parts", len(parts))
	}
}

const booking = `workflow: booking
defaults: {timeout: 3s, retry: {maximum_attempts: 9}}
compensation: {timeout: 3s}
history: {max_events: 100}
steps:
  - id: all
    saga:
      - {activity: first, with: first, compensate: {activity: undo, with: first}}
      - id: each
        for_each: 1..50
        concurrency: 4
        do:
          - {id: book, activity: book, with: "${ item }", compensate: {activity: undo, with: "${ steps.book.output }"}}
          - {activity: echo, with: "${ item }"}
          - {id: pay, if: item == 45, activity: fail}
`

// undone checks that what has been booked has been undone, each once.
func (s *site) undone(run client.WorkflowRun) {
	s.t.Helper()
	booked, undone := append(s.calls(run, "book"), `"first"`), s.calls(run, "undo")
	slices.Sort(booked)
	slices.Sort(undone)
	if len(booked) < 20 || !slices.Equal(booked, undone) {
		s.t.Errorf("booked were %s, and undone %s", booked, undone)
	}
	for _, part := range s.parts(run) {
		for _, h := range s.runsOf(part) {
			replay(s.t, h)
		}
	}
	replay(s.t, s.history(run))
}

// TestSagaOfManyItems undoes what the items did, when one fails after many. The
// runs of the parts continue as new on their way, and the worker dies.
func TestSagaOfManyItems(t *testing.T) {
	s := newSiteOfParts(t, booking, 20)
	run := s.start("booking")
	eventually(t, "a part is at work", func() bool { return len(s.parts(run)) > 0 })
	s.worker.Stop()
	s.serve()
	err := s.get(run, nil)
	var app *temporal.ApplicationError
	if !errors.As(err, &app) || app.Type() != "Oops" {
		t.Fatal("the run ends with", err)
	}
	var report interpreter.Report
	if err := app.Details(&report); err != nil || report.Line != 15 || report.Item != "all/each[44]/pay" {
		t.Errorf("the report is %v, %v", report, err)
	}
	s.undone(run)
	continued := 0
	for _, part := range s.parts(run) {
		continued += len(s.runsOf(part)) - 1
	}
	if continued == 0 {
		t.Error("no part has continued as new")
	}
}

// TestCancelledParts cancels a run in the middle of its loop.
func TestCancelledParts(t *testing.T) {
	s := newSiteOfParts(t, strings.Replace(booking, "activity: fail", "activity: gate", 1), 20)
	run := s.start("booking")
	var stands client.WorkflowRun
	eventually(t, "the run stands in the item 45", func() bool {
		for _, part := range s.parts(run) {
			d, err := s.client.DescribeWorkflowExecution(t.Context(), part.GetID(), "")
			if err != nil {
				continue
			}
			for _, p := range d.GetPendingActivities() {
				if p.GetActivityType().GetName() == "gate" && p.GetState() == enumspb.PENDING_ACTIVITY_STATE_STARTED {
					stands = part
					return true
				}
			}
		}
		return false
	})
	if err := s.client.CancelWorkflow(t.Context(), run.GetID(), ""); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the part is asked to cancel", func() bool {
		return slices.Contains(kindsOf(s.history(stands)), "WorkflowExecutionCancelRequested")
	})
	close(s.gate(stands.GetID()))
	var cancel *temporal.CanceledError
	if err := s.get(run, nil); !errors.As(err, &cancel) {
		t.Fatal("the run ends with", err)
	}
	var report struct{ Compensations []any }
	if err := cancel.Details(&report); err != nil || len(report.Compensations) != len(s.calls(run, "undo")) {
		t.Errorf("%d compensations are reported, %v", len(report.Compensations), err)
	}
	s.undone(run)
}
