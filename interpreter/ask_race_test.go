package interpreter_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/internal/registry"
	"github.com/partitur/partitur/interpreter"
	"github.com/partitur/partitur/interpreter/shared"
)

// raceRounds is how many schedules are played.
const raceRounds = 2500

// asked are questions whose deadlines, reminders and escalations coincide with
// what people do.
var asked = []string{
	`approval: {title: T, approvers: [a, b, c], quorum: 2, delegate: true, escalate: [{after: 2h, to: d}]}, timeout: 3h, on_timeout: reject`,
	`approval: {title: T, approvers: [a, b], quorum: all, delegate: true, notify: [{activity: mail}], remind: {every: 1h}, escalate: [{after: 2h, to: [c, d]}]}, timeout: 4h, on_timeout: approve`,
	`approval: {title: T, approvers: ['group:g', a, d], quorum: each, exclude: b, delegate: true}, timeout: 3h, on_timeout: fail`,
	`approval: {title: T, delegate: true, remind: {every: 2h}, notify: [{activity: mail}], stages: [{name: one, approvers: [a, b], timeout: 2h}, {name: two, approvers: ['group:g', d], quorum: 2, timeout: 2h}]}, on_timeout: approve`,
	`approval: {title: T, approvers: [a, d], quorum: all, delegate: true}, timeout: 2h, on_timeout: reject, on_reject: continue`,
	`task: {title: T, assignees: [a, 'group:g'], escalate: [{after: 1h, to: d}], form: {type: integer}}, timeout: 3h`,
}

func racePrograms(t *testing.T) (list []*registry.Registry) {
	t.Helper()
	for _, what := range asked {
		r, _ := loadText(t, "workflow: demo\ndefaults: {timeout: 1m, retry: {maximum_attempts: 1}}\nsteps:\n  - {id: q, "+what+"}\n---\nproject: demo\ngroups: {g: [b, c]}\n")
		list = append(list, r)
	}
	return list
}

// randomMove is something that somebody does at one of few moments, so that much
// happens at the same time.
func randomMove(r *rand.Rand) event {
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	user := func() string { return pick("a", "b", "c", "d", "e") }
	e := event{At: duration(time.Duration(1+r.IntN(8)) * 30 * time.Minute), ID: fmt.Sprint("u", r.Int64())}
	with := map[string]any{"by": user()}
	if r.IntN(2) == 0 {
		with["approval"] = "q"
	}
	switch n := r.IntN(20); {
	case n == 0:
		return event{At: e.At, Cancel: true}
	case n == 1:
		return event{At: e.At, Long: true}
	case n < 7:
		e.Signal = pick("approve", "reject", "approve", "answer")
		with["form"] = r.IntN(3)
	case n < 14:
		e.Update, with["decision"], with["form"] = "decide", pick("approve", "approve", "approve", "reject"), 1
	case n < 16:
		e.Update, with["decision"], with["to"] = "decide", "delegate", user()
	case n < 17:
		e.Update, with["to"] = "reassign", []any{user()}
	case n < 18:
		e.Update = "withdraw"
	default:
		e.Update, with["form"] = "answer", r.IntN(3)
	}
	if err := e.With.Encode(with); err != nil {
		panic(err)
	}
	return e
}

// TestAnswersRace lets decisions, withdrawals, deadlines, escalations,
// continuations and cancellations collide: there is exactly one outcome, the trail
// tells it, and the same schedule comes to the same.
func TestAnswersRace(t *testing.T) {
	programs, outcomes := racePrograms(t), map[string]int{}
	for seed := range uint64(raceRounds) {
		r := rand.New(rand.NewPCG(seed, 7))
		c := &testCase{program: programs[r.IntN(len(programs))], workflow: "demo"}
		for range 1 + r.IntN(8) {
			c.events = append(c.events, randomMove(r))
		}
		first, second := playRace(t, c), playRace(t, c)
		if first.text != second.text {
			t.Fatalf("seed %d: two runs differ:\n%s\nand\n%s", seed, first.text, second.text)
		}
		if err := first.check(); err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, first.text)
		}
		outcomes[first.request.Status]++
	}
	for _, how := range []string{"approved", "rejected", "answered", "timed_out", "withdrawn", "cancelled"} {
		if outcomes[how] < raceRounds/500 {
			t.Errorf("only %d schedules of %d end with %q", outcomes[how], raceRounds, how)
		}
	}
}

// A race is how a schedule has gone.
type race struct {
	request interpreter.Request
	ended   string // how the run has ended
	text    string // all there is to tell
}

func playRace(t *testing.T, c *testCase) race {
	t.Helper()
	c.memory = new(shared.Memory)
	c.mock, c.trace = nil, newTrace(start, false, 5*time.Millisecond)
	c.past = make([]bool, len(c.events))
	args, at := []any(nil), start
	for {
		env := c.environment(at)
		env.ExecuteWorkflow("demo", args...)
		var next *workflow.ContinueAsNewError
		if !errors.As(env.GetWorkflowError(), &next) {
			return raceOf(t, c, env)
		}
		at, args = env.Now(), nil
		for _, p := range next.Input.GetPayloads() {
			args = append(args, converter.NewRawValue(p))
		}
	}
}

func raceOf(t *testing.T, c *testCase, env *testsuite.TestWorkflowEnvironment) race {
	t.Helper()
	st, err := askStatus(env)
	if err == nil && len(st.Approvals) == 0 { // it was cancelled as soon as it was continued: nobody was asked again
		st.Approvals = []interpreter.Request{{Status: "cancelled", Trail: []interpreter.TrailEntry{{Event: "cancelled"}}}}
	}
	if err != nil || len(st.Approvals) != 1 {
		t.Fatalf("%d questions, %v\n%s", len(st.Approvals), err, c.trace.text())
	}
	x := race{request: st.Approvals[0], ended: "completed"}
	var cancel *temporal.CanceledError
	var app *temporal.ApplicationError
	switch err := env.GetWorkflowError(); {
	case errors.As(err, &cancel):
		x.ended = "cancelled"
	case errors.As(err, &app):
		x.ended = app.Type()
	}
	trail, err := json.MarshalIndent(x.request, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	x.text = c.trace.text() + x.ended + "\n" + string(trail)
	return x
}

// ends says how a run ends for each way in which its question does.
var ends = map[string][]string{
	"approved": {"completed"}, "answered": {"completed"}, "rejected": {"ApprovalRejected", "completed"}, "timed_out": {"Timeout"},
	"withdrawn": {"ApprovalWithdrawn", "TaskWithdrawn"}, "cancelled": {"cancelled"},
}

// check tells what is wrong with how a question has ended.
func (x race) check() error {
	trail := x.request.Trail
	last := trail[len(trail)-1]
	if last.Event != x.request.Status || !slices.Contains(ends[last.Event], x.ended) {
		return fmt.Errorf("the question is %s, its trail ends with %s, and the run is %s", x.request.Status, last.Event, x.ended)
	}
	votes := map[string]bool{}
	for i, e := range trail {
		final := i == len(trail)-1
		switch {
		case i > 0 && e.At.Before(trail[i-1].At):
			return fmt.Errorf("%s comes before %s", e.Event, trail[i-1].Event)
		case !final && slices.Contains([]string{"rejected", "answered", "withdrawn", "cancelled"}, e.Event):
			return fmt.Errorf("something comes after %s", e.Event)
		case e.Event == "approved" && e.By != "" && votes[e.Stage+"/"+e.By]:
			return fmt.Errorf("%s has approved twice", e.By)
		case e.By == "e" && (e.Event == "approved" || e.Event == "rejected" || e.Event == "answered") && !x.told("e"):
			return errors.New("somebody has answered who was never asked")
		}
		votes[e.Stage+"/"+e.By] = votes[e.Stage+"/"+e.By] || e.Event == "approved"
	}
	return nil
}

// told tells whether somebody has been asked: at first, later, or instead of others.
func (x race) told(user string) bool {
	return slices.ContainsFunc(x.request.Trail, func(e interpreter.TrailEntry) bool { return slices.Contains(e.To, user) })
}
