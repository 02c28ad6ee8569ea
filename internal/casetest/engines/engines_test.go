package engines_test

import (
	"log/slog"
	"slices"
	"strings"
	"testing"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/internal/casetest"
	"github.com/partitur/partitur/internal/engine"
	"github.com/partitur/partitur/internal/project"
	"github.com/partitur/partitur/internal/workers"
)

// start starts a server that plays cases.
func start(t *testing.T) *casetest.Server {
	t.Helper()
	server, err := engine.Start(t.Context(), engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Stop() })
	c, err := client.Dial(client.Options{
		HostPort: server.HostPort(), Namespace: server.Namespace(), Logger: log.NewStructuredLogger(slog.New(slog.DiscardHandler)),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return &casetest.Server{Client: c, Namespace: server.Namespace()}
}

// memoryOnly are the cases of the examples that a server cannot play, with a
// word of the reason that must be given.
var memoryOnly = map[string]string{
	"approval-by-hand/approved without an argument, and the first decision wins": "memory alone",

	"task-coordinator/four tasks for three workers": "a child waits",
	"transcription/the second try finds a GPU":      "it waits 101 times",
}

// reasons are why others may be left out.
var reasons = []string{"what the runs of a namespace share", "only a schedule can start", "a child waits", "it waits ", "it makes "}

// TestExamples plays the cases of all examples with both engines, which must
// come to the same.
func TestExamples(t *testing.T) {
	w, diags, err := project.Load("../../..", []string{"examples"}, workers.Catalog{})
	if err != nil || diags.Errors() > 0 {
		t.Fatal(err, diags)
	}
	suite := casetest.Suite{
		Player:   &casetest.Player{Actions: workers.Catalog{}, Programs: w.Programs, Server: start(t)},
		Parallel: 8,
	}
	said := map[string]string{}
	for _, r := range suite.Run(w.Tests) {
		for _, p := range r.Problems {
			t.Errorf("%s: %s\n%v", r.Workflow, p, r.Trace)
		}
		if r.NotPlayed != "" {
			said[r.Workflow+"/"+r.Case.Name] = r.NotPlayed
		}
	}
	for name, why := range memoryOnly {
		if !strings.Contains(said[name], why) {
			t.Errorf("%s: the server does not say %q but %q", name, why, said[name])
		}
	}
	for name, why := range said {
		known := slices.ContainsFunc(reasons, func(s string) bool { return strings.Contains(why, s) })
		if memoryOnly[name] == "" && !known {
			t.Errorf("%s is not played on the server: %s", name, why)
		}
	}
}

const order = `
workflow: order
input: {type: object, required: [id], properties: {id: {type: string}}}
state: {approved: false, by: ""}
signals: {approve: {do: [{set: {approved: true}}]}}
updates: {sign: {validate: [{check: message != '', reject: nobody}], do: [{set: {by: "${ message }"}}], output: "${ state.approved }"}}
queries: {state: "${ state.approved ? 'approved' : 'waiting' }"}
defaults: {timeout: 1m, retry: {maximum_attempts: 3, initial_interval: 1h}}
steps:
  - {id: pay, activity: pay, with: "${ input.id }", compensate: {activity: refund, with: "${ input.id }"}}
  - {id: stock, activity: stock, timeout: 1d, retry: {maximum_attempts: 1}}
  - {try: [{await: state.approved}], timeout: 2d}
  - parallel:
      a: [{id: a1, activity: pack, with: 1}, {id: a2, activity: label}]
      b: [{id: b1, activity: pack, with: 2}, {id: b2, activity: label}]
  - {if: input.id == 'again', continue_as_new: {id: last}}
output: {at: "${ now() }", packed: "${ [steps.a1.output, steps.b1.output] }", by: "${ state.by }", key: "${ workflow.id }"}
`

// features are the cases of a document that shows what a timeline can hold.
const features = `
test: order
defaults: {mocks: {pay: {return: 1}, label: {return: 1}, pack: {return: 1}, stock: {return: true}, refund: {return: 1}}}
cases:
  - name: a timeline, retries and a sequence
    input: {id: A}
    mocks:
      pay: [{error: {type: Busy}, times: 2}, {return: 1}]
      stock: {return: true, takes: 20h}
      pack: [{return: one}, {return: two}]
    events:
      - {at: 22h, query: state, expect: result == 'waiting'}
      - {at: 23h, update: sign, with: ann, expect: not result}
      - {at: 23h, update: sign, with: "", rejected: true}
      - {at: 30h, signal: approve}
      - {at: 30h, query: state, expect: result == 'approved'}
    expect: {elapsed: 30h, output: {at: '2026-01-06T15:00:00Z', packed: [one, two], by: ann, key: default-test-workflow-id}}
  - name: nobody approves
    input: {id: A}
    expect: {error: {type: Timeout}, compensations: [pay], elapsed: 2d}
  - name: it takes too long
    input: {id: A}
    mocks: {stock: {return: 1, takes: 25h}}
    expect: {error: {type: Timeout, step: stock}, compensations: [pay], elapsed: 1d}
  - name: cancelled
    input: {id: A}
    events: [{at: 1d, cancel: true}]
    expect: {status: cancelled, compensations: [pay], elapsed: 1d, calls: {refund: 0, pay.compensate: 1}}
  - name: it still waits
    input: {id: A}
    events: [{at: 1h, query: state, expect: result == 'waiting'}]
    expect: {status: running}
  - name: once more
    input: {id: again}
    events: [{at: 0s, signal: approve}, {at: 1h, signal: approve}]
    expect: {continued_as_new: 1, elapsed: 1h, calls: {pay: 2}}
  - name: only the server
    engine: server
    input: {id: A}
    events: [{at: 1h, signal: approve}]
    expect: {elapsed: 1h}
`

// TestFeatures plays what the examples have little of.
func TestFeatures(t *testing.T) {
	w := load(t, features)
	suite := casetest.Suite{Player: &casetest.Player{Actions: workers.Catalog{}, Programs: w.Programs, Server: start(t)}, Parallel: 4}
	for _, r := range suite.Run(w.Tests) {
		for _, p := range r.Problems {
			t.Errorf("%s\n%v", p, r.Trace)
		}
		if r.NotPlayed != "" || len(r.Trace) == 0 {
			t.Errorf("%s: not played: %s", r.Case.Name, r.NotPlayed)
		}
	}
	suite.Server = nil
	for _, r := range suite.Run(w.Tests) {
		if server := r.Case.Engine == dsl.OnServer; server != strings.Contains(r.NotPlayed, "only a server can play it") {
			t.Errorf("%s in memory: not played: %q", r.Case.Name, r.NotPlayed)
		}
	}
}

// TestServerFinds demands of the server that it sees what is not as expected.
func TestServerFinds(t *testing.T) {
	w := load(t, `
test: order
cases:
  - name: wrong
    engine: server
    input: {id: A}
    mocks: {pay: {return: 1}, refund: {return: 1}, label: {return: 1}}
    events:
      - {at: 1h, query: state, expect: result == 'approved'}
      - {at: 3d, signal: approve}
    expect: {status: completed}
`)
	player := casetest.Player{Actions: workers.Catalog{}, Programs: w.Programs, Server: start(t)}
	var texts []string
	for _, p := range player.Play(w.Program("order"), w.Tests[0].Cases[0]).Problems {
		texts = append(texts, p.Text)
	}
	for _, want := range []string{"no mock answers stock", "events[1], signal at 3d: the run has ended before"} {
		if !slices.ContainsFunc(texts, func(s string) bool { return strings.HasPrefix(s, "on the server: ") && strings.Contains(s, want) }) {
			t.Errorf("%q is not among %q", want, texts)
		}
	}
}

func load(t *testing.T, cases string) *dsl.Workspace {
	t.Helper()
	w, diags := dsl.Load([]*source.File{source.NewFile("order.yaml", []byte(order)), source.NewFile("order.test.yaml", []byte(cases))}, workers.Catalog{})
	for _, d := range diags {
		t.Fatal(d, d.Hint)
	}
	return w
}
