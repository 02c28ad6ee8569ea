package interpreter

import (
	"strconv"
	"time"

	"go.temporal.io/sdk/workflow"
)

// attendTo waits for the end of a question, and does meanwhile what is due. There
// is one timer at a time, for what is due next.
func (r *run) attendTo(ctx workflow.Context, q *request) error {
	for {
		if err := r.attend(ctx, q); err != nil || q.verdict != nil {
			return err
		}
		if err := r.awaitNext(ctx, q); err != nil {
			return err
		}
		if q.failed != nil || q.verdict != nil {
			return nil
		}
	}
}

// awaitNext waits until a question has ended, until something is due, or until
// something else is due next.
func (r *run) awaitNext(ctx workflow.Context, q *request) error {
	next, what := q.next()
	over := func() bool { return q.verdict != nil || q.failed != nil }
	if next.IsZero() {
		return r.idle(ctx, q.scope, func() bool { at, _ := q.next(); return over() || !at.IsZero() })
	}
	timed, cancel := workflow.WithCancel(ctx)
	timer := workflow.NewTimerWithOptions(timed, rest(ctx, next), workflow.TimerOptions{
		Summary: recorded(ctx, shorten(what+" of "+q.name, maxSummary)),
	})
	err := r.idle(ctx, q.scope, func() bool { at, _ := q.next(); return over() || !at.Equal(next) || timer.IsReady() })
	cancel()
	return err
}

// next is when something is due next, and what; zero if nothing ever is.
func (q *request) next() (at time.Time, what string) {
	sooner := func(t time.Time, name string) {
		if !t.IsZero() && (at.IsZero() || t.Before(at)) {
			at, what = t, name
		}
	}
	sooner(q.Deadline, "timeout")
	sooner(q.Until, "timeout")
	for _, t := range q.Escalate {
		sooner(t, "escalation")
	}
	sooner(q.Reminder, "reminder")
	return at, what
}

// attend does what is due by now. Answers that have come go first: nothing that is
// late overrules them.
func (r *run) attend(ctx workflow.Context, q *request) error {
	now := workflow.Now(ctx)
	late := func(t time.Time) bool { return !t.IsZero() && !t.After(now) }
	if at, _ := q.next(); !late(at) {
		return nil
	}
	if r.deliver(ctx); q.verdict != nil || q.failed != nil {
		return q.failed
	}
	switch {
	case late(q.Deadline):
		r.expire(ctx, q, q.Limit, false)
		return nil
	case late(q.Until):
		r.expire(ctx, q, q.StageLimit, true)
		return q.failed
	}
	for i, t := range q.Escalate {
		if late(t) {
			if err := r.escalate(ctx, q, i); err != nil {
				return err
			}
		}
	}
	if late(q.Reminder) {
		r.remind(ctx, q, now)
	}
	return nil
}

// escalate asks more people.
func (r *run) escalate(ctx workflow.Context, q *request, i int) error {
	q.Escalate[i] = time.Time{}
	to, err := r.people(q.step, q.ask.Escalate[i].To, q.scope)
	if err != nil {
		return err
	}
	for _, e := range to {
		if !contains(q.People, e) && !contains(q.Added, e) && !contains(q.Exclude, e) {
			q.Added = append(q.Added, e)
		}
	}
	r.mail.desk.changed = true
	r.noteTrail(ctx, q, TrailEntry{Event: "escalated", To: to})
	r.notify(ctx, q, "escalated", to)
	return nil
}

// remind tells those again who have not answered. Reminders that were due while
// no worker was there are made up for by a single one.
func (r *run) remind(ctx workflow.Context, q *request, now time.Time) {
	q.Reminded++
	for !q.Reminder.After(now) {
		q.Reminder = q.Reminder.Add(q.Every)
	}
	if most := q.ask.Remind.Max; most > 0 && q.Reminded >= most {
		q.Reminder = time.Time{}
	}
	to := q.waitsFor()
	r.noteTrail(ctx, q, TrailEntry{Event: "reminded", To: to})
	r.notify(ctx, q, "reminder", to)
}

// notify runs the steps that tell people, beside the wait. Each time they have
// keys of their own.
func (r *run) notify(ctx workflow.Context, q *request, reason string, to []string) {
	if q.ask.Notify == nil || len(to) == 0 {
		return
	}
	q.Notified++
	sc := q.scope.handler()
	sc.loop = q.step.Path + "/notify"
	sc.item = q.scope.instance(q.step.Path) + "/notify[" + strconv.Itoa(q.Notified) + "]"
	sc.vars[q.kind] = r.view(q, to, reason)
	r.notifying++
	workflow.GoNamed(q.ctx, sc.item, func(ctx workflow.Context) {
		err := r.steps(ctx, q.ask.Notify, sc)
		r.notifying--
		if f, failed := err.(*Failure); failed {
			workflow.GetLogger(ctx).Error("a notification failed", "step", f.Path, "error", f.Error())
		}
	})
}
