package dsl

import (
	"slices"

	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/types"
)

// kinds is the language: every verb that is not a builtin action.
var kinds = []kind{
	{"activity", "runs an activity: any task queue, any language", func() Body { return new(Activity) }},
	{"workflow", "runs another workflow as a child of this run", func() Body { return new(Child) }},
	{"agent", "lets a model work towards an answer, with tools that are steps", func() Body { return new(Agent) }},
	{"value", "computes a value", func() Body { return new(Compute) }},
	{"set", "assigns variables of the state", func() Body { return new(Set) }},
	{"if", "runs steps if a condition holds", func() Body { return new(If) }},
	{"switch", "runs the first branch whose condition holds", func() Body { return new(Switch) }},
	{"for_each", "runs steps once for each element of a list", func() Body { return new(ForEach) }},
	{"while", "runs steps as long as a condition holds", func() Body { return new(While) }},
	{"repeat", "runs steps until a condition holds", func() Body { return new(Repeat) }},
	{"break", "ends a loop", func() Body { return new(Break) }},
	{"next", "goes on with the next round of a loop", func() Body { return new(Next) }},
	{"parallel", "runs branches at the same time", func() Body { return new(Parallel) }},
	{"sleep", "pauses, durably", func() Body { return new(Sleep) }},
	{"sleep_until", "pauses until a time, durably", func() Body { return new(SleepUntil) }},
	{"await", "pauses until a condition on the state holds", func() Body { return new(Await) }},
	{"receive", "takes the oldest message of a signal, or waits for one", func() Body { return new(Receive) }},
	{"approval", "asks people for a decision, and waits for it", func() Body { return new(Approval) }},
	{"task", "asks a person for data, and waits for it", func() Body { return new(Task) }},
	{"signal", "sends a signal to another workflow", func() Body { return new(SendSignal) }},
	{"cancel", "asks another workflow to cancel", func() Body { return new(CancelWorkflow) }},
	{"lock", "runs steps one at a time", func() Body { return new(Lock) }},
	{"try", "groups steps, for their common modifiers", func() Body { return new(Try) }},
	{"saga", "groups steps that are undone together when one fails", func() Body { return new(Saga) }},
	{"checkpoint", "marks a place that compensate_to goes back to", func() Body { return new(Checkpoint) }},
	{"compensate_to", "undoes what was registered since a checkpoint", func() Body { return new(CompensateTo) }},
	{"fallback", "runs the first alternative that succeeds", func() Body { return new(Fallback) }},
	{"log", "writes to the worker's log, once", func() Body { return new(Log) }},
	{"details", "says in the Web UI what the run is at", func() Body { return new(Details) }},
	{"search_attributes", "sets what the run is found by", func() Body { return new(SearchAttributes) }},
	{"memo", "notes values with the run", func() Body { return new(Memo) }},
	{"return", "ends the workflow with a result", func() Body { return new(Return) }},
	{"continue_as_new", "ends the run and begins a new one from the first step", func() Body { return new(ContinueAsNew) }},
	{"patch", "guards a change of a workflow whose runs follow the newest text", func() Body { return new(Patch) }},
	{"fail", "ends the block with an error", func() Body { return new(Fail) }},
}

// A kind is one verb.
type kind struct {
	verb, doc string
	new       func() Body
}

// Bodies returns one empty body of each kind, for tests that want them all.
func Bodies() (bodies []Body) {
	for _, k := range kinds {
		bodies = append(bodies, k.new())
	}
	return append(bodies, &Action{Spec: &ActionSpec{Name: "http"}})
}

// A Catalog knows the builtin actions. It makes their verbs part of the language.
type Catalog interface {
	Action(name string) *ActionSpec // nil if there is none
	Actions() []string
}

// An ActionSpec describes a builtin action.
type ActionSpec struct {
	Name, Doc string
	Input     func() fields.Declarer
	Result    *types.Type
	Timeout   *Timeout // applies where the author and the defaults say nothing
	Retry     *Retry
}

// NoActions is the catalog without builtin actions.
type NoActions struct{}

// Action returns nil.
func (NoActions) Action(string) *ActionSpec { return nil }

// Actions returns none.
func (NoActions) Actions() []string { return nil }

// newBody returns an empty body for a verb, or nil.
func newBody(verb string, actions Catalog) Body {
	if i := slices.IndexFunc(kinds, func(k kind) bool { return k.verb == verb }); i >= 0 {
		return kinds[i].new()
	}
	if spec := actions.Action(verb); spec != nil {
		return &Action{Spec: spec}
	}
	return nil
}

// verbs lists the names of all verbs.
func verbs(actions Catalog) []string {
	names := slices.Clone(actions.Actions())
	for _, k := range kinds {
		names = append(names, k.verb)
	}
	return names
}
