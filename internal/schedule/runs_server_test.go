//go:build !noengine

package schedule

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/internal/registry"
	"github.com/partitur/partitur/internal/workers"
	"github.com/partitur/partitur/interpreter"
)

// slot returns what it was meant for and what came before; slow waits to be told.
const runs = `workflow: slot
steps: [{if: "input == 'fail'", fail: {type: Broken, message: no luck}}]
output: {time: "${ schedule.time }", id: "${ schedule.id }", last: "${ schedule.last_result?.time }", error: "${ schedule.last_error?.type }"}
---
workflow: slow
signals: {go: {}}
steps: [{receive: go}]
`

// serve works on runs, and applies schedules.
func serve(t *testing.T, docs map[string]string) fleet {
	t.Helper()
	f := fleet{t, start(t), docs}
	space, diags := dsl.Load([]*source.File{source.NewFile("runs.yaml", []byte(runs))}, workers.Catalog{})
	if diags.Errors() > 0 {
		t.Fatal(diags)
	}
	programs := &registry.Registry{Actions: workers.Catalog{}}
	if _, err := programs.Set(space.Programs); err != nil {
		t.Fatal(err)
	}
	i := &interpreter.Interpreter{Programs: programs}
	w := worker.New(f.server.Client, "partitur", i.Options(worker.Options{}))
	i.Register(w)
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Stop)
	p, _ := f.plan()
	if _, failed := f.apply(t.Context(), p); failed > 0 {
		t.Fatal("not applied")
	}
	return f
}

// until waits until something holds.
func (f fleet) until(what string, holds func() bool) {
	f.t.Helper()
	for range 600 {
		if holds() {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	f.t.Fatal("it never came to this: ", what)
}

func (f fleet) handle(id string) client.ScheduleHandle {
	return f.server.Client.ScheduleClient().GetHandle(f.t.Context(), id)
}

func (f fleet) trigger(id string) {
	f.t.Helper()
	if err := f.handle(id).Trigger(f.t.Context(), client.ScheduleTriggerOptions{}); err != nil {
		f.t.Fatal(err)
	}
}

func (f fleet) shown(id string) *Description {
	f.t.Helper()
	d, err := f.server.Describe(f.t.Context(), id)
	if err != nil || d == nil {
		f.t.Fatal(id, err)
	}
	return d
}

// running counts the runs of a schedule that go on.
func (f fleet) running(id string) int {
	answer, err := f.server.Client.ListOpenWorkflow(f.t.Context(), &workflowservice.ListOpenWorkflowExecutionsRequest{Namespace: f.server.Namespace})
	if err != nil {
		return -1
	}
	n := 0
	for _, e := range answer.GetExecutions() {
		if strings.HasPrefix(e.GetExecution().GetWorkflowId(), id+"-") {
			n++
		}
	}
	return n
}

func (f fleet) ended(id string, status enumspb.WorkflowExecutionStatus) bool {
	for _, r := range f.shown(id).Recent {
		d, err := f.server.Client.DescribeWorkflowExecution(f.t.Context(), r.WorkflowID, r.RunID)
		if err == nil && d.GetWorkflowExecutionInfo().GetStatus() == status {
			return true
		}
	}
	return false
}

// TestOverlap starts a second and a third run while the first goes on, under
// each policy.
func TestOverlap(t *testing.T) {
	docs := map[string]string{}
	for _, policy := range dsl.Overlaps {
		docs[strings.ReplaceAll(policy, "_", "-")] = "workflow: slow\nevery: 1000d\noverlap: " + policy + "\n"
	}
	f := serve(t, docs)
	for id := range docs {
		f.trigger(id)
	}
	for id := range docs {
		f.until("a first run of "+id, func() bool { return f.running(id) == 1 })
	}
	time.Sleep(time.Second) // the server names runs after the second in which they start
	for id := range docs {
		f.trigger(id)
	}
	second := map[string]func() bool{
		"skip":       func() bool { return f.shown("skip").Skipped == 1 && f.running("skip") == 1 },
		"buffer-one": func() bool { return f.shown("buffer-one").Buffered == 1 },
		"buffer-all": func() bool { return f.shown("buffer-all").Buffered == 1 },
		"cancel-other": func() bool {
			return f.ended("cancel-other", enumspb.WORKFLOW_EXECUTION_STATUS_CANCELED) && f.running("cancel-other") == 1
		},
		"terminate-other": func() bool {
			return f.ended("terminate-other", enumspb.WORKFLOW_EXECUTION_STATUS_TERMINATED) && f.running("terminate-other") == 1
		},
		"allow-all": func() bool { return f.running("allow-all") == 2 },
	}
	for _, id := range sorted(second) {
		f.until("a second run of "+id, second[id])
	}
	f.trigger("buffer-one")
	f.trigger("buffer-all")
	f.until("a third of buffer-one is left out", func() bool { return f.shown("buffer-one").Skipped == 1 && f.shown("buffer-one").Buffered == 1 })
	f.until("a third of buffer-all waits", func() bool { return f.shown("buffer-all").Buffered == 2 })
}

// TestBackfill starts 31 runs for January; each knows its own day.
func TestBackfill(t *testing.T) {
	f := serve(t, map[string]string{"slots": "workflow: slot\ncron: '0 6 * * *'\ntimezone: Europe/Berlin\npaused: true\n"})
	berlin := f.shown("slots").Times.Zone
	from, to := time.Date(2026, 1, 1, 0, 0, 0, 0, berlin), time.Date(2026, 1, 31, 23, 59, 59, 0, berlin)
	if err := f.handle("slots").Backfill(t.Context(), client.ScheduleBackfillOptions{
		Backfill: []client.ScheduleBackfill{{Start: from, End: to, Overlap: enumspb.SCHEDULE_OVERLAP_POLICY_BUFFER_ALL}},
	}); err != nil {
		t.Fatal(err)
	}
	f.until("31 runs", func() bool { return f.shown("slots").Actions == 31 && f.running("slots") == 0 })
	last := ""
	for day := 1; day <= 31; day++ {
		at := time.Date(2026, 1, day, 5, 0, 0, 0, time.UTC).Format(time.RFC3339)
		var got struct{ Time, ID, Last, Error string }
		if err := f.server.Client.GetWorkflow(t.Context(), "slots-"+at, "").Get(t.Context(), &got); err != nil {
			t.Fatal(at, err)
		}
		if got.Time != at || got.ID != "slots" || got.Last != last {
			t.Errorf("the run of %s returned %+v", at, got)
		}
		last = at
	}
}

// TestLastError fails a run: the next knows of it, and pause_on_failure pauses.
func TestLastError(t *testing.T) {
	f := serve(t, map[string]string{"slots": "workflow: slot\nwith: fail\nevery: 1000d\npause_on_failure: true\n"})
	f.trigger("slots")
	f.until("the schedule is paused", func() bool { return f.shown("slots").Paused })
	f.docs["slots"] = strings.Replace(f.docs["slots"], "fail", "go", 1)
	p := f.expect("create 0, update 1, move 0, delete 0, unchanged 0, paused 1, problems 0")
	f.apply(t.Context(), p)
	if d := f.shown("slots"); !d.Paused || !strings.Contains(d.Note, "fail") {
		t.Errorf("apply has changed what the server did: %+v", d)
	}
	f.trigger("slots")
	f.until("a second run", func() bool { return len(f.shown("slots").Recent) == 2 && f.running("slots") == 0 })
	recent := f.shown("slots").Recent
	slices.SortFunc(recent, func(a, b Run) int { return a.Started.Compare(*b.Started) })
	var got map[string]any
	if err := f.server.Client.GetWorkflow(t.Context(), recent[1].WorkflowID, "").Get(t.Context(), &got); err != nil || got["error"] != "Broken" {
		t.Error(fmt.Sprint(got), err)
	}
}
