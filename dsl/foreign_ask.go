package dsl

import (
	"slices"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/syntax"
)

// besideAsk are keys that stand beside `approval` and `task`, not inside.
var besideAsk = []string{"timeout", "on_timeout", "on_reject", "id", "if", "on_error", "catch", "finally", "compensate"}

var foreignApproval = map[string]word{
	"approver": same("approvers"), "users": same("approvers"), "groups": {ours: "approvers", how: "write approvers: [group:NAME]"}, "assignees": same("approvers"),
	"from": same("approvers"), "who": same("approvers"), "required": same("quorum"), "required_approvals": same("quorum"), "min_approvals": same("quorum"),
	"need": same("quorum"), "count": same("quorum"), "mode": same("quorum"), "levels": same("stages"), "chain": same("stages"),
	"not": same("exclude"), "allow_self_approval": {ours: "exclude", how: "write exclude: with whoever has asked"},
}

var foreignTask = map[string]word{
	"assignee": same("assignees"), "users": same("assignees"), "approvers": same("assignees"), "assigned_to": same("assignees"), "candidates": same("assignees"),
	"candidate_users": same("assignees"), "candidate_groups": {ours: "assignees", how: "write assignees: [group:NAME]"}, "question": same("title"),
}

var foreignAsk = map[string]word{
	"request": same("message"), "description": same("message"), "text": same("message"), "subject": same("title"), "name": same("title"),
	"schema": same("form"), "fields": same("form"), "input": same("form"), "data": same("form"), "notification": same("notify"),
	"reminder": same("remind"), "reminders": same("remind"), "remind_every": {ours: "remind", how: "write remind: {every: 1d}"},
	"escalation": same("escalate"), "delegation": same("delegate"), "allow_delegation": same("delegate"),
	"wait": {ours: "timeout", how: "write timeout: 7d beside it"},
}

// ExplainKey reports keys that stand beside `approval`, and what other tools call
// its keys.
func (a approvalFields) ExplainKey(e syntax.Entry, _ []string, diags *diag.List) (meant string, done bool) {
	return explainAsk("approval", foreignApproval, e, diags)
}

// ExplainKey reports keys that stand beside `task`, and what other tools call its
// keys.
func (t taskFields) ExplainKey(e syntax.Entry, _ []string, diags *diag.List) (meant string, done bool) {
	return explainAsk("task", foreignTask, e, diags)
}

func explainAsk(verb string, words map[string]word, e syntax.Entry, diags *diag.List) (meant string, done bool) {
	if slices.Contains(besideAsk, e.Key.Value) {
		diags.Error("misplaced-key", e.Key.Span, "%q does not belong to the fields of %s", e.Key.Value, verb).
			WithHint("it stands beside %s:, at the same indentation", verb)
		return "", true
	}
	if meant, done = explainWord(verb, words, e, diags); done {
		return meant, done
	}
	return explainWord(verb, foreignAsk, e, diags)
}
