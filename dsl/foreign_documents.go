package dsl

import (
	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/syntax"
)

var foreignCatalogue = map[string]word{
	"input": same("with"), "inputs": same("with"), "payload": same("with"), "parameters": same("args"), "params": same("args"), "arguments": same("args"),
	"output": same("result"), "outputs": same("result"), "returns": same("result"), "return": same("result"), "response": same("result"),
	"queue": same("task_queue"), "raises": same("errors"), "throws": same("errors"), "doc": same("description"), "title": same("description"),
}

// ExplainKey reports what other tools call the keys of an activity type.
func (t *ActivityType) ExplainKey(e syntax.Entry, _ []string, diags *diag.List) (meant string, done bool) {
	return explainWord("an activity type", foreignCatalogue, e, diags)
}

var foreignMessage = map[string]word{
	"schema": same("message"), "input": same("message"), "payload": same("message"), "args": same("message"), "arguments": same("message"), "type": same("message"),
	"parameters": same("message"), "params": same("message"), "steps": same("do"), "handler": same("do"), "run": same("do"), "then": same("do"),
}

var foreignAnswer = map[string]word{
	"validator": same("validate"), "checks": same("validate"), "return": same("output"), "returns": same("output"), "result": same("output"), "response": same("output"),
}

// ExplainKey reports what other tools call the keys of a signal.
func (s *Signal) ExplainKey(e syntax.Entry, _ []string, diags *diag.List) (meant string, done bool) {
	return explainWord("signals."+s.Name, foreignMessage, e, diags)
}

// ExplainKey reports what other tools call the keys of an update.
func (u *Update) ExplainKey(e syntax.Entry, _ []string, diags *diag.List) (meant string, done bool) {
	if meant, done = explainWord("updates."+u.Name, foreignMessage, e, diags); done {
		return meant, done
	}
	return explainWord("updates."+u.Name, foreignAnswer, e, diags)
}

var foreignSchedule = map[string]word{
	"tz": same("timezone"), "time_zone": same("timezone"), "input": same("with"), "inputs": same("with"), "payload": same("with"),
	"interval": same("every"), "rate": same("every"), "frequency": same("every"), "crontab": same("cron"), "expression": same("cron"), "schedule_expression": same("cron"),
	"calendar": same("calendars"), "exclude": same("skip"), "except": same("skip"), "holidays": same("skip"),
	"start": same("start_at"), "from": same("start_at"), "start_date": same("start_at"), "end": same("end_at"), "until": same("end_at"), "end_date": same("end_at"),
	"overlap_policy": same("overlap"), "concurrency": same("overlap"), "catchup": same("catchup_window"), "enabled": {ours: "paused", how: "write paused: true for a schedule that starts nothing yet"},
	"action":   {ours: "workflow", how: "write workflow: NAME, and with: for its input"},
	"run":      {ours: "workflow", how: "write workflow: NAME"},
	"steps":    {ours: "workflow", how: "a schedule starts a workflow: write workflow: NAME, and the steps in a document of its own"},
	"activity": {ours: "workflow", how: "a schedule starts a workflow: write workflow: NAME, with the activity as its step"},
	"queue":    same("task_queue"),
	"dst":      same("clock_change"), "daylight_saving": same("clock_change"), "arguments": same("args"), "summary": same("title"), "renamed_from": same("moved"), "backfill": {ours: "on_create", how: "write on_create: {backfill: [{start_at, end_at}]}, or use `partitur schedule backfill`"}, "trigger_immediately": {ours: "on_create", how: "write on_create: {trigger: true}"},
	"id":         {ours: "schedule", how: "the id stands behind schedule: itself"},
	"workflowid": same("workflow_id"),
}

// ExplainKey reports what other tools call the keys of a schedule.
func (s *Schedule) ExplainKey(e syntax.Entry, _ []string, diags *diag.List) (meant string, done bool) {
	return explainWord("a schedule", foreignSchedule, e, diags)
}

var foreignCaseKey = map[string]word{
	"given": same("input"), "inputs": same("input"), "with": same("input"), "stubs": same("mocks"), "mock": same("mocks"), "when": same("events"), "signals": same("events"),
	"then": same("expect"), "assert": same("expect"), "expected": same("expect"), "should": same("expect"), "title": same("name"), "description": same("name"),
	"output": {ours: "expect", how: "it stands inside expect: {output: …}"}, "status": {ours: "expect", how: "it stands inside expect: {status: …}"},
}

// ExplainKey reports what other tools call the keys of a test case.
func (c *TestCase) ExplainKey(e syntax.Entry, _ []string, diags *diag.List) (meant string, done bool) {
	return explainWord("a case", foreignCaseKey, e, diags)
}

var foreignExpectation = map[string]word{
	"result": same("output"), "returns": same("output"), "return": same("output"), "value": same("output"), "state": same("status"), "outcome": same("status"),
	"activities": same("calls"), "steps": same("calls"), "failure": same("error"), "condition": same("check"), "that": same("check"), "assert": same("check"),
}

// ExplainKey reports what other tools call the keys of an expectation.
func (e *Expectation) ExplainKey(entry syntax.Entry, _ []string, diags *diag.List) (meant string, done bool) {
	return explainWord("expect", foreignExpectation, entry, diags)
}

var foreignHosts = map[string]word{
	"allow": same("allow_hosts"), "allowlist": same("allow_hosts"), "whitelist": same("allow_hosts"), "hosts": same("allow_hosts"), "allowed_hosts": same("allow_hosts"),
	"deny": {ours: "allow_hosts", how: "write allow_hosts: with those that may be called"}, "blacklist": {ours: "allow_hosts", how: "write allow_hosts: with those that may be called"},
}

// ExplainKey reports what other tools call the keys of the policy.
func (p *HTTPPolicy) ExplainKey(e syntax.Entry, _ []string, diags *diag.List) (meant string, done bool) {
	return explainWord("http", foreignHosts, e, diags)
}
