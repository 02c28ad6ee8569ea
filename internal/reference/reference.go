// Package reference lists the mappings of the language whose keys its reference
// page shows, beside those of documents and steps themselves.
package reference

import (
	"maps"
	"slices"

	"github.com/partitur/partitur/builtins"
	"github.com/partitur/partitur/builtins/llm"
	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/internal/workers"
)

// A Part is a mapping that stands under some key.
type Part struct {
	Name  string   // of its table
	Under []string // the keys whose value it is, or whose list has it as elements
	Named bool     // the value has one for each of several names
	Keys  []fields.Spec
}

// Parts lists the mappings inside documents and steps.
func Parts() []Part {
	list := []Part{
		part("timeouts", new(dsl.RunTimeouts), "timeouts"),
		part("history", new(dsl.History), "history"),
		part("versioning", new(dsl.Versioning), "versioning"),
		part("defaults", new(dsl.Defaults), "defaults"),
		part("timeout", new(dsl.Timeout), "timeout"),
		part("retry", new(dsl.Retry), "retry"),
		part("priority", new(dsl.Priority), "priority"),
		part("catch", new(dsl.Catch), "catch"),
		part("compensation", new(dsl.Compensation), "compensation"),
		part("tolerance", new(dsl.Tolerance), "on_item_error"),
		part("versioning override", new(dsl.VersioningOverride), "versioning_override"),
		part("stages", new(dsl.Stage), "stages"),
		part("remind", new(dsl.Remind), "remind"),
		part("escalate", new(dsl.Escalation), "escalate"),
		named("signals", new(dsl.Signal), "signals"),
		named("updates", new(dsl.Update), "updates"),
		part("validate", new(dsl.Rule), "validate"),
		named("activity types", new(dsl.ActivityType), "activities"),
		part("arguments", new(dsl.Argument), "args"),
		part("case defaults", new(dsl.CaseDefaults), "defaults"),
		part("cases", new(dsl.TestCase), "cases"),
		named("mocks", new(dsl.MockAnswer), "mocks"),
		part("mock errors", new(dsl.MockError), "error"),
		part("events", new(dsl.Event), "events"),
		part("expect", new(dsl.Expectation), "expect"),
		part("project http", new(dsl.HTTPPolicy), "http"),
		part("project secrets", new(dsl.SecretsPolicy), "secrets"),
		part("storage", new(dsl.Storage), "storage"),
		part("worker", new(dsl.WorkerOptions), "worker"),
		part("pollers", new(dsl.Pollers), "activity_task_poller_behavior", "workflow_task_poller_behavior"),
		part("calendars", new(dsl.Calendar), "calendars", "skip"),
		part("agent tools", new(dsl.Tool), "tools"),
		part("agent servers", new(dsl.ToolServer), "tools"),
		part("agent confirm", dsl.Confirmation{}, "confirm"),
		part("agent budget", new(dsl.Budget), "budget"),
		part("agent memory", new(dsl.Memory), "memory"),
		part("agent guardrails", new(dsl.Guardrails), "guardrails"),
		part("guardrail", new(dsl.Guardrail), "input", "output"),
		part("agent chat", new(dsl.Chat), "chat"),
		part("agent llm", new(dsl.ModelCall), "llm"),
		part("case schedule", new(dsl.CaseSchedule), "schedule"),
		part("skip", holidays{new(dsl.SkipEntry)}, "skip"),
		part("clock_change", new(dsl.ClockChange), "clock_change"),
		part("on_create", new(dsl.OnCreate), "on_create"),
		part("backfill", new(dsl.Backfill), "backfill"),
		named("models", new(dsl.ModelProfile), "models"),
		named("prices", new(dsl.ModelPrice), "prices"),
		named("mcp servers", new(dsl.MCPServer), "mcp"),
		part("llm budget", new(llm.BudgetInput), "budget"),
		part("http errors", new(builtins.StatusError), "errors"),
		part("http basic_auth", new(builtins.BasicAuth), "basic_auth"),
		part("http tls", new(builtins.TLS), "tls"),
	}
	return append(list, verbs()...)
}

// holidays are what an entry of `skip` has beside the keys of a calendar.
type holidays struct{ *dsl.SkipEntry }

// Fields declares the first key alone.
func (h holidays) Fields(f *fields.Set) {
	h.SkipEntry.Fields(f)
	f.Specs = f.Specs[:1]
}

func part(name string, d fields.Declarer, under ...string) Part {
	return Part{Name: name, Under: under, Keys: fields.Describe(d)}
}

func named(name string, d fields.Declarer, under ...string) Part {
	p := part(name, d, under...)
	p.Named = true
	return p
}

// verbs are the mappings that are the value of a verb.
func verbs() (list []Part) {
	for _, k := range dsl.Kinds(workers.Catalog{}) {
		p := Part{Name: k.Verb + " fields", Under: []string{k.Verb}}
		switch {
		case k.Action != nil:
			p.Keys = fields.Describe(k.Action.Input())
		default:
			p.Keys = inside(k.Keys[0].Schema)
		}
		if len(p.Keys) > 0 {
			list = append(list, p)
		}
	}
	return list
}

// inside reads the keys of a mapping from its schema: those required first, then
// by name.
func inside(schema map[string]any) (keys []fields.Spec) {
	forms, _ := schema["anyOf"].([]any)
	for _, form := range append(forms, schema) {
		object, _ := form.(map[string]any)
		properties, _ := object["properties"].(map[string]any)
		required, _ := object["required"].([]string)
		for _, name := range slices.Sorted(maps.Keys(properties)) {
			key, _ := properties[name].(map[string]any)
			doc, _ := key["description"].(string)
			keys = append(keys, fields.Spec{Name: name, Doc: doc, Required: slices.Contains(required, name)})
		}
	}
	slices.SortStableFunc(keys, func(a, b fields.Spec) int { return rank(a) - rank(b) })
	return keys
}

func rank(s fields.Spec) int {
	if s.Required {
		return 0
	}
	return 1
}
