package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"
	"golang.org/x/sync/errgroup"
)

// A bench is a server with the processes that work for it.
type bench struct {
	client   client.Client
	children map[string]*child
	next     atomic.Int64 // number of the next run
	profiles string       // folder for profiles; "" takes none
}

// sides are what is compared, in the order in which they take turns.
var sides = []string{roleGo, roleYAML}

// figures are what one side of a work costs.
type figures struct {
	Runs   int            // of a chain: 1, unless the run continued as new
	Events int            // of the histories
	Facts  map[string]int // events by type, without those about workflow tasks: what the work itself recorded
	Bytes  int            // of the histories
	CPU    float64        // of the workflow worker, milliseconds a run
	Rate   float64        // runs a second
	Replay float64        // microseconds an event
}

// A result is the two sides of a work.
type result struct {
	work    work
	sides   map[string]figures
	samples map[string]execution // one run of each side
	turns   map[string][]figures
	load    string // of the machine, before and after
}

// A cost is one of the figures that are measured in turns.
type cost func(figures) float64

func (f figures) cpu() float64    { return f.CPU }
func (f figures) rate() float64   { return f.Rate }
func (f figures) replay() float64 { return f.Replay }

// ratios are those of YAML to Go, round by round. The turns of a round lie side
// by side, so that what else the machine does weighs on both.
func (r result) ratios(of cost) []float64 {
	ratios := make([]float64, len(r.turns[roleGo]))
	for i := range ratios {
		ratios[i] = of(r.turns[roleYAML][i]) / of(r.turns[roleGo][i])
	}
	return ratios
}

// typical is the median of a cost of one side.
func (r result) typical(side string, of cost) float64 {
	values := make([]float64, len(r.turns[side]))
	for i, f := range r.turns[side] {
		values[i] = of(f)
	}
	return median(values)
}

// replayed is how many events are replayed in one turn, about.
const replayed = 20_000

// round runs some runs of a work on one side.
func (b *bench) round(ctx context.Context, w work, side string, runs int) (f figures, err error) {
	child := b.children[side]
	before, err := child.cpu()
	if err != nil {
		return f, err
	}
	began := time.Now()
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(w.atOnce)
	for range runs {
		group.Go(func() error { _, err := b.run(ctx, w, side); return err })
	}
	if err := group.Wait(); err != nil {
		return f, err
	}
	took := time.Since(began)
	after, err := child.cpu()
	if err != nil {
		return f, err
	}
	f.CPU = float64(after-before) / float64(time.Millisecond) / float64(runs)
	f.Rate = float64(runs) / took.Seconds()
	return f, nil
}

// An execution is a run, the first of its chain.
type execution struct{ WorkflowID, RunID string }

// signalName is the name of the signals that are sent.
const signalName = "add"

// run runs a work once. The workflow ids are equally long, since they stand in
// histories.
func (b *bench) run(ctx context.Context, w work, side string) (e execution, err error) {
	number := int(b.next.Add(1))
	e.WorkflowID = fmt.Sprintf("%s-%s-%06d", w.name, side, number)
	o := client.StartWorkflowOptions{ID: e.WorkflowID, TaskQueue: side}
	run, err := b.client.ExecuteWorkflow(ctx, o, w.name, w.input(number, w.size))
	if err != nil {
		return e, err
	}
	e.RunID = run.GetRunID()
	for i := range w.size {
		if !w.signals {
			break
		}
		if err := b.client.SignalWorkflow(ctx, e.WorkflowID, "", signalName, Job{ID: e.WorkflowID, Number: i}); err != nil {
			return e, err
		}
	}
	switch err := run.Get(ctx, nil); {
	case err == nil && w.fails:
		return e, fmt.Errorf("run %s should have failed", e.WorkflowID)
	case err != nil && !w.fails:
		return e, err
	case err != nil && !strings.Contains(err.Error(), "Refused"):
		return e, fmt.Errorf("run %s should have been refused: %w", e.WorkflowID, err)
	}
	return e, nil
}

// measure compares the sides of a work over a number of rounds.
func (b *bench) measure(ctx context.Context, w work, rounds int) (result, error) {
	r := result{work: w, sides: map[string]figures{}, samples: map[string]execution{}, turns: map[string][]figures{}}
	for _, side := range sides {
		e, err := b.run(ctx, w, side)
		if err != nil {
			return r, err
		}
		if r.sides[side], err = b.size(ctx, e); err != nil {
			return r, err
		}
		r.samples[side] = e
	}
	before := load()
	for i := range rounds {
		order := slices.Clone(sides)
		if i%2 == 1 {
			slices.Reverse(order)
		}
		for _, side := range order {
			f, err := b.turn(ctx, r, side)
			if err != nil {
				return r, err
			}
			r.turns[side] = append(r.turns[side], f)
		}
	}
	r.load = before + " to " + load()
	for _, side := range sides {
		if b.profiles == "" {
			continue
		}
		if err := b.profile(ctx, r, side); err != nil {
			return r, err
		}
	}
	return r, nil
}

// load is how many processes have wanted a processor in the last minute, on
// average.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	return strings.Fields(string(text))[0]
}

// turn is one turn of a side: runs, then replays.
func (b *bench) turn(ctx context.Context, r result, side string) (f figures, err error) {
	if f, err = b.round(ctx, r.work, side, r.work.runs); err != nil {
		return f, err
	}
	return f, b.replay(&f, side, r.samples[side], 1+replayed/r.sides[side].Events)
}

// replay measures how long an event of a history takes to replay.
func (b *bench) replay(f *figures, side string, sample execution, times int) error {
	a, err := b.children[side].ask(request{Do: "replay", Run: sample, Times: times})
	if err != nil {
		return err
	}
	f.Replay = float64(a.CPU) / float64(time.Microsecond) / float64(a.Events)
	return nil
}

// profile takes processor profiles of a side, one of its runs and one of its
// replays.
func (b *bench) profile(ctx context.Context, r result, side string) error {
	c, w := b.children[side], r.work
	during := func(what string, do func() error) error {
		name := fmt.Sprintf("%s/%s-%s-%s.pprof", b.profiles, w.name, side, what)
		_, err := c.ask(request{Do: "profile", File: name})
		if err == nil {
			err = do()
		}
		if err == nil {
			_, err = c.ask(request{Do: "profile"})
		}
		return err
	}
	err := during("runs", func() error { _, err := b.round(ctx, w, side, 4*w.runs); return err })
	if err != nil {
		return err
	}
	err = during("replays", func() error { return b.replay(new(figures), side, r.samples[side], 1+5*replayed/r.sides[side].Events) })
	if err == nil {
		_, err = c.ask(request{Do: "allocations", File: fmt.Sprintf("%s/%s-%s-allocs.pprof", b.profiles, w.name, side)})
	}
	return err
}

// size is what a run has left in the server, with the runs it was continued as.
func (b *bench) size(ctx context.Context, e execution) (f figures, err error) {
	histories, err := chain(b.client, e)
	if err != nil {
		return f, err
	}
	f.Facts, f.Runs = map[string]int{}, len(histories)
	for _, h := range histories {
		f.Events += len(h.Events)
		count(f.Facts, h)
		d, err := b.client.DescribeWorkflowExecution(ctx, e.WorkflowID, e.RunID)
		if err != nil {
			return f, err
		}
		f.Bytes += int(d.WorkflowExecutionInfo.HistorySizeBytes)
		e.RunID = continuedAs(h)
	}
	return f, nil
}

// count counts the events of a history by type, without those about workflow
// tasks.
func count(facts map[string]int, h *historypb.History) {
	for _, e := range h.Events {
		if name := e.EventType.String(); !strings.HasPrefix(name, "WorkflowTask") {
			facts[name]++
		}
	}
}

// chain is the histories of a run and of those it was continued as.
func chain(c client.Client, e execution) (histories []*historypb.History, err error) {
	for e.RunID != "" {
		h := &historypb.History{}
		for i := c.GetWorkflowHistory(context.Background(), e.WorkflowID, e.RunID, false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT); i.HasNext(); {
			e, err := i.Next()
			if err != nil {
				return nil, err
			}
			h.Events = append(h.Events, e)
		}
		histories = append(histories, h)
		e.RunID = continuedAs(h)
	}
	return histories, nil
}

// continuedAs is the id of the run that goes on where a history ends, or "".
func continuedAs(h *historypb.History) string {
	if len(h.Events) == 0 {
		return ""
	}
	return h.Events[len(h.Events)-1].GetWorkflowExecutionContinuedAsNewEventAttributes().GetNewExecutionRunId()
}

func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
