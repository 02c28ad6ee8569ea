package casetest

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl/value"
	"github.com/partitur/partitur/internal/registry"
	"github.com/partitur/partitur/interpreter"
)

// workflowID is that of the workflow under test, as the test environment of the
// SDK has it.
const workflowID = "default-test-workflow-id"

// age is how long a run may wait for something, by its own clock, before it is
// clear that nothing will come.
const age = 100 * 365 * 24 * time.Hour

// runs plays one run after the other, where each continues the one before as
// new. It returns the world of the last.
func (s *stage) runs(programs *registry.Registry, args []any) *testsuite.TestWorkflowEnvironment {
	for at := s.start; ; s.continued++ {
		env := s.environment(programs, at)
		s.world = env
		env.ExecuteWorkflow(s.program.Name, args...)
		var next *workflow.ContinueAsNewError
		if !errors.As(env.GetWorkflowError(), &next) || s.continued == maxRuns-1 {
			return env
		}
		at, args = env.Now(), nil
		s.note("", "the run continues as new")
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
	if bound := s.bound(at); bound > 0 {
		env.SetWorkflowRunTimeout(bound)
	}
	i := &interpreter.Interpreter{Programs: programs, Tell: s.notice}
	env.SetWorkerOptions(i.Options(worker.Options{
		Interceptors:             []interceptor.WorkerInterceptor{s.interceptor(), s.shared.Interceptor()},
		DeadlockDetectionTimeout: patience, // the machine may have other work
	}))
	s.shared.World = env
	i.Register(env)
	if err := scheduled(env, s.written.Schedule, s.start); err != nil {
		s.complain(Problem{Text: err.Error()})
	}
	s.timeline(env, at)
	return env
}

// bound is how long a run that begins at a time may take, by the workflow's own
// timeouts; 0 is no bound.
func (s *stage) bound(at time.Time) time.Duration {
	bound := s.program.Timeouts.Run
	if all := s.program.Timeouts.Execution; all > 0 {
		bound = shorter(bound, max(all-at.Sub(s.start), 1))
	}
	return bound
}

// timeline makes the events of a case happen, in the order of their times, in a
// run that begins at a time.
func (s *stage) timeline(env *testsuite.TestWorkflowEnvironment, at time.Time) {
	for _, e := range s.events {
		if e.done {
			continue
		}
		happen := func() { e.done = true; s.happens(memory{stage: s, env: env}, e) }
		if e.Kind == "query" { // it comes after what the run does about other events of that time
			now := happen
			happen = func() { env.RegisterDelayedCallback(now, 0) }
		}
		env.RegisterDelayedCallback(happen, max(s.start.Add(e.At).Sub(at), 0))
	}
}

// runBegins notes that a run of the workflow under test begins.
func (s *stage) runBegins(ctx workflow.Context) {
	switch {
	case s.remote == nil:
		s.bounded()
	case !workflow.IsReplaying(ctx):
		s.remote.lock.Lock()
		s.remote.runs++
		s.remote.lock.Unlock()
	}
}

// bounded stops the run that begins now where it has to end: after the last
// event, if it is expected to go on, else when it has waited for an age.
func (s *stage) bounded() {
	env, at := s.world, s.world.Now()
	end := s.start.Add(age)
	if s.written.Expect.Status == "running" {
		end = s.start.Add(s.lastEvent())
	}
	env.RegisterDelayedCallback(func() { s.stop(env) }, max(end.Sub(at), 0)+1) // after what the run does about the event
}

// stop ends a run that has not ended by itself.
func (s *stage) stop(env *testsuite.TestWorkflowEnvironment) {
	if env.IsWorkflowCompleted() || s.stopped {
		return
	}
	s.stoppedAt, s.waits = env.Now().Truncate(time.Microsecond), waits(memory{stage: s, env: env})
	s.stopped = true
	env.CancelWorkflow()
}

// waits says where a run stands.
func waits(w world) string {
	answer, err := w.query("partitur.status", nil)
	status, _ := answer.(map[string]any)
	steps, _ := status["steps"].([]any)
	var list []string
	for _, one := range steps {
		step, _ := one.(map[string]any)
		if step["status"] != "running" && step["status"] != "waiting" {
			continue
		}
		name, _ := step["id"].(string)
		if name = cmp.Or(name, text(step["verb"])); step["waits"] != nil {
			name += ", waiting for " + fmt.Sprint(step["waits"])
		}
		list = append(list, fmt.Sprintf("%v (%s)", step["at"], strings.Trim(name, `"`)))
	}
	if err != nil || len(list) == 0 {
		return "somewhere"
	}
	return list[len(list)-1]
}

// ended reads how the run ended.
func (s *stage) ended(env *testsuite.TestWorkflowEnvironment) (*outcome, error) {
	o := &outcome{calls: s.calls, elapsed: env.Now().Sub(s.start), continued: s.continued, undone: s.undone, attributes: s.attributes, memo: s.memo, children: len(s.live) > 0, childWaits: s.childWaits || len(s.running()) > 0}
	if s.stopped {
		o.status, o.elapsed, o.waits = "running", s.stoppedAt.Sub(s.start), s.waits
		return o, nil
	}
	if !env.IsWorkflowCompleted() {
		return nil, errors.New("the run does not end")
	}
	err := env.GetWorkflowError()
	var next *workflow.ContinueAsNewError
	if errors.As(err, &next) {
		return nil, fmt.Errorf("the run has continued as new %d times and does not end", maxRuns)
	}
	var raw converter.RawValue
	if err == nil {
		if err := env.GetWorkflowResult(&raw); err != nil && !errors.Is(err, temporal.ErrNoData) {
			return nil, err
		}
	}
	return o, o.ends(raw, err)
}

// ends takes how a run has ended: with a result, or with an error.
func (o *outcome) ends(raw converter.RawValue, err error) error {
	var cancel *temporal.CanceledError
	var app *temporal.ApplicationError
	var timeout *temporal.TimeoutError
	switch {
	case err == nil:
		o.status = "completed"
		o.output, err = decode(raw)
		return err
	case errors.As(err, &cancel):
		o.status = "cancelled"
	case errors.As(err, &app):
		failure := map[string]any{}
		var raw converter.RawValue
		if app.HasDetails() && app.Details(&raw) == nil {
			report, _ := decode(raw)
			failure, _ = report.(map[string]any)
		}
		failure["type"], failure["message"], failure["retryable"] = app.Type(), app.Message(), !app.NonRetryable()
		o.status, o.failure = "failed", failure
	case errors.As(err, &timeout):
		o.status = "timed_out"
	default:
		return err
	}
	return nil
}

func decode(raw converter.RawValue) (any, error) {
	if data := raw.Payload().GetData(); len(data) > 0 {
		return value.Decode(data)
	}
	return nil, nil
}

// memory is the world of a case that is played in memory.
type memory struct {
	stage *stage
	env   *testsuite.TestWorkflowEnvironment
	child string // the workflow id of the child that is meant; "" is the workflow under test
}

func (m memory) signal(name string, args []any) error {
	if m.child != "" {
		return m.env.SignalWorkflowByID(m.child, name, severalArguments(args))
	}
	m.env.SignalWorkflow(name, severalArguments(args))
	return nil
}

func (m memory) cancel() error {
	if m.child != "" {
		m.env.CancelWorkflowByID(m.child, "")
		return nil
	}
	m.env.CancelWorkflow()
	return nil
}

func (m memory) query(name string, args []any) (any, error) {
	ask := m.env.QueryWorkflow
	if m.child != "" {
		ask = func(name string, args ...any) (converter.EncodedValue, error) {
			return m.env.QueryWorkflowByID(m.child, name, args...)
		}
	}
	encoded, err := ask(name, args...)
	if err != nil {
		return nil, err
	}
	var raw converter.RawValue
	if err := encoded.Get(&raw); err != nil {
		return nil, err
	}
	return decode(raw)
}

func (m memory) update(name, id string, args []any, a answers) {
	callback := &testsuite.TestUpdateCallback{
		OnAccept: a.accepted,
		OnReject: a.rejected,
		OnComplete: func(result any, err error) {
			raw, _ := result.(converter.RawValue)
			answer, bad := decode(raw)
			a.completed(answer, errors.Join(err, bad))
		},
	}
	if m.child == "" {
		m.env.UpdateWorkflow(name, id, callback, args...)
	} else if err := m.env.UpdateWorkflowByID(m.child, name, id, callback, args...); err != nil {
		a.rejected(err)
	}
}
