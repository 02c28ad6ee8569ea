package interpreter

import (
	"net/url"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/expr"
)

// Types of errors of what is asked of people.
const (
	ApprovalRejected  = "ApprovalRejected"
	ApprovalWithdrawn = "ApprovalWithdrawn"
	TaskWithdrawn     = "TaskWithdrawn"
	NoApprovers       = "NoApprovers" // nobody can answer, or too few
)

// A question is what a step asks of people, or an agent in its name.
type question struct {
	kind      string // approval or task
	name      string // by which it is answered
	ask       *dsl.Ask
	timeout   *expr.Value // of the whole; nil if it may take for ever
	onTimeout *dsl.OnTimeout
}

// A request is a question that has been put.
type request struct {
	question
	sheet
	step  *dsl.Step // at which it stands
	scope *scope
	ctx   workflow.Context // of the notifications, which end with it

	verdict *verdict // how it has ended; nil while it is open
	failed  error    // something could not be evaluated
}

// A sheet is what the run needs to know of a question to go on with it in the
// next run. Times are absolute.
type sheet struct {
	Title      string        `json:"title"`
	Message    string        `json:"message,omitempty"`
	Exclude    []string      `json:"exclude,omitempty"`
	Opened     time.Time     `json:"opened"`
	Deadline   time.Time     `json:"deadline,omitzero"`
	Limit      time.Duration `json:"limit,omitempty"` // of which the deadline is the end
	ApprovedBy []string      `json:"approved_by,omitempty"`
	Notified   int           `json:"notified,omitempty"` // how often people have been told
	Trail      []TrailEntry  `json:"trail,omitempty"`

	Stage      int           `json:"stage"` // the next one
	StageName  string        `json:"stage_name,omitempty"`
	Until      time.Time     `json:"until,omitzero"`        // the end of the stage
	StageLimit time.Duration `json:"stage_limit,omitempty"` // of which that is the end
	People     []string      `json:"people,omitempty"`
	Added      []string      `json:"added,omitempty"` // by escalations
	Passed     []passing     `json:"passed,omitempty"`
	Quorum     int           `json:"quorum,omitempty"`
	Word       string        `json:"word,omitempty"` // all or each
	Votes      []vote        `json:"votes,omitempty"`
	Every      time.Duration `json:"every,omitempty"`
	Reminder   time.Time     `json:"reminder,omitzero"` // when the next one is due
	Reminded   int           `json:"reminded,omitempty"`
	Escalate   []time.Time   `json:"escalate,omitempty"` // when each is due; zero once it has been
}

// A passing hands the right to decide to somebody else.
type passing struct {
	By      string   `json:"by"`
	To      string   `json:"to"`
	Entries []string `json:"entries"`
}

// A vote is an approval that may not be enough by itself.
type vote struct {
	By      string   `json:"by"`
	Entries []string `json:"entries"` // for which it counts
}

// askPeople puts a question and waits for its end. It returns the record of the
// answer, or why there is none. It is what steps call, and agents.
func (r *run) askPeople(ctx workflow.Context, s *dsl.Step, what question, sc *scope) (any, error) {
	q := &request{question: what, step: s, scope: sc}
	inner, cancel := workflow.WithCancel(ctx)
	q.ctx = inner
	if err := r.opens(ctx, q); err != nil {
		return nil, err
	}
	err := r.attendTo(ctx, q)
	cancel()
	if e := continuing(err); e != nil {
		r.mail.desk.take(q)
		e.frame().Asked = &q.sheet
		return nil, err
	}
	if q.verdict == nil { // the step is cancelled, or something could not be evaluated
		r.conclude(ctx, q, verdict{event: "cancelled"})
		if err == nil {
			err = q.failed
		}
		return nil, err
	}
	return r.ruling(q)
}

// opens lays a question on the desk, or goes on with one that the run before had
// there.
func (r *run) opens(ctx workflow.Context, q *request) error {
	f := r.arrive()
	if f != nil && f.Asked != nil {
		q.sheet = *f.Asked
		r.restored(q)
		r.takeEarly(ctx, q)
		return nil
	}
	if err := r.fillSheet(ctx, q); err != nil {
		return err
	}
	if _, err := r.nextStage(ctx, q); err != nil {
		return err
	}
	r.restored(q)
	r.takeEarly(ctx, q)
	if q.verdict == nil {
		r.notify(ctx, q, "opened", q.waitsFor())
	}
	return nil
}

// restored makes an open question known.
func (r *run) restored(q *request) {
	r.mail.desk.put(q)
	r.shows(q.step, q.scope, "waiting")
	if !q.Deadline.IsZero() {
		r.lasts(q.step, q.Deadline)
	}
}

// fillSheet evaluates what does not change while the question is open.
func (r *run) fillSheet(ctx workflow.Context, q *request) (err error) {
	s, sc := q.step, q.scope
	q.Opened = workflow.Now(ctx).UTC()
	if q.Title, err = r.text(s, q.ask.Title, sc); err != nil {
		return err
	}
	if q.Title == "" {
		if q.Title, err = r.summary(s, sc); err != nil {
			return err
		}
	}
	if q.Message, err = r.text(s, q.ask.Message, sc); err != nil {
		return err
	}
	r.confirmTexts(q)
	if q.Exclude, err = r.people(s, q.ask.Exclude, sc); err != nil || q.timeout == nil {
		return err
	}
	if q.Limit, err = r.duration(s, q.timeout, sc); err == nil {
		q.Deadline = q.Opened.Add(q.Limit)
	}
	return err
}

// view is what the steps of a question see of it.
func (r *run) view(q *request, to []string, reason string) map[string]any {
	people := "approvers"
	if q.kind == "task" {
		people = "assignees"
	}
	v := map[string]any{
		"id": q.name, "title": q.Title, "message": orNil(q.Message), people: texts(append(q.People[:len(q.People):len(q.People)], q.Added...)),
		"to": texts(to), "reason": reason, "deadline": nil,
		"url": r.program.URL + "/approvals/" + url.PathEscape(r.info.WorkflowExecution.ID) + "/" + url.PathEscape(q.name),
	}
	if q.kind == "approval" {
		v["approved_by"], v["stage"] = texts(q.ApprovedBy), orNil(q.StageName)
	}
	if at := q.deadline(); !at.IsZero() {
		v["deadline"] = stamp(at)
	}
	return v
}

// deadline is when the time of a question is up, or of its stage.
func (q *request) deadline() time.Time {
	if q.Until.IsZero() || !q.Deadline.IsZero() && q.Deadline.Before(q.Until) {
		return q.Deadline
	}
	return q.Until
}
