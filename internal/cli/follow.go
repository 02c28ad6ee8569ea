package cli

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"github.com/partitur/partitur/internal/cli/live"
)

// How often a run that is followed is asked how it is, and how often the
// spinner moves.
const (
	askEvery  = 250 * time.Millisecond
	tickEvery = 100 * time.Millisecond
)

// follow shows the steps of a run until it ends, then its outcome.
func (c *call) follow(server *remote, ref runRef) error {
	ctx, cancel := c.cancelOnInterrupt(server, ref)
	defer cancel()
	inner := *c
	inner.ctx = ctx
	inner.watch(server, ref)
	return inner.showResult(server, ref)
}

// cancelOnInterrupt returns a context that outlives the first interrupt, which
// cancels the run.
func (c *call) cancelOnInterrupt(server client.Client, ref runRef) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(c.Context))
	stop := context.AfterFunc(c.Context, func() {
		c.note("cancelling the run; Ctrl-C again ends the command at once")
		late, done := afterInterrupt(c.Context)
		context.AfterFunc(late, cancel)
		if err := server.CancelWorkflow(late, ref.workflowID, ""); err != nil {
			done()
			cancel()
		}
	})
	return ctx, func() { stop(); cancel() }
}

// watch shows the steps until the run has ended.
func (c *call) watch(server *remote, ref runRef) {
	view := live.New(c.Stderr, live.Options{
		Terminal: c.Terminal.Stderr, Color: c.colors(c.Terminal.Stderr).On, Size: c.Terminal.Size, Now: c.Now,
	})
	defer view.Close()
	ask, tick := time.NewTicker(askEvery), time.NewTicker(tickEvery)
	defer ask.Stop()
	defer tick.Stop()
	attempts := map[string]pendingActivity{}
	for {
		select {
		case <-c.ctx.Done():
			return
		case <-tick.C:
			view.Tick()
		case <-ask.C:
			d, err := c.describe(server, ref)
			if err == nil && d.Closed != nil {
				c.last(server, ref, view)
				return
			}
			if err != nil {
				continue // the next time tells
			}
			if s, ok := c.snapshot(server, ref, d, attempts); ok {
				view.Update(s)
			}
		}
	}
}

// snapshot asks the run for its steps, and the server for the attempts of what
// is running.
func (c *call) snapshot(server *remote, ref runRef, d *description, attempts map[string]pendingActivity) (live.Snapshot, bool) {
	if d.Block != nil {
		return live.Snapshot{Title: d.Type, Footer: "blocked: " + d.Block.Message}, true
	}
	for _, a := range d.Activities {
		attempts[pathOf(a.ID)] = a
	}
	s, ok := c.status(server, ref)
	if !ok {
		return live.Snapshot{}, false
	}
	views := s.views(c.Now())
	for i, v := range views {
		a, pending := attempts[v.Path]
		if !pending {
			continue
		}
		views[i].Attempt = int(a.Attempt)
		if v.State == live.Running && a.LastFailure != nil && v.Note == "" {
			views[i].Note = a.LastFailure.sentence()
		}
	}
	return live.Snapshot{Title: s.Workflow, Steps: views}, true
}

func (c *call) status(server *remote, ref runRef) (s runStatus, ok bool) {
	answer, err := c.query(server, ref, statusQueries)
	if err != nil {
		return s, false
	}
	return s, json.Unmarshal(answer, &s) == nil
}

// last shows the steps of a run that has ended, with the attempts that its
// history tells.
func (c *call) last(server *remote, ref runRef, view *live.View) {
	s, ok := c.status(server, ref)
	if !ok {
		return
	}
	views := s.views(c.Now())
	attempts := c.attempts(server, ref)
	for i := range views {
		views[i].Attempt = attempts[views[i].Path]
	}
	view.Update(live.Snapshot{Title: s.Workflow, Steps: views})
}

// attempts reads from the history how often the activity of each step was tried.
func (c *call) attempts(server *remote, ref runRef) map[string]int {
	paths, attempts := map[int64]string{}, map[string]int{}
	events := server.GetWorkflowHistory(c.ctx, ref.workflowID, ref.runID, false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for events.HasNext() {
		e, err := events.Next()
		if err != nil {
			return attempts
		}
		if a := e.GetActivityTaskScheduledEventAttributes(); a != nil {
			paths[e.GetEventId()] = pathOf(a.GetActivityId())
		}
		if a := e.GetActivityTaskStartedEventAttributes(); a != nil {
			path := paths[a.GetScheduledEventId()]
			attempts[path] = max(attempts[path], int(a.GetAttempt()))
		}
	}
	return attempts
}

// pathOf is the path of the step that an activity id was made of.
func pathOf(activityID string) string {
	path, _, _ := strings.Cut(activityID, "#")
	return path
}
