package interpreter_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"

	"github.com/partitur/partitur/interpreter"
)

// TestRandomOnServer runs random programs on a server while their worker is
// restarted over and over: messages and a cancellation come when they come, and
// histories grow so long that runs are continued. Each history replays, no step
// runs twice, what has succeeded is undone as in TestProperties, and no message
// is lost.
func TestRandomOnServer(t *testing.T) {
	const programs = 8
	for seed := range uint64(programs) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			r := newRandomRun(t, seed)
			stop := r.restart()
			defer stop()
			run := r.start("demo")
			r.disturb(run)
			r.check(t, run)
		})
	}
}

// A randomRun is a run of a random program on a server.
type randomRun struct {
	*site
	*generator
	how  *testCase // its stubs and events
	sent map[string][]string
	errs []error // of updates
}

func newRandomRun(t *testing.T, seed uint64) *randomRun {
	g := newGenerator(seed, true)
	r := &randomRun{site: &site{t: t, client: dial(t), queue: t.Name()}, generator: g, sent: map[string][]string{}}
	r.how = g.testCase(t)
	r.programs = r.how.program
	// Activities go on while the worker of workflows is restarted: one that is lost
	// would only end at its timeout.
	w := worker.New(r.client, r.queue, worker.Options{DisableWorkflowWorker: true})
	w.RegisterDynamicActivity(r.work, activity.DynamicRegisterOptions{})
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Stop)
	return r
}

// restart has a worker for the workflows, and another one every now and then,
// until it is told to stop.
func (r *randomRun) restart() (stop func()) {
	ctx, cancel := context.WithCancel(r.t.Context())
	var done sync.WaitGroup
	pauses := rand.New(rand.NewPCG(r.Uint64(), 3))
	done.Go(func() {
		for ctx.Err() == nil {
			i := &interpreter.Interpreter{Programs: r.programs}
			w := worker.New(r.client, r.queue, i.Options(worker.Options{LocalActivityWorkerOnly: true}))
			i.Register(w)
			if w.Start() != nil {
				return
			}
			select {
			case <-ctx.Done():
			case <-time.After(time.Duration(50+pauses.IntN(400)) * time.Millisecond):
			}
			w.Stop()
		}
	})
	return func() { cancel(); done.Wait() }
}

// work is every activity, and answers as the stubs of the program say.
func (r *randomRun) work(ctx context.Context, args converter.EncodedValues) (any, error) {
	info := activity.GetInfo(ctx)
	path, _, _ := strings.Cut(info.ActivityID, "#")
	list, ok := r.how.stubs[path[strings.LastIndex(path, "/")+1:]]
	if !ok {
		list = r.how.stubs[info.ActivityType.Name]
	}
	s := list.pick(text(args), 0)
	if s == nil {
		return nil, nil
	}
	time.Sleep(time.Duration(s.After) / 100)
	if s.Error != nil {
		return nil, temporal.NewNonRetryableApplicationError("", s.Error.Type, nil)
	}
	return nil, nil
}

// disturb sends what the program is to be sent, and waits for the answers.
func (r *randomRun) disturb(run client.WorkflowRun) {
	began, ctx := time.Now(), r.t.Context()
	var asked sync.WaitGroup
	var mu sync.Mutex
	for _, e := range r.how.events {
		time.Sleep(time.Until(began.Add(time.Duration(e.At) / 100)))
		n := e.With.Value
		switch {
		case e.Cancel:
			_ = r.client.CancelWorkflow(ctx, run.GetID(), "")
		case e.Signal != "":
			if r.client.SignalWorkflow(ctx, run.GetID(), "", e.Signal, number(n)) == nil {
				r.sent[e.Signal] = append(r.sent[e.Signal], n)
			}
		case e.Update != "":
			asked.Go(func() {
				o := client.UpdateWorkflowOptions{WorkflowID: run.GetID(), UpdateName: e.Update, Args: []any{number(n)}, WaitForStage: client.WorkflowUpdateStageCompleted}
				h, err := r.client.UpdateWorkflow(ctx, o)
				if err == nil {
					err = h.Get(ctx, nil)
				}
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					r.sent["answered"] = append(r.sent["answered"], n)
				}
				r.errs = append(r.errs, err)
			})
		}
	}
	asked.Wait()
}

func number(text string) (n int) {
	_, _ = fmt.Sscan(text, &n)
	return n
}

func (r *randomRun) check(t *testing.T, run client.WorkflowRun) {
	end := r.end(run)
	first, ran, undone, done := run.GetRunID(), map[string]int{}, map[string]int{}, map[string]bool{}
	for _, h := range r.chain(run.GetID(), first) {
		effects(h, ran, undone, done)
	}
	checkEffects(t, end, ran, undone, done)
	latest := r.client.GetWorkflow(t.Context(), run.GetID(), "")
	got, asked := r.ask(latest, "got"), r.ask(latest, "asked")
	for _, n := range r.sent["note"] {
		if times(got, n) != 1 || end == "completed" && ran["handled "+n] != 1 {
			t.Errorf("the signal %s came, the state has %s, and it was handled %d times", n, got, ran["handled "+n])
		}
	}
	left := r.unread(latest)
	for _, n := range r.sent["take"] {
		if ran["took "+n]+times(left, n) != 1 {
			t.Errorf("the signal %s was taken %d times, and left are %s", n, ran["took "+n], left)
		}
	}
	for _, n := range r.sent["answered"] {
		if times(asked, n) != 1 {
			t.Errorf("the update %s was answered, and the state has %s", n, asked)
		}
	}
	r.checkRefusals(t)
	if t.Failed() {
		t.Logf("the run ends %s\n%s\nevents %v", end, r.text, r.how.events)
	}
}

// checkRefusals checks why updates were not answered: a rule, their own failure,
// the end of the run, or one that had ended before.
func (r *randomRun) checkRefusals(t *testing.T) {
	for _, err := range r.errs {
		var app *temporal.ApplicationError
		var gone *serviceerror.NotFound
		switch {
		case err == nil, errors.As(err, &gone):
		case errors.As(err, &app) && strings.Contains(" Rejected Oops Cancelled ContinuingAsNew AcceptedUpdateCompletedWorkflow ", " "+app.Type()+" "):
		default:
			t.Errorf("an update failed: %v", err)
		}
	}
}

// end is how the last run of the chain has ended.
func (r *randomRun) end(run client.WorkflowRun) string {
	err := r.get(r.client.GetWorkflow(r.t.Context(), run.GetID(), ""), nil)
	var cancel *temporal.CanceledError
	switch {
	case err == nil:
		return "completed"
	case errors.As(err, &cancel):
		return "cancelled"
	}
	return "failed"
}

// effects counts the activities of a history by their types and arguments: those
// that ran, those that were undone, by the step, and the steps to be undone.
func effects(h *historypb.History, ran, undone map[string]int, done map[string]bool) {
	calls := map[int64]string{}
	for _, e := range h.GetEvents() {
		switch e.GetEventType() {
		case enumspb.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
			a := e.GetActivityTaskScheduledEventAttributes()
			kind, arg := a.GetActivityType().GetName(), strings.Trim(string(a.GetInput().GetPayloads()[0].GetData()), `"`)
			if kind == "undo" {
				at, _, _ := strings.Cut(arg, "/compensate/")
				undone[at]++
				break
			}
			ran[kind+" "+arg]++
			calls[e.GetEventId()] = kind + " " + arg
			done[arg] = done[arg] || kind == "early"
		case enumspb.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
			kind, arg, _ := strings.Cut(calls[e.GetActivityTaskCompletedEventAttributes().GetScheduledEventId()], " ")
			done[arg] = done[arg] || kind == "work"
		}
	}
	for arg, due := range done {
		if !due {
			delete(done, arg)
		}
	}
}

// ask is the answer to a query, as a list of texts.
func (r *randomRun) ask(run client.WorkflowRun, query string) (list []string) {
	var many []any
	eventually(r.t, "the run answers", func() bool {
		answer, err := r.client.QueryWorkflow(r.t.Context(), run.GetID(), "", query)
		return err == nil && answer.Get(&many) == nil
	})
	for _, v := range many {
		list = append(list, fmt.Sprint(v))
	}
	return list
}

// unread are the signals that nobody has received.
func (r *randomRun) unread(run client.WorkflowRun) (list []string) {
	st := r.status(run)
	if st.Messages == nil {
		return nil
	}
	for _, m := range st.Messages.Unread {
		list = append(list, fmt.Sprint(m.Message))
	}
	return list
}
