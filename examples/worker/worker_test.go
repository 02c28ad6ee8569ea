package main

import (
	"log/slog"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"
	sdkworker "go.temporal.io/sdk/worker"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/value"
	"github.com/partitur/partitur/internal/project"
	"github.com/partitur/partitur/internal/registry"
	"github.com/partitur/partitur/internal/workers"
	"github.com/partitur/partitur/interpreter"
	"github.com/partitur/partitur/interpreter/shared"
)

func load(t *testing.T) *dsl.Workspace {
	t.Helper()
	w, diags, err := project.Load("../..", []string{"examples"}, workers.Catalog{})
	if err != nil || diags.Errors() > 0 {
		t.Fatal(err, diags)
	}
	return w
}

// elsewhere are the queues of composition/polyglot, which has workers of its own.
// This worker stands in for them in the tests.
var elsewhere = []string{"pricing", "stock"}

// TestCatalogue demands that the catalogue and the worker agree.
func TestCatalogue(t *testing.T) {
	var catalogued []string
	for _, c := range load(t).Catalogues {
		for _, a := range c.Types {
			catalogued = append(catalogued, a.Name)
			if a.TaskQueue != "examples" && !slices.Contains(elsewhere, a.TaskQueue) {
				t.Errorf("%s is on the task queue %q", a.Name, a.TaskQueue)
			}
		}
	}
	slices.Sort(catalogued)
	if served := slices.Sorted(maps.Keys(newWorld().activities())); !slices.Equal(served, catalogued) {
		t.Errorf("the worker serves %v\nand the catalogue lists %v", served, catalogued)
	}
}

var input = regexp.MustCompile(`--input '(.*)'`)

// TestExamplesRun runs each example with the input that its comment gives, and
// the activities of this worker. Those that call HTTP services are left out, those
// that wait for messages or send some, whose cases play them, and
// those with local activities: the SDK's test environment does not decode their
// arguments.
func TestExamplesRun(t *testing.T) {
	space := load(t)
	for _, p := range space.Programs {
		if calls(p) || hasLocal(p) || talks(p) {
			continue
		}
		t.Run(p.Name, func(t *testing.T) {
			args, err := commented(p)
			if err != nil {
				t.Fatal(err)
			}
			perform(t, space, p, args)
		})
	}
}

// calls tells whether an example calls HTTP services.
func calls(p *dsl.Program) (found bool) {
	p.WalkAll(func(s *dsl.Step) {
		_, action := s.Body.(*dsl.Action)
		found = found || action
	})
	return found
}

// talks tells whether an example needs somebody to send messages, or to take
// them, or a model, which other tests have.
func talks(p *dsl.Program) (found bool) {
	p.WalkAll(func(s *dsl.Step) {
		switch s.Body.(type) {
		case *dsl.SendSignal, *dsl.CancelWorkflow:
			found = true
		}
	})
	return found || p.Asks() || len(p.Signals)+len(p.Updates) > 0 || usesModels(p)
}

// usesModels tells whether an example asks a model: in agents, or in steps.
func usesModels(p *dsl.Program) bool {
	name := p.Span.File.Name
	return strings.Contains(name, "examples/agents/") || strings.Contains(name, "examples/llm/")
}

func hasLocal(p *dsl.Program) (found bool) {
	p.WalkAll(func(s *dsl.Step) { found = found || s.Local })
	return found
}

// commented is the input that the comment on top of an example gives.
func commented(p *dsl.Program) (args []any, err error) {
	comment, _, _ := strings.Cut(string(p.Span.File.Text), "\nworkflow:")
	m := input.FindStringSubmatch(comment)
	if m == nil {
		return nil, nil
	}
	v, err := value.Decode([]byte(m[1]))
	return []any{v}, err
}

// perform runs an example in memory, and returns its result.
func perform(t *testing.T, space *dsl.Workspace, p *dsl.Program, args []any) any {
	t.Helper()
	programs := &registry.Registry{Actions: workers.Catalog{}}
	if _, err := programs.Set(space.Programs); err != nil {
		t.Fatal(err)
	}
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	env := suite.NewTestWorkflowEnvironment()
	i := &interpreter.Interpreter{Programs: programs}
	keeps := &shared.Memory{World: env}
	env.SetWorkerOptions(i.Options(sdkworker.Options{Interceptors: []interceptor.WorkerInterceptor{keeps.Interceptor()}}))
	in := newWorld()
	in.pace = 0
	register(env, in)
	i.Register(env)
	env.SetStartWorkflowOptions(client.StartWorkflowOptions{ID: p.Name, TaskQueue: queue})
	env.ExecuteWorkflow(p.Name, args...)
	var raw converter.RawValue
	if err := env.GetWorkflowResult(&raw); err != nil {
		t.Fatal(err)
	}
	result, err := value.Decode(raw.Payload().GetData())
	if err != nil {
		t.Fatal("there is no result:", err)
	}
	return result
}

func TestMoneyMovesOncePerReference(t *testing.T) {
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestActivityEnvironment()
	in := newWorld()
	register(env, in)
	booking := object{"account": "account-a", "amount_cents": 300, "reference": "r1"}
	for range 3 {
		if _, err := env.ExecuteActivity("withdraw", booking); err != nil {
			t.Fatal(err)
		}
	}
	if got := in.accounts["account-a"]; got != 999_700 {
		t.Errorf("balance = %d, want 999700", got)
	}
	booking["reference"], booking["amount_cents"] = "r2", 2_000_000
	if _, err := env.ExecuteActivity("withdraw", booking); err == nil {
		t.Error("more money was withdrawn than there is")
	}
}

func TestFileResumesAtTheLastHeartbeat(t *testing.T) {
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestActivityEnvironment()
	in := newWorld()
	in.pace = 0
	register(env, in)
	env.SetHeartbeatDetails(6000)
	got, err := env.ExecuteActivity("process_large_file", "big.csv", 10000)
	if err != nil {
		t.Fatal(err)
	}
	var result object
	if err := got.Get(&result); err != nil || result["processed"] != 10000.0 || result["resumed_at"] != 6000.0 {
		t.Errorf("result = %v, %v", result, err)
	}
}
