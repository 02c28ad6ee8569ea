package dsl

import (
	"slices"

	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/types"
)

// What an expression sees besides the names of its step, by its place.
const (
	seesStart      = "start"      // input, env, workflow: nothing has run
	seesEnd        = "end"        // the main flow at its end
	seesQuery      = "query"      // the main flow, as optional, without randomness
	seesReadOnly   = "read-only"  // the step's, without randomness
	seesSecrets    = "secrets"    // the step's and references to secrets
	seesResult     = "result"     // the step's and `result`
	seesProjection = "projection" // the same, evaluated in the activity
	seesCatch      = "catch"      // the step itself and `error`
	seesItem       = "item"       // the element of a loop
	seesBody       = "body"       // the end of a loop's body
	seesMigrate    = "migrate"    // the state of an older text
	seesLater      = "later"      // the step's; its type depends on something else
	seesMessage    = "message"    // `message`, and the main flow as optional
	seesWait       = "wait"       // the step's, evaluated whenever something has changed
)

// A scope is what is visible at one place of a definition.
type scope struct {
	names *expr.Scope
	steps []types.Field // the steps in reach, oldest first

	concurrent   string        // what runs beside others here, and so cannot set state
	noReturn     string        // where `return` is not allowed
	handler      bool          // the steps are those of a message
	noContinue   string        // where `return` is, and `continue_as_new` is not
	undoing      bool          // the steps are compensations
	cleanup      string        // the block of cleanup steps around, whose steps are never undone
	compensation *Compensation // how the saga around, or the workflow, undoes
	loose        bool          // a step could not be read, so unknown ids are not reported
	returns      bool          // a result returned here is that of the workflow
	saga         bool          // the steps stand in a saga
	secrets      *types.Type   // what `secrets` is where it may be used
	loops        []enclosing   // the loops around, outermost first
}

// with returns the scope with one more name.
func (s scope) with(name string, t *types.Type) scope {
	s.names = s.names.With(name, t)
	return s
}

// withSteps returns the scope with the given steps in reach.
func (s scope) withSteps(steps []types.Field) scope {
	s.steps = steps
	return s
}

// withStep returns the scope with one more step, whose output is of type t.
func (s scope) withStep(step *Step, t *types.Type) scope {
	if step.ID == "" {
		return s
	}
	failed := "the step has not failed"
	members := []types.Field{
		field("output", t.Stored()),
		field("status", types.StringType),
		field("error", errorType.OrNil(failed)),
	}
	switch step.Body.(type) {
	case *ForEach:
		members = append(members, forEachExtras...)
	case *Receive:
		members = append(members, field("name", types.StringType.OrNil("nothing may have been received")))
	}
	if _, ok := step.Body.(*Fallback); ok {
		members = append(members, field("chosen", chosenType(step)))
	}
	steps := append(s.steps[:len(s.steps):len(s.steps)], field(step.ID, types.ObjectOf(members...)))
	return s.withSteps(steps)
}

// withBroken returns the scope after a step that could not be read.
func (s scope) withBroken(step *Step, b none) scope {
	s.loose = s.loose || b.unreadable
	if step.ID != "" {
		s = s.withSteps(append(s.steps[:len(s.steps):len(s.steps)], field(step.ID, types.AnyType)))
	}
	for _, id := range b.ids {
		s = s.withSteps(append(s.steps[:len(s.steps):len(s.steps)], field(id, types.AnyType)))
	}
	return s
}

// narrow returns the scope where the values at some paths are known not to be
// nil.
func (s scope) narrow(paths [][]string) scope {
	for _, path := range paths {
		if path[0] != "steps" {
			if t, ok := s.names.Lookup(path[0]); ok {
				s.names = s.names.With(path[0], notNil(t, path[1:]))
			}
			continue
		}
		for i, f := range s.steps {
			if len(path) > 1 && f.Name == path[1] {
				s.steps = slices.Clone(s.steps)
				s.steps[i].Type = notNil(f.Type, path[2:])
			}
		}
	}
	return s
}

// notNil is a type without nil along a path of fields.
func notNil(t *types.Type, path []string) *types.Type {
	if t == nil || t.Hidden != "" {
		return t
	}
	if t.Kind == types.Nil {
		return types.AnyType
	}
	t = t.NotNil()
	if len(path) == 0 {
		return t
	}
	for i, f := range t.Fields {
		if f.Name == path[0] {
			inner := *t
			inner.Fields = slices.Clone(t.Fields)
			inner.Fields[i].Type = notNil(f.Type, path[1:])
			return &inner
		}
	}
	return t
}

// readOnly returns the scope without the functions that would draw from the
// run's random streams.
func (s scope) readOnly() scope {
	for _, fn := range []string{"uuid", "random", "random_int", "patched"} {
		s.names = s.names.Forbid(fn, "it would not be the same when the run is replayed; compute it in a step and use its output")
	}
	return s
}

// seeing returns the scope with what a place sees besides.
func (s scope) seeing(place string) scope {
	switch place {
	case seesReadOnly:
		return s.readOnly()
	case seesWait:
		s = s.readOnly()
		s.names = s.names.Forbid("now", "it would never wake the step: time passes unseen; write timeout: on the step, or sleep_until")
	case seesSecrets:
		return s.with("secrets", s.secrets)
	case seesProjection:
		for _, fn := range []string{"now", "uuid", "random", "random_int", "patched"} {
			s.names = s.names.Forbid(fn, "this is evaluated in the activity, where it has no meaning; compute it in a step before")
		}
	}
	return s
}

// expr returns the names for the expression checker.
func (s scope) expr() *expr.Scope {
	steps := types.ObjectOf(append([]types.Field(nil), s.steps...)...)
	steps.Open = s.loose
	return s.names.With("steps", steps)
}

// optional returns steps whose outputs may be nil, for the reason given.
func optional(steps []types.Field, why string) []types.Field {
	out := make([]types.Field, len(steps))
	for i, f := range steps {
		out[i] = f
		if f.Type.Kind != types.Object {
			continue
		}
		members := append([]types.Field(nil), f.Type.Fields...)
		for j, m := range members {
			if (m.Name == "output" || m.Name == "chosen") && (m.Type == nil || m.Type.Hidden == "" && m.Type.Maybe == "") {
				members[j].Type = m.Type.OrNil(why)
			}
		}
		out[i].Type = types.ObjectOf(members...)
	}
	return out
}

const secretsHidden = "secrets can only be read in the fields of builtin actions such as http"

// startScope is what exists before the first step.
func (c *checker) startScope() scope {
	input := types.AnyType
	if c.def.Input != nil {
		input = c.def.Input.Type()
	}
	env := make([]types.Field, len(c.def.Env))
	for i, v := range c.def.Env {
		env[i] = field(v.Name, types.StringType)
	}
	secrets := make([]types.Field, len(c.def.Secrets))
	for i, name := range c.def.Secrets {
		secrets[i] = field(name, types.SecretType)
	}
	envType, secretType := types.ObjectOf(env...), types.ObjectOf(secrets...)
	envType.Open, secretType.Open = c.def.looseEnv, c.def.looseSecrets
	hidden := *types.OpenObject
	hidden.Hidden = secretsHidden
	names := expr.NewScope().
		With("input", input).
		With("env", envType).
		With("workflow", workflowType).
		With("schedule", scheduleType).
		With("step", ownStepType).
		With("state", types.ObjectOf()).
		With("secrets", &hidden)
	if !c.def.Upgrades(UpgradeAlways) {
		names = names.Forbid("patched", keepsText+"; versioning: {upgrade: always} would let runs follow the newest text")
	}
	return scope{names: names, compensation: c.def.Compensation, returns: true, secrets: secretType}
}
