package interpreter

import (
	"slices"

	"go.temporal.io/sdk/workflow"
)

// takes tells whether a move is of a kind that a question takes.
func (q *request) takes(m *move) error {
	switch {
	case m.kind == moveReassign || m.kind == moveWithdraw:
		return nil
	case m.kind == moveAnswer && q.kind != "task":
		return refuse("%q is an approval: it is decided by approve or reject", q.name)
	case m.kind != moveAnswer && q.kind == "task":
		return refuse("%q is a task: it is answered, not decided", q.name)
	}
	return nil
}

// judge says why a move is refused. It changes nothing but the form, which gets
// its defaults.
func (q *request) judge(m *move, known membership) error {
	switch {
	case q.verdict != nil:
		return refuse("%q is not open any more", q.name)
	case m.kind == moveWithdraw:
		return nil
	case m.kind == moveReassign:
		return q.judgeReassign(m)
	case q.excluded(m.by, known):
		return refuse("%s is excluded from %q", m.by, q.name)
	case q.voted(m.by):
		return refuse("%s has approved %q already", m.by, q.name)
	case len(q.covers(m.by, known)) == 0:
		return refuse("%s is not asked about %q, which waits for %s", m.by, q.name, list(q.waitsFor()))
	case m.kind == moveDelegate:
		return q.judgeDelegate(m, known)
	}
	return q.judgeForm(m)
}

// judgeForm checks what has been filled in. Who rejects need not fill in
// anything.
func (q *request) judgeForm(m *move) error {
	if q.ask.Form == nil || m.kind == moveReject && m.form == nil {
		return nil
	}
	form, err := fit(q.ask.Form, m.form, DecisionRejected, "the form does not fit: ")
	if err != nil {
		return refuse("%s", fromError(err).Message)
	}
	m.form = form
	return nil
}

func (q *request) judgeDelegate(m *move, known membership) error {
	to := m.to[0]
	switch {
	case !q.ask.Delegate:
		return refuse("the decision about %q cannot be delegated", q.name)
	case to == m.by:
		return refuse("%s cannot delegate the decision to themselves", m.by)
	case q.excluded(to, known):
		return refuse("%s is excluded from %q", to, q.name)
	case q.voted(to):
		return refuse("%s has approved %q already", to, q.name)
	}
	return nil
}

func (q *request) judgeReassign(m *move) error {
	if q.substitutes(m.from) {
		if len(m.to) > 1 || isGroup(m.to[0]) {
			return refuse("%s answers in place of another: reassign that to one user", m.from)
		}
		return q.judgeTargets(m)
	}
	if m.from != "" && !contains(q.People, m.from) && !contains(q.Added, m.from) {
		return refuse("%q does not ask %s, but %s", q.name, m.from, list(slices.Concat(q.People, q.Added)))
	}
	if m.from != "" && q.covered(m.from) {
		return refuse("%q has been approved for %s already", q.name, m.from)
	}
	return q.judgeTargets(m)
}

// substitutes tells whether a user answers in place of another.
func (q *request) substitutes(user string) bool {
	return user != "" && !contains(q.People, user) && !contains(q.Added, user) && len(q.covers(user, membership{})) > 0 && !q.voted(user)
}

// judgeTargets checks who is to be asked instead.
func (q *request) judgeTargets(m *move) error {
	for _, e := range m.to {
		if contains(q.Exclude, e) {
			return refuse("%s is excluded from %q", e, q.name)
		}
	}
	return nil
}

// move makes a move about a question, or says why it is refused. What the worker
// knows of groups is recorded with it.
func (r *run) move(ctx workflow.Context, q *request, m *move) error {
	known, err := r.membership(ctx, q, m)
	if err != nil {
		return err
	}
	if err := q.judge(m, known); err != nil {
		return err
	}
	switch m.kind {
	case moveApprove:
		r.approve(ctx, q, m, known)
	case moveReject:
		r.conclude(ctx, q, verdict{event: "rejected", by: m.by, comment: m.comment, form: m.form, groups: known.Of[m.by]})
	case moveAnswer:
		r.conclude(ctx, q, verdict{event: "answered", by: m.by, comment: m.comment, form: m.form, groups: known.Of[m.by]})
	case moveWithdraw:
		r.conclude(ctx, q, verdict{event: "withdrawn", by: m.by, comment: m.comment})
	case moveDelegate:
		q.Passed = append(q.Passed, passing{By: m.by, To: m.to[0], Entries: q.covers(m.by, known)})
		r.handOver(ctx, q, m, "delegated")
	case moveReassign:
		if q.substitutes(m.from) {
			q.Passed = append(q.Passed, passing{By: m.from, To: m.to[0], Entries: q.covers(m.from, known)})
		} else {
			q.reassign(m)
		}
		r.handOver(ctx, q, m, "reassigned")
	}
	return nil
}

// handOver tells those who are asked instead of others.
func (r *run) handOver(ctx workflow.Context, q *request, m *move, event string) {
	r.mail.desk.changed = true
	r.noteTrail(ctx, q, TrailEntry{Event: event, By: m.by, To: m.to, Comment: m.comment})
	r.notify(ctx, q, event, m.to)
}

// reassign replaces an entry, or all that nobody has approved for, by others.
func (q *request) reassign(m *move) {
	gone := func(e string) bool { return m.from == e || m.from == "" && !q.covered(e) }
	people := slices.DeleteFunc(q.People, gone)
	q.Added = slices.DeleteFunc(q.Added, gone)
	for _, e := range m.to {
		if !contains(people, e) {
			people = append(people, e)
		}
	}
	q.People = people
	for i := range q.Passed {
		q.Passed[i].Entries = slices.DeleteFunc(q.Passed[i].Entries, gone)
	}
	q.Passed = slices.DeleteFunc(q.Passed, func(p passing) bool { return len(p.Entries) == 0 || contains(m.to, p.By) })
}

// approve counts an approval, and goes on with the next stage if there have been
// enough.
func (r *run) approve(ctx workflow.Context, q *request, m *move, known membership) {
	q.Votes = append(q.Votes, vote{By: m.by, Entries: q.covers(m.by, known)})
	if !contains(q.ApprovedBy, m.by) {
		q.ApprovedBy = append(q.ApprovedBy, m.by)
	}
	r.mail.desk.changed = true
	if !q.complete(known) {
		r.noteTrail(ctx, q, TrailEntry{Event: "approved", By: m.by, Comment: m.comment, Groups: known.Of[m.by]})
		return
	}
	r.pass(ctx, q, verdict{event: "approved", by: m.by, comment: m.comment, form: m.form, groups: known.Of[m.by]})
}

// pass ends a stage that has been approved.
func (r *run) pass(ctx workflow.Context, q *request, v verdict) {
	if q.Stage >= len(q.ask.Stages) || !r.anyLeft(q) {
		r.conclude(ctx, q, v)
		return
	}
	r.noteTrail(ctx, q, v.entry())
	_, q.failed = r.nextStage(ctx, q)
	if q.failed == nil {
		r.notify(ctx, q, "opened", q.waitsFor())
	}
}

// anyLeft tells whether a stage applies that has not been asked. What cannot be
// evaluated applies, and fails when it is opened.
func (r *run) anyLeft(q *request) bool {
	for _, g := range q.ask.Stages[q.Stage:] {
		if g.When == nil {
			return true
		}
		if holds, err := r.condition(q.step, g.When, q.scope); holds || err != nil {
			return true
		}
	}
	return false
}

func contains(list []string, x string) bool { return slices.Contains(list, x) }
