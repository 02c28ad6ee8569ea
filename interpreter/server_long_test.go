package interpreter_test

import (
	"fmt"
	"os"
	"testing"

	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/partitur/partitur/internal/golden"
)

// chain are the histories of the runs of a workflow, the first first, each of
// which a worker without the definition must repeat.
func (s *site) chain(id, first string) (chain []*historypb.History) {
	s.t.Helper()
	for run := first; run != ""; {
		h := s.history(s.client.GetWorkflow(s.t.Context(), id, run))
		chain = append(chain, h)
		last := h.GetEvents()[len(h.GetEvents())-1]
		run = last.GetWorkflowExecutionContinuedAsNewEventAttributes().GetNewExecutionRunId()
		replay(s.t, h)
	}
	return chain
}

// bounded checks that no history of a chain is longer than it may be, and counts
// events of a kind over all of them.
func (s *site) bounded(chain []*historypb.History, most int, kind enumspb.EventType) (count int) {
	s.t.Helper()
	for i, h := range chain {
		if len(h.GetEvents()) > most {
			s.t.Errorf("run %d of %d has %d events", i+1, len(chain), len(h.GetEvents()))
		}
		for _, e := range h.GetEvents() {
			if e.GetEventType() == kind {
				count++
			}
		}
	}
	return count
}

// TestLongLoop runs a loop over 100,000 rounds. Each history stays short, no
// round is lost or runs twice, and the text stays that of the first run.
func TestLongLoop(t *testing.T) {
	s := newSite(t, `workflow: loop
defaults: {timeout: 1m}
history: {max_events: 100}
state: {sum: 0, sent: 0}
steps:
  - {id: first, activity: echo, with: 7}
  - id: rounds
    repeat:
      - {set: {sum: "${ state.sum + index }"}}
      - if: index % 500 == 0
        then:
          - {id: a, activity: echo, with: "${ index }"}
          - {set: {sent: "${ state.sent + steps.a.output }"}}
    until: index == 99999
    max_iterations: 100000
output: ${ [state.sum, state.sent, steps.first.output, workflow.run_id] }
`)
	run := s.start("loop")
	first := run.GetRunID()
	eventually(t, "the run has its text", func() bool { return len(s.history(run).GetEvents()) > 4 })
	if _, err := s.programs.Set(nil); err != nil { // the runs that follow have the text from the first
		t.Fatal(err)
	}
	var result []any
	if err := s.get(run, &result); err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(result), fmt.Sprint([]any{float64(99_999 * 50_000), float64(500 * 199 * 100), 7, first}); got != want {
		t.Errorf("the result is %s, want %s", got, want)
	}
	chain := s.chain(run.GetID(), first)
	if n := s.bounded(chain, 150, enumspb.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED); n != 201 {
		t.Errorf("%d activities were scheduled", n)
	}
	if n := s.bounded(chain, 150, enumspb.EVENT_TYPE_MARKER_RECORDED); n != 1 || len(chain) < 5 {
		t.Errorf("%d markers in %d runs", n, len(chain))
	}
}

// TestEntity sends 20,000 signals to an entity, some of which arrive while one
// run becomes the next. None is lost, and none is taken twice.
func TestEntity(t *testing.T) {
	const signals = 20_000
	s := newSite(t, `workflow: entity
history: {max_events: 2000}
state: {handled: 0, sum: 0}
signals:
  add: {message: {type: integer}, do: [{set: {handled: "${ state.handled + 1 }", sum: "${ state.sum + message }"}}]}
  take: {message: {type: integer}}
steps:
  - id: each
    repeat:
      - {id: one, receive: take}
      - {set: {sum: "${ state.sum + steps.one.output }"}}
    until: index == 9999
    max_iterations: unlimited
  - await: state.handled == 10000
output: ${ [state.handled, state.sum, workflow.run_id] }
`)
	run := s.start("entity")
	first := run.GetRunID()
	errs := make(chan error, 4)
	for worker := range 4 {
		go func() {
			for n := worker; n < signals; n += 4 {
				name := "add"
				if n >= signals/2 {
					name = "take"
				}
				if err := s.client.SignalWorkflow(t.Context(), run.GetID(), "", name, n); err != nil {
					errs <- err
					return
				}
			}
			errs <- nil
		}()
	}
	for range 4 {
		if err := <-errs; err != nil {
			t.Fatal(err)
		}
	}
	var result []any
	if err := s.get(s.client.GetWorkflow(t.Context(), run.GetID(), ""), &result); err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(result), fmt.Sprint([]any{float64(signals / 2), float64(signals * (signals - 1) / 2), first}); got != want {
		t.Errorf("the result is %s, want %s", got, want)
	}
	chain := s.chain(run.GetID(), first)
	if n := s.bounded(chain, 4000, enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED); n != signals || len(chain) < 5 {
		t.Errorf("%d signals in %d runs", n, len(chain))
	}
}

// TestContinued runs a workflow that continues as new in the middle of nearly
// everything it can stand in, and replays each of its runs. The second is kept
// as a recorded history.
func TestContinued(t *testing.T) {
	s := newSite(t, `workflow: continued
defaults: {timeout: 1m, retry: {maximum_attempts: 1}}
history: {max_events: 100}
state: {sum: 0}
signals: {number: {message: {type: integer}}}
steps:
  - {id: first, activity: echo, with: {x: 1}, compensate: {activity: echo, with: "${ steps.first.output }"}}
  - id: each
    for_each: '[1, 2, 3]'
    key: item * 10
    timeout: 1h
    do:
      - id: s
        saga:
          - {id: a, activity: echo, with: "${ item }", compensate: {activity: echo, with: "${ [item, steps.a.output, state.sum] }"}}
          - {checkpoint: here}
          - id: tried
            fallback:
              - {id: no, activity: fail}
              - id: rounds
                repeat:
                  - {id: got, receive: number, where: message > 0}
                  - {id: echoed, activity: echo, with: "${ steps.got.output }"}
                  - {set: {sum: "${ state.sum + steps.echoed.output }"}}
                  - {sleep: 1ms}
                until: index == 11
                max_iterations: 20
          - {compensate_to: here}
          - {if: item == 2, fail: {type: Two}}
        catch: [{type: [Two], do: [{sleep: 1ms}, {id: caught, activity: echo, with: "${ error.type }"}]}]
  - {fail: {type: Done, message: "${ string(state.sum) }"}, catch: [{output: "${ error.message }"}], id: done}
output: ${ [steps.done.output, steps.first.output.x, workflow.run_id] }
`)
	run := s.start("continued")
	first := run.GetRunID()
	for n := range 36 {
		if err := s.client.SignalWorkflow(t.Context(), run.GetID(), "", "number", n+1); err != nil {
			t.Fatal(err)
		}
	}
	var result []any
	if err := s.get(s.client.GetWorkflow(t.Context(), run.GetID(), ""), &result); err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(result), fmt.Sprint([]any{"666", 1, first}); got != want {
		t.Errorf("the result is %s, want %s", got, want)
	}
	chain := s.chain(run.GetID(), first)
	if len(chain) < 3 {
		t.Fatalf("there are %d runs", len(chain))
	}
	recordHistory(t, "testdata/histories/continued-1.json", chain[1])
}

// recordHistory keeps a history if there is none and tests update what they
// expect: recorded histories are never changed.
func recordHistory(t *testing.T, file string, h *historypb.History) {
	t.Helper()
	if _, err := os.Stat(file); err == nil || !*golden.Update {
		return
	}
	data, err := protojson.Marshal(h)
	if err == nil {
		err = os.WriteFile(file, data, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}
