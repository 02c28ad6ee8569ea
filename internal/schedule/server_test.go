//go:build !noengine

package schedule

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	schedulepb "go.temporal.io/api/schedule/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/internal/engine"
)

// start starts a server for a test.
func start(t *testing.T) *Server {
	t.Helper()
	e, err := engine.Start(t.Context(), engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Stop() })
	c, err := client.Dial(client.Options{
		HostPort: e.HostPort(), Namespace: e.Namespace(), Logger: sdklog.NewStructuredLogger(slog.New(slog.DiscardHandler)),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return &Server{Client: c, Namespace: e.Namespace(), Identity: "test"}
}

// wanted reads schedule documents.
func wanted(t *testing.T, text string) []*Wanted {
	t.Helper()
	space, diags := dsl.Load([]*source.File{source.NewFile("schedules.yaml", []byte(text))}, dsl.NoActions{})
	if diags.Errors() > 0 {
		t.Fatal(diags)
	}
	list, err := Want(space, "partitur")
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// A fleet is the schedules of a project, by id.
type fleet struct {
	t      *testing.T
	server *Server
	docs   map[string]string
}

func (f fleet) intent(prune bool) Intent {
	var texts []string
	for _, id := range sorted(f.docs) {
		texts = append(texts, "schedule: "+id+"\n"+f.docs[id])
	}
	return Intent{Project: "shop", Wanted: wanted(f.t, strings.Join(texts, "---\n")), Prune: prune, Now: time.Now()}
}

// plan says what a plan would change, in short.
func (f fleet) plan() (*Plan, string) {
	f.t.Helper()
	p, err := f.server.Plan(f.t.Context(), f.intent(true))
	if err != nil {
		f.t.Fatal(err)
	}
	return p, short(p)
}

func short(p *Plan) string {
	count := map[Action]int{}
	for _, c := range p.Changes {
		count[c.Action]++
	}
	return fmt.Sprintf("create %d, update %d, move %d, delete %d, unchanged %d, paused %d, problems %d",
		count[Create], count[Update], count[Move], count[Delete], p.Unchanged, len(p.Paused), len(p.Problems))
}

func (f fleet) apply(ctx context.Context, p *Plan) (made, failed int) {
	f.t.Helper()
	results, err := f.server.Apply(ctx, p, func(Result) {})
	if err != nil {
		f.t.Fatal(err)
	}
	for _, r := range results {
		if r.Failed() {
			failed++
		} else {
			made++
		}
	}
	return made, failed
}

func (f fleet) expect(want string) *Plan {
	f.t.Helper()
	p, got := f.plan()
	if got != want {
		f.t.Errorf("planned %s instead of %s: %+v", got, want, p.Changes)
	}
	return p
}

func id(i int) string { return fmt.Sprintf("s%03d", i) }

// TestTwoHundredSchedules applies 200 schedules, changes 20, renames 5, removes 5
// and pauses one by hand: the plan says exactly that, and a second apply finds
// nothing to do. An apply that is killed half-way is finished by the next.
func TestTwoHundredSchedules(t *testing.T) {
	f := fleet{t, start(t), map[string]string{}}
	for i := range 200 {
		f.docs[id(i)] = fmt.Sprintf("workflow: report\nwith: {n: %d}\ncron: '%d %d * * 1-5'\ntimezone: Europe/Berlin\nskip: [{holidays: DE-BY}]\n", i, i%60, 6+i%12)
	}
	p := f.expect("create 200, update 0, move 0, delete 0, unchanged 0, paused 0, problems 0")
	killed, kill := context.WithCancel(t.Context())
	n := 0
	if _, err := f.server.Apply(killed, p, func(Result) {
		if n++; n == 80 {
			kill()
		}
	}); err != nil {
		t.Fatal(err)
	}
	p, _ = f.plan()
	if made := p.Unchanged; made < 80 || made == 200 {
		t.Fatalf("the killed apply made %d", made)
	}
	if _, failed := f.apply(t.Context(), p); failed > 0 {
		t.Errorf("%d failed", failed)
	}
	f.expect("create 0, update 0, move 0, delete 0, unchanged 200, paused 0, problems 0")

	for i := range 20 {
		f.docs[id(i)] = strings.Replace(f.docs[id(i)], "* * 1-5", "* * 1-4", 1)
	}
	for i := 20; i < 25; i++ {
		f.docs["new-"+id(i)] = f.docs[id(i)] + "moved: {from: " + id(i) + "}\n"
		delete(f.docs, id(i))
	}
	for i := 25; i < 30; i++ {
		delete(f.docs, id(i))
	}
	f.patch(id(20), &schedulepb.SchedulePatch{Pause: "maintenance"})
	f.patch(id(3), &schedulepb.SchedulePatch{Pause: "maintenance"})
	p = f.expect("create 0, update 20, move 5, delete 5, unchanged 170, paused 1, problems 0")
	if i := slices.IndexFunc(p.Changes, func(c Change) bool { return c.ID == id(7) }); fmt.Sprint(p.Changes[i].Differences) != "[{cron [7 13 * * 1-5] [7 13 * * 1-4]}]" {
		t.Errorf("the difference is %v", p.Changes[i].Differences)
	}
	if made, failed := f.apply(t.Context(), p); made != 30 || failed != 0 {
		t.Errorf("made %d, failed %d", made, failed)
	}
	f.expect("create 0, update 0, move 0, delete 0, unchanged 195, paused 2, problems 0")
	for _, name := range []string{id(3), "new-" + id(20)} {
		if s := f.describe(name).schedule.GetState(); !s.GetPaused() || s.GetNotes() != "maintenance" {
			t.Errorf("%s is %v", name, s)
		}
	}
	if s := f.describe("new-" + id(21)).schedule.GetState(); s.GetPaused() || s.GetNotes() != "" {
		t.Errorf("a moved one is %v", s)
	}
}

func (f fleet) patch(id string, p *schedulepb.SchedulePatch) {
	f.t.Helper()
	if _, err := f.server.Client.WorkflowService().PatchSchedule(f.t.Context(), &workflowservice.PatchScheduleRequest{
		Namespace: f.server.Namespace, ScheduleId: id, Patch: p, RequestId: id + p.GetPause(),
	}); err != nil {
		f.t.Fatal(err)
	}
}

func (f fleet) describe(id string) *found {
	f.t.Helper()
	s, err := f.server.describe(f.t.Context(), id)
	if err != nil || s == nil {
		f.t.Fatal(id, err)
	}
	return s
}

// TestOthers leaves alone what others made, sees what was changed by hand, and
// refuses to overwrite what changed after the plan.
func TestOthers(t *testing.T) {
	f := fleet{t, start(t), map[string]string{
		"a": "workflow: report\nevery: 1h\nnote: first\n",
		"b": "workflow: report\nevery: 1h\noverlap: buffer_one\ncatchup_window: 1h\nretry: {maximum_attempts: 2}\ntitle: t\nsearch_attributes: {}\nmemo: {k: [1, 2]}\n",
	}}
	ctx := t.Context()
	hand, err := f.server.Client.ScheduleClient().Create(ctx, client.ScheduleOptions{
		ID: "c", Spec: client.ScheduleSpec{CronExpressions: []string{"0 6 * * *"}}, Action: &client.ScheduleWorkflowAction{Workflow: "x", TaskQueue: "q"},
	})
	if err != nil {
		t.Fatal(err)
	}
	f.apply(ctx, f.expect("create 2, update 0, move 0, delete 0, unchanged 0, paused 0, problems 0"))
	f.expect("create 0, update 0, move 0, delete 0, unchanged 2, paused 0, problems 0")

	// One made by hand is taken over only on demand, and is ours from then on.
	f.docs["c"] = "workflow: report\ncron: '0 6 * * *'\n"
	f.expect("create 0, update 0, move 0, delete 0, unchanged 2, paused 0, problems 1")
	in := f.intent(true)
	in.Adopt = []string{"c"}
	p, err := f.server.Plan(ctx, in)
	if err != nil || p.Changes[0].Reason != Adopted {
		t.Fatal(p, err)
	}
	f.apply(ctx, p)
	f.expect("create 0, update 0, move 0, delete 0, unchanged 3, paused 0, problems 0")
	delete(f.docs, "c")
	f.apply(ctx, f.expect("create 0, update 0, move 0, delete 1, unchanged 2, paused 0, problems 0"))
	if _, err := hand.Describe(ctx); err == nil {
		t.Error("c is still there")
	}

	// What is changed by hand is seen, and another apply in between is not lost.
	change := func(to time.Duration) {
		t.Helper()
		if err := f.server.Client.ScheduleClient().GetHandle(ctx, "b").Update(ctx, client.ScheduleUpdateOptions{
			DoUpdate: func(in client.ScheduleUpdateInput) (*client.ScheduleUpdate, error) {
				in.Description.Schedule.Spec.Intervals[0].Every = to
				return &client.ScheduleUpdate{Schedule: &in.Description.Schedule}, nil
			},
		}); err != nil {
			t.Fatal(err)
		}
	}
	change(2 * time.Hour)
	p = f.expect("create 0, update 1, move 0, delete 0, unchanged 1, paused 0, problems 0")
	if c := p.Changes[0]; c.Reason != ByHand || fmt.Sprint(c.Differences) != "[{every [2h] [1h]}]" {
		t.Errorf("%+v", c)
	}
	change(3 * time.Hour)
	if results, _ := f.server.Apply(ctx, p, func(Result) {}); !errors.Is(results[0].err, ErrConflict) {
		t.Errorf("%v", results[0].err)
	}
	f.apply(ctx, f.expect("create 0, update 1, move 0, delete 0, unchanged 1, paused 0, problems 0"))

	// The note of the file follows the file, until an operator writes one.
	f.docs["a"] = "workflow: report\nevery: 1h\nnote: second\n"
	f.apply(ctx, f.expect("create 0, update 1, move 0, delete 0, unchanged 1, paused 0, problems 0"))
	if note := f.describe("a").schedule.GetState().GetNotes(); note != "second" {
		t.Errorf("the note is %q", note)
	}
}

// TestTwoAtOnce lets two pipelines apply the same files at the same time: each
// schedule is made once, and both end well.
func TestTwoAtOnce(t *testing.T) {
	f := fleet{t, start(t), map[string]string{}}
	for i := range 30 {
		f.docs[id(i)] = "workflow: report\nevery: 1h\n"
	}
	for _, text := range []string{"workflow: report\nevery: 1h\n", "workflow: report\nevery: 2h\n"} {
		for i := range 30 {
			f.docs[id(i)] = text
		}
		first, _ := f.plan()
		second, _ := f.plan()
		other := make(chan int)
		go func() {
			results, _ := f.server.Apply(t.Context(), second, func(Result) {})
			failed := 0
			for _, r := range results {
				if r.Failed() {
					failed++
				}
			}
			other <- failed
		}()
		if _, failed := f.apply(t.Context(), first); failed+<-other > 0 {
			t.Errorf("some failed: %d", failed)
		}
		f.expect("create 0, update 0, move 0, delete 0, unchanged 30, paused 0, problems 0")
	}
}

// TestMoveBrokenOff breaks a move off after each of its requests; made again, it
// ends with the new schedule alone, in the state of the old.
func TestMoveBrokenOff(t *testing.T) {
	server := start(t)
	for step := range 3 {
		f := fleet{t, server, map[string]string{"old": "workflow: report\nevery: 1h\nnote: kept\n"}}
		f.apply(t.Context(), f.expect("create 1, update 0, move 0, delete 0, unchanged 0, paused 0, problems 0"))
		name := fmt.Sprint("new", step)
		f.docs = map[string]string{name: "workflow: report\nevery: 1h\nnote: kept\nmoved: {from: old}\n"}
		w := f.intent(true).Wanted[0]
		if step > 0 {
			if err := server.makeStandIn(t.Context(), w, f.describe("old"), "shop"); err != nil {
				t.Fatal(err)
			}
		}
		if step > 1 {
			if err := server.remove(t.Context(), "old"); err != nil {
				t.Fatal(err)
			}
		}
		f.apply(t.Context(), f.expect("create 0, update 0, move 1, delete 0, unchanged 0, paused 0, problems 0"))
		f.expect("create 0, update 0, move 0, delete 0, unchanged 1, paused 0, problems 0")
		if s := f.describe(name).schedule.GetState(); s.GetPaused() || s.GetNotes() != "kept" {
			t.Errorf("after step %d: %v", step, s)
		}
		f.docs = map[string]string{}
		f.apply(t.Context(), f.expect("create 0, update 0, move 0, delete 1, unchanged 0, paused 0, problems 0"))
	}
}
