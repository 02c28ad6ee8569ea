//go:build !noengine

package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"golang.org/x/sync/errgroup"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/internal/engine"
	"github.com/partitur/partitur/internal/golden"
	"github.com/partitur/partitur/internal/registry"
	"github.com/partitur/partitur/internal/workers"
	"github.com/partitur/partitur/interpreter"
)

// performance is the page with the table of events, which stands between two
// comments.
const (
	performance = "../../docs/performance.md"
	tableBegins = "<!-- events -->\n"
	tableEnds   = "<!-- end -->\n"
)

// TestEvents runs every kind of step as YAML and as Go, compares what the two
// record, and compares that with the table of docs/performance.md. With -update
// it writes the table.
func TestEvents(t *testing.T) {
	for _, body := range dsl.Bodies() {
		kind := reflect.TypeOf(body).Elem().Name()
		if !slices.ContainsFunc(stepCases, func(c stepCase) bool { return c.kind == kind }) {
			t.Errorf("no case is of the kind %s: add one to stepCases", kind)
		}
	}
	recorded := startStage(t).runAll()
	var rows strings.Builder
	for i, c := range stepCases {
		yaml, golang := recorded[roleYAML][i], recorded[roleGo][i]
		yaml["MarkerRecorded"] -= 1 + yaml["WorkflowExecutionContinuedAsNew"] // of the definition of each run
		maps.DeleteFunc(yaml, func(_ string, n int) bool { return n == 0 })
		if !maps.Equal(yaml, golang) {
			t.Errorf("%s\nYAML records %v, and Go %v", c.yaml, yaml, golang)
		}
		fmt.Fprintf(&rows, "| `%s`%s | %d | %d | %s |\n", c.yaml, c.along, sum(yaml), sum(golang), c.explain(yaml))
	}
	compareTable(t, "| steps | YAML | Go | events |\n|---|---|---|---|\n"+rows.String())
}

// explain lists the events.
func (c stepCase) explain(facts map[string]int) string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(facts)) {
		if n := facts[name]; n > 1 {
			name = fmt.Sprintf("%d %s", n, name)
		}
		names = append(names, name)
	}
	text := strings.Join(names, ", ")
	if c.note != "" {
		text += "; " + c.note
	}
	return text
}

func compareTable(t *testing.T, table string) {
	page, err := os.ReadFile(performance)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, _ := strings.Cut(string(page), tableBegins)
	written, tail, found := strings.Cut(rest, tableEnds)
	switch {
	case !found:
		t.Fatalf("%s has no table between %q and %q", performance, tableBegins, tableEnds)
	case written == table:
	case *golden.Update:
		if err := os.WriteFile(performance, []byte(head+tableBegins+table+tableEnds+tail), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("the table of %s is another; run this test with -update\n%s", performance, table)
	}
}

// A stage is a server with a worker for each side.
type stage struct {
	*testing.T
	client client.Client
}

func startStage(t *testing.T) *stage {
	server, err := engine.Start(t.Context(), engine.Options{SearchAttributes: map[string]enumspb.IndexedValueType{"Customer": enumspb.INDEXED_VALUE_TYPE_KEYWORD}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Stop() })
	s := &stage{T: t}
	if s.client, err = client.Dial(client.Options{HostPort: server.HostPort(), Logger: quiet()}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.client.Close)
	i := &interpreter.Interpreter{Programs: s.registry()}
	yaml := worker.New(s.client, roleYAML, i.Options(worker.Options{}))
	i.Register(yaml)
	golang := worker.New(s.client, roleGo, worker.Options{})
	for i, c := range stepCases {
		golang.RegisterWorkflowWithOptions(c.workflow, workflow.RegisterOptions{Name: caseName(i)})
	}
	golang.RegisterWorkflowWithOptions(func(workflow.Context) error { return nil }, workflow.RegisterOptions{Name: "inner"})
	golang.RegisterWorkflowWithOptions(func(ctx workflow.Context) error { return workflow.Sleep(ctx, 1<<50) }, workflow.RegisterOptions{Name: "other"})
	for _, w := range []worker.Worker{yaml, golang} {
		for name, f := range caseActivities {
			w.RegisterActivityWithOptions(f, activity.RegisterOptions{Name: name})
		}
		if err := w.Start(); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(w.Stop)
	}
	return s
}

func caseName(i int) string { return fmt.Sprintf("case-%d", i) }

// registry has the cases in YAML.
func (s *stage) registry() *registry.Registry {
	text := "workflow: inner\nsteps: [{value: 1}]\n"
	for i, c := range stepCases {
		text += fmt.Sprintf("---\nworkflow: %s\n%s%ssteps: %s\n", caseName(i), caseDefaults, c.head, c.yaml)
	}
	w, diags := dsl.Load([]*source.File{source.NewFile("cases.yaml", []byte(text))}, workers.Catalog{})
	if diags.Errors() > 0 {
		s.Fatal(diags)
	}
	r := &registry.Registry{Actions: workers.Catalog{}}
	if _, err := r.Set(w.Programs); err != nil {
		s.Fatal(err)
	}
	r.SetAttributes(map[string]string{"Customer": "Keyword"})
	return r
}

const caseDefaults = "defaults: {timeout: 1m, retry: {maximum_attempts: 1}}\ncompensation: {retry: {maximum_attempts: 1}}\n"

// begun waits until a run waits.
func (s *stage) begun(ctx context.Context, e execution) error {
	i := s.client.GetWorkflowHistory(ctx, e.WorkflowID, e.RunID, true, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for i.HasNext() {
		if event, err := i.Next(); err != nil || event.EventType == enumspb.EVENT_TYPE_WORKFLOW_TASK_COMPLETED {
			return err
		}
	}
	return nil
}

// caseActivities stand in for the builtin actions, too.
var caseActivities = map[string]any{
	"work":   func() error { return nil },
	"refuse": func() error { return temporal.NewApplicationError("no", "Oops") },
	"http":   func(any) (any, error) { return map[string]any{"status": 200}, nil },
	"llm":    func(any) (any, error) { return map[string]any{"text": "hello", "stop": "end"}, nil },
}

// caseInput is what every case is started with.
type caseInput struct {
	Other string `json:"other"` // the id of another workflow
}

// runAll runs every case on both sides.
func (s *stage) runAll() map[string][]map[string]int {
	facts := map[string][]map[string]int{}
	group, ctx := errgroup.WithContext(s.Context())
	group.SetLimit(8)
	for _, side := range sides {
		facts[side] = make([]map[string]int, len(stepCases))
		for i := range stepCases {
			group.Go(func() (err error) {
				if facts[side][i], err = s.facts(ctx, side, i); err != nil {
					err = fmt.Errorf("%s, %s: %w", side, stepCases[i].yaml, err)
				}
				return err
			})
		}
	}
	if err := group.Wait(); err != nil {
		s.Fatal(err)
	}
	return facts
}

// facts runs a case on one side, and counts what the steps themselves record.
func (s *stage) facts(ctx context.Context, side string, i int) (map[string]int, error) {
	c := stepCases[i]
	other, err := s.client.ExecuteWorkflow(ctx, client.StartWorkflowOptions{TaskQueue: roleGo}, "other")
	if err != nil {
		return nil, err
	}
	in := caseInput{Other: other.GetID()}
	run, err := s.client.ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: fmt.Sprintf("%s-%d", side, i), TaskQueue: side}, caseName(i), in)
	if err != nil {
		return nil, err
	}
	first := execution{run.GetID(), run.GetRunID()}
	if c.send != nil {
		if err := s.begun(ctx, first); err != nil {
			return nil, err
		}
		if err := c.send(ctx, s.client, run.GetID()); err != nil {
			return nil, err
		}
	}
	if err := run.Get(ctx, nil); (err != nil) != c.fails {
		return nil, fmt.Errorf("the run ends with %v", err)
	}
	histories, err := chain(s.client, first)
	if err != nil {
		return nil, err
	}
	facts := map[string]int{}
	for _, h := range histories {
		count(facts, h)
	}
	for _, name := range []string{"WorkflowExecutionStarted", "WorkflowExecutionCompleted", "WorkflowExecutionFailed"} {
		delete(facts, name)
	}
	return facts, nil
}
