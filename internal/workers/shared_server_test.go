//go:build !noengine

package workers_test

import (
	"testing"
	"time"

	"go.temporal.io/sdk/client"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/internal/registry"
	"github.com/partitur/partitur/internal/storage"
	"github.com/partitur/partitur/internal/workers"
	"github.com/partitur/partitur/interpreter/shared"
)

// serve starts the workers of a project with one workflow, on a queue of its own.
func serve(t *testing.T, c client.Client, text string) (*workers.Group, *dsl.Program) {
	t.Helper()
	w, diags := dsl.Load([]*source.File{source.NewFile("workflow.yaml", []byte(text))}, workers.Catalog{})
	if diags.Errors() > 0 {
		t.Fatal(diags)
	}
	r := &registry.Registry{Actions: workers.Catalog{}}
	if _, err := r.Set(w.Programs); err != nil {
		t.Fatal(err)
	}
	p := w.Programs[0]
	g, err := workers.Start(workers.Options{Client: c, Registry: r, Queues: []string{p.Name}})
	if err != nil {
		t.Fatal(err)
	}
	return g, p
}

// begin starts a run of a project's workflow, and waits until it has its place
// in the line.
func begin(t *testing.T, c client.Client, p *dsl.Program, place int) client.WorkflowRun {
	t.Helper()
	run, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: "run of " + p.Name, TaskQueue: p.Name}, p.Name)
	if err != nil {
		t.Fatal(err)
	}
	reaches(t, c, place, run.GetID())
	return run
}

// reaches waits until a run has a place in the line of the lock of the test.
func reaches(t *testing.T, c client.Client, place int, id string) {
	t.Helper()
	var line []string
	for range 600 {
		if line = lineOf(c, t); place < len(line) && line[place] == id {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("in the line are %s, and %s does not come to be at %d", line, id, place)
}

func lineOf(c client.Client, t *testing.T) (ids []string) {
	var l shared.Lock
	answer, err := c.QueryWorkflow(t.Context(), shared.Keeper{Kind: shared.LockType, Name: "stock"}.ID(), "", "book")
	if err == nil && answer.Get(&l) == nil {
		for _, p := range l.Line {
			ids = append(ids, p.Run.ID)
		}
	}
	return ids
}

// storing is a client that stores all values in a folder of its own.
func storing(t *testing.T, c client.Client) client.Client {
	t.Helper()
	s, err := storage.Open(t.Context(), &dsl.Storage{Driver: "file", Path: t.TempDir(), Threshold: 1}, "/")
	if err != nil {
		t.Fatal(err)
	}
	stores, err := client.NewClientFromExisting(c, client.Options{ExternalStorage: s})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stores.Close)
	return stores
}

// TestLockOfTwoProjects has two projects, neither of which knows the other or
// where it stores its values, want a lock of one name: it is one lock. When the
// workers of one are gone, those of the other keep it, and give it to their run
// once the one that has it is no more.
func TestLockOfTwoProjects(t *testing.T) {
	c := dial(t, new(journal))
	first, p := serve(t, storing(t, c), `workflow: first
signals: {leave: {}}
steps: [{lock: stock, scope: namespace, do: [{receive: leave}]}]
`)
	holder := begin(t, c, p, 0)
	c2 := storing(t, c)
	second, p := serve(t, c2, `workflow: second
title: Another project, with a workflow of its own
steps: [{lock: stock, scope: namespace, do: [{id: got, value: "${ workflow.id }"}]}]
output: ${ steps.got.output }
`)
	t.Cleanup(second.Stop)
	next := begin(t, c, p, 1)
	first.Stop()
	reaches(t, c, 0, holder.GetID())
	reaches(t, c, 1, next.GetID())
	if err := c.TerminateWorkflow(t.Context(), holder.GetID(), "", "a test"); err != nil {
		t.Fatal(err)
	}
	var result string
	next = c2.GetWorkflow(t.Context(), next.GetID(), "")
	if err := next.Get(t.Context(), &result); err != nil || result != next.GetID() {
		t.Error(result, err)
	}
}
