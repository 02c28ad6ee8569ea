package interpreter

import (
	"fmt"

	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
)

// A race is one execution of a parallel step. Its branches are a group.
type race struct {
	*group
	body   *dsl.Parallel
	stop   func()   // cancels the branches
	done   []any    // names of those that succeeded in time, in that order
	lost   int      // branches that failed; what they did may not be undone yet
	failed []any    // {branch, error}
	reason *Failure // of the branch without which too few are left
	over   bool     // what the branches do from now on does not count
}

// parallel gives each branch a scope of its own. Every branch is awaited before
// the block ends.
func (r *run) parallel(ctx workflow.Context, s *dsl.Step, b *dsl.Parallel, sc *scope) (any, error) {
	inner, cancel := workflow.WithCancel(ctx)
	p := &race{group: &group{parent: sc.group}, body: b, stop: cancel, done: []any{}}
	wg := workflow.NewWaitGroup(ctx)
	for _, branch := range b.Branches {
		own := sc.branch(p.group)
		own.ownUndo()
		wg.Add(1)
		workflow.GoNamed(inner, s.Path+"/"+branch.Name, func(ctx workflow.Context) {
			err := p.judge(branch.Name, r.steps(ctx, branch.Do, own))
			_ = r.resolve(ctx, own, err)
			if f, failed := err.(*Failure); failed {
				p.failed = append(p.failed, map[string]any{"branch": branch.Name, "error": f.value()})
			}
			wg.Done()
		})
	}
	wg.Wait(ctx)
	return p.outcome()
}

// judge takes how a branch has ended, before anything is undone because of it:
// that takes time. It returns what the end means for the branch: one that has
// succeeded too late is cancelled.
func (p *race) judge(name string, err error) error {
	if p.over {
		return cancelled
	}
	failure, failed := err.(*Failure)
	switch {
	case err == nil:
		p.done = append(p.done, name)
		p.over = len(p.done) == p.body.Need
	case failed && p.body.Need > 0:
		p.lose(failure)
	default:
		p.note(err)
		if isReturn(err) || p.body.OnBranchError == "cancel" {
			p.stop()
		}
	}
	if p.over {
		p.stop()
	}
	return err
}

// lose counts a failed branch of a block that does without some.
func (p *race) lose(f *Failure) {
	p.lost++
	if len(p.body.Branches)-p.lost < p.body.Need {
		p.reason, p.over = f, true
		p.note(&Failure{Type: TooFewBranches})
	}
}

// outcome is how the block ends, once all branches have.
func (p *race) outcome() (any, error) {
	if f, failed := p.first.(*Failure); failed && p.reason != nil {
		p.tooFew(f)
	}
	if isCancel(p.first) && p.body.Need > 0 && len(p.done) == p.body.Need {
		p.first = nil // it came too late
	}
	if err := p.end(); err != nil {
		return nil, err
	}
	return map[string]any{"first": p.done[0], "done": p.done}, nil
}

// tooFew says how many branches succeeded, and what went wrong with the others.
func (p *race) tooFew(f *Failure) {
	f.Message = fmt.Sprintf("%d of %d branches succeeded, and join needs %d", len(p.done), len(p.body.Branches), p.body.Need)
	f.Cause = p.reason.value()
	f.Details = map[string]any{"done": p.done, "needed": p.body.Need, "errors": p.failed}
}
