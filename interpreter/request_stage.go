package interpreter

import (
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/expr"
)

// nextStage asks the next of those who have to be asked, and tells whether there
// was one left. A question without stages has a single one.
func (r *run) nextStage(ctx workflow.Context, q *request) (more bool, err error) {
	stages := q.ask.Stages
	if stages == nil {
		stages = []*dsl.Stage{{People: q.ask.People, Quorum: q.ask.Quorum}}
	}
	for q.Stage < len(stages) {
		g := stages[q.Stage]
		q.Stage++
		if g.When != nil {
			holds, err := r.condition(q.step, g.When, q.scope)
			if err != nil {
				return false, err
			}
			if !holds {
				continue
			}
		}
		return true, r.openStage(ctx, q, g)
	}
	if len(q.Trail) == 0 {
		err = &Failure{Type: NoApprovers, Message: "no stage applies, so nobody is asked"}
	}
	return false, err
}

// openStage asks the people of a stage.
func (r *run) openStage(ctx workflow.Context, q *request, g *dsl.Stage) (err error) {
	q.StageName, q.Added, q.Passed, q.Votes, q.Reminded = g.Name, nil, nil, nil, 0
	if q.People, err = r.people(q.step, g.People, q.scope); err != nil {
		return err
	}
	q.People = slices.DeleteFunc(q.People, func(e string) bool { return slices.Contains(q.Exclude, e) })
	if err := r.quorum(q, g.Quorum); err != nil {
		return err
	}
	if err := r.appointments(ctx, q, g.Timeout); err != nil {
		return err
	}
	r.noteTrail(ctx, q, TrailEntry{Event: "opened", To: q.waitsFor()})
	r.mail.desk.changed = true
	return nil
}

// quorum evaluates how many have to approve, and fails if they are too few.
func (r *run) quorum(q *request, of dsl.Quorum) error {
	q.Quorum, q.Word = max(of.Count, 1), of.Word
	if of.Value != nil {
		v, err := r.eval(q.step, of.Value, q.scope)
		if err != nil {
			return err
		}
		n, isInt := v.(int)
		word, _ := v.(string)
		switch {
		case isInt && n >= 1:
			q.Quorum = n
		case word == "all" || word == "each":
			q.Word = word
		default:
			return wrongType(of.Value, "a number from 1, all or each", v)
		}
	}
	groups := slices.ContainsFunc(q.People, isGroup)
	switch {
	case len(q.People) == 0:
		return &Failure{Type: NoApprovers, Message: "nobody is asked: the list is empty, or all in it are excluded"}
	case q.Word == "" && !groups && len(q.ask.Escalate) == 0 && q.Quorum > len(q.People):
		return &Failure{Type: NoApprovers, Message: fmt.Sprintf("%d have to approve, and only %d can", q.Quorum, len(q.People))}
	}
	return nil
}

// appointments are the times at which something is due in a stage.
func (r *run) appointments(ctx workflow.Context, q *request, timeout *expr.Value) (err error) {
	now := workflow.Now(ctx).UTC()
	q.Until, q.StageLimit, q.Escalate = time.Time{}, 0, nil
	if timeout != nil {
		if q.StageLimit, err = r.duration(q.step, timeout, q.scope); err != nil {
			return err
		}
		q.Until = now.Add(q.StageLimit)
	}
	if m := q.ask.Remind; m != nil {
		if q.Every, err = r.duration(q.step, m.Every, q.scope); err != nil {
			return err
		}
		if q.Every <= 0 {
			return wrongType(m.Every, "a duration longer than nothing", "0s")
		}
		q.Reminder = now.Add(q.Every)
	}
	for _, e := range q.ask.Escalate {
		after, err := r.duration(q.step, e.After, q.scope)
		if err != nil {
			return err
		}
		q.Escalate = append(q.Escalate, now.Add(after))
	}
	return nil
}
