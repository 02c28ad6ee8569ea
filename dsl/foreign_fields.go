package dsl

import (
	"strings"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/syntax"
)

// explainWord reports a key that another language has for one of ours.
func explainWord(what string, words map[string]word, e syntax.Entry, diags *diag.List) (meant string, done bool) {
	w, ok := words[foreignName(e.Key.Value)]
	if !ok {
		return "", false
	}
	d := diags.Error("unknown-key", e.Key.Span, "%s has no key %q", what, e.Key.Value).WithHint("%s", w.hint())
	if w.same {
		d.WithFix(e.Key.Span, w.ours)
	}
	return w.ours, true
}

// foreignName is a key as the tables of foreign keys have it.
func foreignName(key string) string {
	return strings.ReplaceAll(fields.SnakeCase(key), ".", "_")
}

func same(ours string) word { return word{ours: ours, same: true} }

var foreignRetry = map[string]word{
	"attempts": same("maximum_attempts"), "max_attempts": same("maximum_attempts"), "max": same("maximum_attempts"), "limit": same("maximum_attempts"),
	"count": same("maximum_attempts"), "retries": same("maximum_attempts"), "max_retries": same("maximum_attempts"), "times": same("maximum_attempts"),
	"interval": same("initial_interval"), "delay": same("initial_interval"), "initial_delay": same("initial_interval"), "wait": same("initial_interval"),
	"backoff_interval": same("initial_interval"), "interval_seconds": {ours: "initial_interval", how: "write initial_interval: 5s"},
	"max_interval": same("maximum_interval"), "max_delay": same("maximum_interval"), "max_backoff": same("maximum_interval"),
	"backoff":    {ours: "backoff_coefficient", how: "write backoff_coefficient: 2, which doubles each pause, or 1 for equal ones"},
	"multiplier": same("backoff_coefficient"), "factor": same("backoff_coefficient"), "coefficient": same("backoff_coefficient"), "backoff_rate": same("backoff_coefficient"),
	"exponential":               {ours: "backoff_coefficient", how: "write backoff_coefficient: 2, which doubles each pause"},
	"non_retryable_error_types": same("non_retryable"), "non_retryable_errors": same("non_retryable"), "abort_on": same("non_retryable"),
	"max_duration": {ours: "policy", how: "write timeout: {schedule_to_close: 1h} on the step"}, "timeout": {ours: "policy", how: "timeout: stands beside retry:"},
}

// ExplainKey reports what other tools call the keys of a retry.
func (r *Retry) ExplainKey(e syntax.Entry, _ []string, diags *diag.List) (meant string, done bool) {
	return explainWord("retry", foreignRetry, e, diags)
}

var foreignLog = map[string]word{
	"msg": same("message"), "text": same("message"), "value": same("message"), "severity": same("level"),
	"data": same("fields"), "values": same("fields"), "extra": same("fields"), "context": same("fields"), "with": same("fields"),
}

// ExplainKey reports what other tools call the keys of what is logged.
func (l logFields) ExplainKey(e syntax.Entry, _ []string, diags *diag.List) (meant string, done bool) {
	return explainWord("log", foreignLog, e, diags)
}

var foreignFail = map[string]word{
	"error": same("type"), "code": same("type"), "name": same("type"), "reason": same("message"), "cause": same("message"), "msg": same("message"), "text": same("message"),
	"data": same("details"), "with": same("details"), "non_retryable": {ours: "retryable", how: "write retryable: true, or leave it out"},
}

// ExplainKey reports what other tools call the keys of an error.
func (e failFields) ExplainKey(entry syntax.Entry, _ []string, diags *diag.List) (meant string, done bool) {
	return explainWord("fail", foreignFail, entry, diags)
}

// foreignAction are keys of builtin actions elsewhere.
var foreignAction = map[string]map[string]word{"http": {
	"json": same("body"), "data": same("body"), "payload": same("body"), "content": same("body"),
	"params": same("query"), "query_params": same("query"), "query_string": same("query"), "search": same("query"), "header": same("headers"),
	"uri": same("url"), "endpoint": same("url"), "address": same("url"), "verb": same("method"),
	"auth":                  {ours: "headers", how: `write headers: {Authorization: "Bearer ${ secrets.NAME }"}, or basic_auth:`},
	"authentication":        {ours: "headers", how: `write headers: {Authorization: "Bearer ${ secrets.NAME }"}, or basic_auth:`},
	"authorization":         {ours: "headers", how: `write headers: {Authorization: "Bearer ${ secrets.NAME }"}`},
	"follow_redirects":      {ours: "redirects", how: "write redirects: 10, or 0 to follow none"},
	"expected_status":       same("ok"),
	"expected_status_codes": same("ok"), "success_codes": same("ok"), "status": same("ok"), "status_codes": same("ok"),
	"verify": same("tls"), "insecure": same("tls"), "ssl": same("tls"),
}}

// actionFields are the fields of a builtin action.
type actionFields struct {
	fields.Declarer
	verb    string
	catalog Catalog
}

// ExplainKey reports modifiers of the step that stand among the fields of its
// action, and what other tools call the fields.
func (a actionFields) ExplainKey(e syntax.Entry, known []string, diags *diag.List) (meant string, done bool) {
	if ring := newKeyring(a.catalog); ring.modifier(e.Key.Value) {
		diags.Error("misplaced-key", e.Key.Span, "%q does not belong to the fields of %s", e.Key.Value, a.verb).
			WithHint("it stands beside %s:, at the same indentation", a.verb)
		return "", true
	}
	return explainWord(a.verb, foreignAction[a.verb], e, diags)
}
