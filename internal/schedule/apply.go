package schedule

import (
	"context"
	"errors"
	"fmt"

	schedulepb "go.temporal.io/api/schedule/v1"
	"go.temporal.io/api/serviceerror"
	"golang.org/x/sync/errgroup"
	"google.golang.org/protobuf/proto"
)

// A Result is what became of a change.
type Result struct {
	Change
	Error string `json:"error,omitempty"`
	err   error
}

// Failed tells whether the change was not made.
func (r Result) Failed() bool { return r.err != nil }

// ErrConflict says that somebody changed a schedule after the plan was made.
var ErrConflict = errors.New("somebody has changed it since the plan was made: plan again")

// Apply makes the changes of a plan, and reports each as it is made. One that
// fails does not keep the others from being made; all can be made again.
func (s *Server) Apply(ctx context.Context, p *Plan, report func(Result)) ([]Result, error) {
	for _, a := range p.Attributes {
		if err := s.addAttribute(ctx, a); err != nil {
			return nil, fmt.Errorf("the search attribute %q cannot be registered: %w", a.Name, err)
		}
	}
	results := make([]Result, len(p.Changes))
	done := make(chan int, len(p.Changes))
	group := new(errgroup.Group)
	group.SetLimit(atOnce)
	go func() {
		for i, c := range p.Changes {
			group.Go(func() error {
				r := Result{Change: c}
				if r.err = s.make(ctx, c, p.Project); r.err != nil {
					r.Error = r.err.Error()
				}
				results[i] = r
				done <- i
				return nil
			})
		}
	}()
	for range p.Changes {
		report(results[<-done])
	}
	return results, nil
}

func (s *Server) make(ctx context.Context, c Change, project string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	switch c.Action {
	case Create:
		return s.makeNew(ctx, c.wanted, project)
	case Move:
		return s.makeMove(ctx, c, project)
	case Delete:
		return s.makeDelete(ctx, c.ID, project)
	}
	return s.makeUpdate(ctx, c, project)
}

func (w *Wanted) mark(project string) mark {
	return mark{Project: project, Hash: w.form.hash, Initial: stateOf(w.schedule.GetState())}
}

// makeNew creates a schedule. One that was made meanwhile must be the same.
func (s *Server) makeNew(ctx context.Context, w *Wanted, project string) error {
	schedule, err := w.marked(w.mark(project), w.schedule.GetState())
	if err != nil {
		return err
	}
	err = s.create(ctx, w, project, schedule)
	if !errors.Is(err, errTaken) {
		return err
	}
	f, err := s.describe(ctx, w.ID)
	switch {
	case err != nil:
		return err
	case f == nil || f.owner != project || f.form.hash != w.form.hash:
		return ErrConflict
	}
	return nil
}

// makeDelete deletes a schedule if it still belongs to the project.
func (s *Server) makeDelete(ctx context.Context, id, project string) error {
	f, err := s.describe(ctx, id)
	if err != nil || f == nil {
		return err
	}
	if f.owner != project {
		return ErrConflict
	}
	return s.remove(ctx, id)
}

// makeUpdate replaces what is there, unless its meaning has changed since the
// plan. What operators do in the meantime is taken in.
func (s *Server) makeUpdate(ctx context.Context, c Change, project string) error {
	return s.replace(ctx, c.wanted, func(f *found) (*schedulepb.Schedule, error) {
		if f.mark != nil && f.owner == project && f.mark.Hash == c.wanted.form.hash && f.form.hash == c.wanted.form.hash &&
			f.mark.Initial == stateOf(c.wanted.schedule.GetState()) {
			return nil, nil
		}
		if f.form.hash != c.seen {
			return nil, ErrConflict
		}
		before := stateOf(c.wanted.schedule.GetState())
		if f.mark != nil {
			before = f.mark.Initial
		}
		return c.wanted.marked(c.wanted.mark(project), merge(f.schedule.GetState(), before, stateOf(c.wanted.schedule.GetState())))
	})
}

// replace updates a schedule until what change makes of it is there; it makes
// nil of one that needs no change.
func (s *Server) replace(ctx context.Context, w *Wanted, change func(*found) (*schedulepb.Schedule, error)) error {
	for range attempts {
		f, err := s.describe(ctx, w.ID)
		if err != nil {
			return err
		}
		if f == nil {
			return ErrConflict
		}
		next, err := change(f)
		if err != nil || next == nil {
			return err
		}
		err = s.update(ctx, w, f, next)
		var precondition *serviceerror.FailedPrecondition
		if err != nil && !errors.As(err, &precondition) {
			return err
		}
	}
	return ErrConflict
}

// makeMove puts a schedule in the place of another: it is created paused, the
// other is deleted, and it takes over whether that was paused, its note and its
// remaining actions. Broken off at any point, it can be made again.
func (s *Server) makeMove(ctx context.Context, c Change, project string) error {
	w := c.wanted
	old, err := s.describe(ctx, c.From)
	if err != nil {
		return err
	}
	if old != nil {
		if err := s.makeStandIn(ctx, w, old, project); err != nil {
			return err
		}
		if err := s.remove(ctx, c.From); err != nil {
			return err
		}
	}
	return s.replace(ctx, w, func(f *found) (*schedulepb.Schedule, error) {
		if f.mark == nil || f.owner != project {
			return nil, ErrConflict
		}
		if f.mark.Moving == nil {
			return nil, nil
		}
		kept := f.mark.Moving.State
		return w.marked(w.mark(project), kept.proto(f.schedule.GetState().GetLimitedActions()))
	})
}

// makeStandIn creates the schedule that takes the place of another, paused.
func (s *Server) makeStandIn(ctx context.Context, w *Wanted, old *found, project string) error {
	before := stateOf(w.schedule.GetState())
	if old.mark != nil {
		before = old.mark.Initial
	}
	kept := merge(old.schedule.GetState(), before, stateOf(w.schedule.GetState()))
	m := w.mark(project)
	m.Moving = &moving{From: w.From, State: stateOf(kept)}
	paused := proto.CloneOf(kept)
	paused.Paused, paused.Notes = true, fmt.Sprintf("partitur apply moves it from %q", w.From)
	schedule, err := w.marked(m, paused)
	if err != nil {
		return err
	}
	quiet := *w
	quiet.patch = nil // nothing new is created
	if err := s.create(ctx, &quiet, project, schedule); !errors.Is(err, errTaken) {
		return err
	}
	f, err := s.describe(ctx, w.ID)
	if err == nil && (f == nil || f.mark == nil || f.owner != project || f.mark.Moving == nil || f.mark.Moving.From != w.From) {
		return ErrConflict
	}
	return err
}
