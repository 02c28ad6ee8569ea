package interpreter

import (
	"fmt"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl/value"
)

// A verdict is how a question ends.
type verdict struct {
	event   string // approved, rejected, answered, timed_out, withdrawn, cancelled
	by      string
	comment string
	form    any
	groups  []string // to which the person belonged
	at      time.Time
	limit   time.Duration // of what has timed out
}

func (v verdict) entry() TrailEntry {
	return TrailEntry{Event: v.event, By: v.by, Comment: v.comment, Groups: v.groups}
}

// conclude ends a question. The first verdict counts: nothing that comes after it
// finds the question open.
func (r *run) conclude(ctx workflow.Context, q *request, v verdict) {
	if q.verdict != nil {
		return
	}
	v.at = workflow.Now(ctx).UTC()
	q.verdict = &v
	r.noteTrail(ctx, q, v.entry())
	r.mail.desk.close(q)
}

// expire does what the author wants when the time of a question is up, or that of
// one of its stages.
func (r *run) expire(ctx workflow.Context, q *request, limit time.Duration, stage bool) {
	decision := ""
	if q.onTimeout != nil {
		decision = q.onTimeout.Decision
	}
	if decision != "" {
		r.noteTrail(ctx, q, TrailEntry{Event: "timed_out"})
	}
	switch {
	case decision == moveApprove && stage:
		r.pass(ctx, q, verdict{event: "approved"})
	case decision == moveApprove:
		r.conclude(ctx, q, verdict{event: "approved"})
	case decision == moveReject:
		r.conclude(ctx, q, verdict{event: "rejected", comment: "nobody has decided within " + value.FormatDuration(limit)})
	default:
		r.conclude(ctx, q, verdict{event: "timed_out", limit: limit})
	}
}

// ruling is what a verdict means for the step.
func (r *run) ruling(q *request) (any, error) {
	v := q.verdict
	switch v.event {
	case "answered", "approved":
		return q.record(), nil
	case "rejected":
		if q.ask.OnReject == "continue" {
			return q.record(), nil
		}
		return nil, &Failure{Type: ApprovalRejected, Message: q.said("rejected"), Details: q.record()}
	case "withdrawn":
		kind := ApprovalWithdrawn
		if q.kind == "task" {
			kind = TaskWithdrawn
		}
		return nil, &Failure{Type: kind, Message: q.said("withdrew"), Details: q.record()}
	}
	details := r.view(q, q.waitsFor(), "timed_out")
	details["trail"] = q.trail()
	what := "decided"
	if q.kind == "task" {
		what = "answered"
	}
	return nil, &Failure{
		Type: Timeout, category: "timeout", whole: true, Details: details,
		Message: fmt.Sprintf("%s was not %s within %s", q.name, what, value.FormatDuration(v.limit)),
	}
}

// said is the verdict in words.
func (q *request) said(did string) string {
	v := q.verdict
	text := fmt.Sprintf("%s %s %s", v.by, did, q.name)
	if v.by == "" {
		text = q.name + " is " + did
	}
	if v.comment != "" {
		text += ": " + v.comment
	}
	return text
}

// record is what a question has come to.
func (q *request) record() map[string]any {
	v := q.verdict
	rec := map[string]any{"by": orNil(v.by), "at": stamp(v.at), "comment": orNil(v.comment), "form": v.form, "trail": q.trail()}
	if q.kind == "approval" {
		rec["decision"], rec["stage"] = v.event, orNil(q.StageName)
	}
	return rec
}

// list is a list of names in a sentence.
func list(names []string) string {
	switch n := len(names); {
	case n == 0:
		return "nobody"
	case n > 5:
		return strings.Join(names[:5], ", ") + " and others"
	case n > 1:
		return strings.Join(names[:n-1], ", ") + " or " + names[n-1]
	}
	return names[0]
}
