package interpreter_test

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"gopkg.in/yaml.v3"

	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/internal/golden"
	"github.com/partitur/partitur/internal/registry"
	"github.com/partitur/partitur/interpreter"
	"github.com/partitur/partitur/interpreter/shared"
)

// outputs are the sections of a case that the run writes.
var outputs = []string{"trace", "attempts", "result", "error", "status"}

// TestConformance runs every case of testdata twice and compares what it does
// with what the case says. Run with -update to rewrite the cases.
func TestConformance(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			c := readCase(t, archive)
			first, second := c.run(t), c.run(t)
			for _, name := range outputs {
				if first[name] != second[name] {
					t.Errorf("%s: two runs differ:\n%s\nand\n%s", name, first[name], second[name])
				}
			}
			if *golden.Update {
				rewrite(t, file, archive, first)
				return
			}
			compare(t, archive, first)
		})
	}
}

// A testCase is one file of testdata.
type testCase struct {
	program  *registry.Registry
	workflow string
	input    []any
	stubs    map[string]stubs
	events   []event
	schedule schedule
	keys     bool // the trace shows idempotency keys
	sorted   bool // as in trace
	part     int  // how many items of a loop one run works on

	pace    time.Duration
	inOrder bool                               // as in trace
	mock    *mock                              // of the latest run
	trace   *trace                             // of the latest run
	memory  *shared.Memory                     // what the namespace shares
	past    []bool                             // the events that have happened in it
	env     *testsuite.TestWorkflowEnvironment // of the latest run

	counting []string // ids of steps that count in the state, of random programs
}

// An event happens to the run at a time.
type event struct {
	At     duration `yaml:"at"`
	Cancel bool     `yaml:"cancel"`
	Query  string   `yaml:"query"`
	Long   bool     `yaml:"long"` // the server suggests to continue as new

	Full     bool                  `yaml:"full"` // the history is so long that the run must
	Operator *interpreter.Decision `yaml:"operator"`
	Signal   string                `yaml:"signal"`
	Update   string                `yaml:"update"`
	ID       string                `yaml:"id"`   // of the update
	With     yaml.Node             `yaml:"with"` // the payload, or
	Args     []yaml.Node           `yaml:"args"` // several
	Raw      string                `yaml:"raw"`  // a payload in this encoding, which is no JSON

	Locks   string `yaml:"locks"`   // another run wants the lock of the namespace
	Unlocks string `yaml:"unlocks"` // and gives it back
	Lock    string `yaml:"lock"`    // the trace shows who has it
}

type duration time.Duration

func (d *duration) UnmarshalYAML(n *yaml.Node) error {
	v, err := time.ParseDuration(n.Value)
	*d = duration(v)
	return err
}

func readCase(t *testing.T, a *txtar.Archive) *testCase {
	t.Helper()
	c := &testCase{keys: strings.Contains(string(a.Comment), "show: keys"), sorted: strings.Contains(string(a.Comment), "show: sorted")}
	if _, size, ok := strings.Cut(string(a.Comment), "parts of "); ok {
		_, _ = fmt.Sscan(size, &c.part)
	}
	var files []*source.File
	for _, f := range a.Files {
		var err error
		switch name := f.Name; {
		case name == "input.json":
			var in any
			err = decodeExactly(f.Data, &in)
			c.input = []any{in}
		case name == "arguments.json":
			err = decodeExactly(f.Data, &c.input)
		case name == "schedule.yaml":
			err = yaml.Unmarshal(f.Data, &c.schedule)
		case name == "stubs.yaml":
			err = yaml.Unmarshal(f.Data, &c.stubs)
		case name == "events.yaml":
			err = yaml.Unmarshal(f.Data, &c.events)
		case strings.HasSuffix(name, ".yaml"):
			files = append(files, source.NewFile(name, f.Data))
		}
		if err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
	}
	c.program, c.workflow = load(t, files...)
	return c
}

// start is when every case begins.
var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// run executes the case in the SDK's test environment, which ends where a run is
// continued as new; then another goes on with what the first has left.
func (c *testCase) run(t *testing.T) map[string]string {
	t.Helper()
	c.memory = new(shared.Memory)
	c.mock, c.trace = nil, newTrace(start, c.keys, cmp.Or(c.pace, 5*time.Millisecond)) // too little to be seen in the trace
	c.trace.inOrder, c.trace.sorted = c.inOrder, c.sorted
	c.past = make([]bool, len(c.events))
	args, at := c.input, start
	for {
		env := c.environment(at)
		env.ExecuteWorkflow(c.workflow, args...)
		if !env.IsWorkflowCompleted() {
			t.Fatalf("the run does not end; so far:\n%s", c.trace.text())
		}
		var next *workflow.ContinueAsNewError
		if !errors.As(env.GetWorkflowError(), &next) {
			return c.outcome(t, env)
		}
		at = env.Now()
		c.trace.add(at, "continue as new")
		args = nil
		for _, p := range next.Input.GetPayloads() {
			args = append(args, converter.NewRawValue(p))
		}
	}
}

// environment is a world for one run, which begins at a time.
func (c *testCase) environment(at time.Time) *testsuite.TestWorkflowEnvironment {
	var s testsuite.WorkflowTestSuite
	s.SetLogger(quiet{})
	env := s.NewTestWorkflowEnvironment()
	env.SetStartTime(at)
	i := &interpreter.Interpreter{Programs: c.program, Part: c.part}
	env.SetWorkerOptions(i.Options(worker.Options{
		Interceptors:             append(c.trace.interceptors(), c.memory.Interceptor()),
		DeadlockDetectionTimeout: time.Minute,
	}))
	i.Register(env)
	c.schedule.start(env)
	c.memory.World = env
	m := newMock(env, c.stubs, c.trace.turn, c.mock)
	env.SetOnActivityCanceledListener(func(info *activity.Info) {
		c.trace.add(env.Now(), "cancel "+info.ActivityID)
		m.cancel(info.ActivityID)
	})
	c.mock, c.env = m, env
	env.RegisterDelayedCallback(c.memory.Again, 0)
	for i, e := range c.events {
		if !c.past[i] {
			env.RegisterDelayedCallback(func() { c.past[i] = true; c.happen(env, e) }, time.Duration(e.At)-at.Sub(start))
		}
	}
	return env
}

// happen makes an event happen to the run, or beside it.
func (c *testCase) happen(env *testsuite.TestWorkflowEnvironment, e event) {
	keeper := shared.Keeper{Kind: shared.LockType, Name: e.Locks + e.Unlocks + e.Lock}
	other := shared.Message{From: shared.Run{ID: "another"}}
	switch {
	case e.Locks != "":
		other.ID, other.Asks = "1", []shared.Ask{{Ticket: "1"}}
	case e.Unlocks != "":
		other.ID, other.Ends = "2", []shared.End{{Ticket: "1"}}
	case e.Lock != "":
		c.trace.add(env.Now(), "lock "+e.Lock+": "+c.memory.Text(keeper))
		return
	default:
		c.trace.event(env, e)
		return
	}
	c.memory.Tell(env.Now(), shared.Letter{To: keeper, Message: other})
}

// outcome is how the last run has ended, and what happened before.
func (c *testCase) outcome(t *testing.T, env *testsuite.TestWorkflowEnvironment) map[string]string {
	t.Helper()
	out := map[string]string{"trace": c.trace.text(), "attempts": c.mock.text(), "status": statusText(t, env)}
	if err := env.GetWorkflowError(); err != nil {
		out["error"] = c.trace.label(errorText(err))
		return out
	}
	out["result"] = c.trace.label(resultText(t, env)) + "\n"
	return out
}

func resultText(t *testing.T, env *testsuite.TestWorkflowEnvironment) string {
	t.Helper()
	var raw converter.RawValue
	if err := env.GetWorkflowResult(&raw); errors.Is(err, temporal.ErrNoData) {
		return "nothing"
	} else if err != nil {
		t.Fatal(err)
	}
	if text := string(raw.Payload().GetData()); text != "" {
		return text
	}
	return "nil"
}

func rewrite(t *testing.T, file string, a *txtar.Archive, got map[string]string) {
	t.Helper()
	kept := a.Files[:0:0]
	for _, f := range a.Files {
		if !isOutput(f.Name) {
			kept = append(kept, f)
		}
	}
	for _, name := range outputs {
		if got[name] != "" {
			kept = append(kept, txtar.File{Name: name, Data: []byte(got[name])})
		}
	}
	a.Files = kept
	if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
		t.Fatal(err)
	}
}

func compare(t *testing.T, a *txtar.Archive, got map[string]string) {
	t.Helper()
	want := map[string]string{}
	for _, f := range a.Files {
		if isOutput(f.Name) {
			want[f.Name] = string(f.Data)
		}
	}
	for _, name := range outputs {
		if got[name] != want[name] {
			t.Errorf("%s is\n%s\nand should be\n%s", name, got[name], want[name])
		}
	}
}

func isOutput(name string) bool {
	for _, o := range outputs {
		if o == name {
			return true
		}
	}
	return false
}

// statusText is the final status of each step, and of the compensations.
func statusText(t *testing.T, env *testsuite.TestWorkflowEnvironment) string {
	t.Helper()
	st, err := askStatus(env)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, s := range st.Steps {
		fmt.Fprintf(&b, "%s %s", s.Path, s.Status)
		if s.Runs > 1 {
			fmt.Fprintf(&b, " x%d", s.Runs)
		}
		if s.Total > 0 {
			fmt.Fprintf(&b, " %d/%d", s.Done, s.Total)
		}
		b.WriteByte('\n')
	}
	for _, c := range st.Compensations {
		m := c.(map[string]any)
		fmt.Fprintf(&b, "undo %s %s\n", m["step"], m["status"])
	}
	return b.String()
}

func askStatus(env *testsuite.TestWorkflowEnvironment) (st interpreter.Status, err error) {
	answer, err := env.QueryWorkflow("partitur.status")
	if err != nil {
		return st, err
	}
	return st, answer.Get(&st)
}
