// Package lint advises on definitions that are valid: what it reports works, but
// probably not as its author thinks. All of it is warnings.
package lint

import (
	"slices"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/diag"
)

// rules lists every rule.
var rules = []Rule{
	{"unused-variable", "a variable of the state that nothing reads", unusedVariable},
	{"unused-env", "a setting that nothing reads", unusedEnv},
	{"unused-secret", "a secret that no step uses", unusedSecret},
	{"unused-policy", "a retry policy that nothing mentions", unusedPolicy},
	{"unused-limit", "a circuit breaker or a rate limit that no step uses", unusedLimit},
	{"unread-signal", "a signal that is kept for nobody", unreadSignal},
	{"never-wakes", "a wait for a variable that no message changes", neverWakes},
	{"missing-compensation", "a step of a saga that is not undone, although others are", missingCompensation},
	{"unstable-key", "an idempotency key that differs between attempts or runs", unstableKey},
	{"missing-heartbeat", "a long activity whose worker may die unnoticed", missingHeartbeat},
	{"long-local", "a local activity that takes long", longLocal},
	{"literal-secret", "a password or token in the text", literalSecret},
	{"plain-http", "a secret that is sent without encryption", plainHTTP},
	{"large-concurrency", "a loop that asks for more activities at once than a run may have", largeConcurrency},
	{"lock-order", "locks for which two flows can wait that each have what the other wants", lockOrder},
	{"unknown-status", "a comparison with a status that does not exist", unknownStatus},
	{"unknown-category", "a type of error that is spelled almost like a category", unknownCategory},
	{"unknown-error", "a type of error that is spelled almost like one that is raised", unknownError},
	{"unknown-child", "a child workflow that is spelled almost like one of the files", unknownChild},
	{"uncatalogued-activity", "an activity type that is spelled almost like one of the catalogue", uncatalogued},
	{"endless-question", "an approval or task that nothing ends if nobody answers", endlessQuestion},
}

// scheduleRules lists every rule about schedules.
var scheduleRules = []scheduleRule{
	{"overlapping-runs", "runs that may take longer than the time to the next", overlappingRuns},
	{"no-last-result", "runs beside each other that ask for the last result", noLastResult},
	{"unsaid-timezone", "hours of the day without a time zone", unsaidTimezone},
}

// A Rule is one piece of advice. Its name is the code of its diagnostics.
type Rule struct {
	Name, Doc string
	check     func(*pass)
}

// A scheduleRule is one piece of advice about schedules.
type scheduleRule struct {
	Name, Doc string
	check     func(*timetable)
}

// Rules returns every rule.
func Rules() []Rule {
	list := slices.Clone(rules)
	for _, r := range scheduleRules {
		list = append(list, Rule{Name: r.Name, Doc: r.Doc})
	}
	return list
}

// A pass is one rule on one definition.
type pass struct {
	*dsl.Definition
	rule  string
	space *dsl.Workspace
	diags *diag.List
}

// Check applies every rule to the programs of a workspace. Definitions with
// mistakes are passed over: who mends those is told the rest afterwards.
func Check(w *dsl.Workspace) diag.List {
	var diags diag.List
	for _, p := range w.Programs {
		for _, r := range rules {
			r.check(&pass{p.Definition, r.Name, w, &diags})
		}
	}
	for _, s := range w.Schedules {
		for _, r := range scheduleRules {
			r.check(&timetable{s, r.Name, w.Definition(s.Workflow), &diags})
		}
	}
	diags.Sort()
	return diags
}
