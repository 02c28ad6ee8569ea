// Package casetest plays the cases of test documents in memory: the real
// interpreter, a clock that skips waiting, and mocks in place of activities. It
// needs no server, and what it plays it plays in one thread, so that a case
// that does not run twice the same way is a mistake of the workflow engine.
package casetest

import (
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/value"
	"github.com/partitur/partitur/internal/registry"
	"github.com/partitur/partitur/interpreter"
)

// Start is when every case begins, by the clock of its run.
var Start = time.Date(2026, time.January, 5, 9, 0, 0, 0, time.UTC)

// patience bounds the time of day that a case may take.
const patience = 30 * time.Second

// maxRuns bounds how often a case may continue as new.
const maxRuns = 1000

// A Problem is one thing that is not as a case expects.
type Problem struct {
	At   source.Span
	Case string
	Text string
}

func (p Problem) String() string { return fmt.Sprintf("%s: %s: %s", p.At, p.Case, p.Text) }

// Run plays a case twice, and returns what is not as it should be. Other
// programs are there for the program to run as children.
func Run(p *dsl.Program, actions dsl.Catalog, c *dsl.TestCase, others ...*dsl.Program) []Problem {
	first, problems := play(p, actions, c, others)
	if len(problems) == 0 {
		var second *outcome
		second, problems = play(p, actions, c, others)
		if i := differ(first.trace, second.trace); i >= 0 {
			problems = append(problems, fmt.Sprintf("the case does not run the same way twice\n\tfirst:  %s\n\tsecond: %s", at(first.trace, i), at(second.trace, i)))
		}
	}
	list := make([]Problem, len(problems))
	for i, text := range problems {
		list[i] = Problem{c.Span, c.Name, text}
	}
	return list
}

// An outcome is how a run ended, and what it did on the way.
type outcome struct {
	status  string // as in dsl.Expectation
	output  any
	failure map[string]any // `error`, nil unless failed
	calls   []string
	trace   []string
}

// play runs a case once.
func play(p *dsl.Program, actions dsl.Catalog, c *dsl.TestCase, others []*dsl.Program) (*outcome, []string) {
	s, problems := newStage(p, others, c)
	programs, err := s.programs(actions)
	if err != nil {
		problems = append(problems, err.Error())
	}
	if len(problems) > 0 {
		return nil, problems
	}
	var args []any
	if c.Input != nil {
		args = append(args, c.Input)
	}
	env := s.runs(programs, args)
	s.afterwards(env)
	o, err := ended(env)
	if err != nil {
		return nil, append(s.complaints, err.Error())
	}
	o.calls, o.trace = s.calls, append(s.trace, fmt.Sprintf("%s %s %s", o.status, text(o.output), text(o.failure)))
	return o, append(append(s.complaints, s.mocks.unused()...), compare(c.Expect, o)...)
}

// programs are those of a worker with the settings of the case.
func (s *stage) programs(actions dsl.Catalog) (*registry.Registry, error) {
	programs := &registry.Registry{Actions: actions, Lookup: s.lookup}
	complaints, err := programs.Set([]*dsl.Program{s.program})
	switch {
	case err != nil:
		return nil, err
	case len(complaints) > 0:
		return nil, errors.New(complaints[0] + "; a case sets it under env:")
	}
	all := []*dsl.Program{s.program}
	for _, name := range slices.Sorted(maps.Keys(s.family)) {
		all = append(all, s.family[name])
	}
	_, err = programs.Set(all) // who runs a child that lacks a setting is told then
	return programs, err
}

// runs plays one run after the other, where each continues the one before as
// new. It returns the world of the last.
func (s *stage) runs(programs *registry.Registry, args []any) *testsuite.TestWorkflowEnvironment {
	for at, n := Start, 1; ; n++ {
		env := s.environment(programs, at)
		s.world = env
		env.ExecuteWorkflow(s.program.Name, args...)
		var next *workflow.ContinueAsNewError
		if !errors.As(env.GetWorkflowError(), &next) || n == maxRuns {
			return env
		}
		at, args = env.Now(), nil
		for _, p := range next.Input.GetPayloads() {
			args = append(args, converter.NewRawValue(p))
		}
	}
}

// environment is a world with the programs in it, from a time on.
func (s *stage) environment(programs *registry.Registry, at time.Time) *testsuite.TestWorkflowEnvironment {
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.DiscardHandler)))
	env := suite.NewTestWorkflowEnvironment()
	env.SetStartTime(at)
	env.SetTestTimeout(patience)
	i := &interpreter.Interpreter{Programs: programs}
	env.SetWorkerOptions(i.Options(worker.Options{Interceptors: []interceptor.WorkerInterceptor{s.interceptor(), s.shared.Interceptor()}}))
	s.shared.World = env
	i.Register(env)
	s.timeline(env, at)
	return env
}

// lookup finds a setting of the worker among those of the case.
func (s *stage) lookup(name string) (string, bool) {
	v, ok := s.env[name]
	if !ok {
		return "", false
	}
	text, err := value.Text(v)
	return text, err == nil
}

// ended reads how the run ended.
func ended(env *testsuite.TestWorkflowEnvironment) (*outcome, error) {
	if !env.IsWorkflowCompleted() {
		return nil, errors.New("the run does not end")
	}
	err := env.GetWorkflowError()
	var next *workflow.ContinueAsNewError
	if errors.As(err, &next) {
		return nil, fmt.Errorf("the run has continued as new %d times and does not end", maxRuns)
	}
	var cancel *temporal.CanceledError
	var app *temporal.ApplicationError
	switch {
	case err == nil:
		var raw converter.RawValue
		if err := env.GetWorkflowResult(&raw); err != nil && !errors.Is(err, temporal.ErrNoData) {
			return nil, err
		}
		output, err := decode(raw)
		return &outcome{status: "completed", output: output}, err
	case errors.As(err, &cancel):
		return &outcome{status: "cancelled"}, nil
	case errors.As(err, &app):
		failure := map[string]any{}
		var raw converter.RawValue
		if app.HasDetails() && app.Details(&raw) == nil {
			report, _ := decode(raw)
			failure, _ = report.(map[string]any)
		}
		failure["type"], failure["message"], failure["retryable"] = app.Type(), app.Message(), !app.NonRetryable()
		return &outcome{status: "failed", failure: failure}, nil
	}
	return nil, err
}

func decode(raw converter.RawValue) (any, error) {
	if data := raw.Payload().GetData(); len(data) > 0 {
		return value.Decode(data)
	}
	return nil, nil
}

// differ is the index of the first entry in which two traces differ, or -1.
func differ(a, b []string) int {
	if slices.Equal(a, b) {
		return -1
	}
	i := 0
	for i < min(len(a), len(b)) && a[i] == b[i] {
		i++
	}
	return i
}

func at(trace []string, i int) string {
	if i < len(trace) {
		return trace[i]
	}
	return "nothing more"
}
