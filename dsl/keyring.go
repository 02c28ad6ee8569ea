package dsl

import (
	"fmt"
	"slices"
	"strings"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/syntax"
)

// A keyring knows to which verbs each key of a step belongs.
type keyring struct {
	every    []string            // keys of any step
	activity []string            // keys of activity steps
	verbs    map[string][]string // key to verbs
}

func newKeyring(actions Catalog) keyring {
	r := keyring{verbs: map[string][]string{}}
	for _, verb := range verbs(actions) {
		body := newBody(verb, actions)
		for _, spec := range fields.Describe(body) {
			r.verbs[spec.Name] = append(r.verbs[spec.Name], verb)
		}
	}
	for _, spec := range fields.Describe(&Step{Body: new(Try)}) {
		r.every = append(r.every, spec.Name)
	}
	for _, spec := range fields.Describe(&Step{Body: new(Activity)}) {
		if !slices.Contains(r.every, spec.Name) {
			r.activity = append(r.activity, spec.Name)
		}
	}
	return r
}

// modifier tells whether activity steps have the key beside their verb.
func (r keyring) modifier(key string) bool {
	return slices.Contains(r.every, key) || slices.Contains(r.activity, key)
}

// known tells whether some step has the key.
func (r keyring) known(key string) bool {
	return slices.Contains(r.every, key) || slices.Contains(r.activity, key) || r.verbs[key] != nil
}

// child tells whether only steps that run workflows have the key.
func (r keyring) child(key string) bool {
	return !slices.Contains(r.every, key) && slices.Equal(r.verbs[key], []string{"workflow"})
}

// owners says in words which steps have the key, or "".
func (r keyring) owners(key string) string {
	switch {
	case slices.Contains(r.activity, key):
		return "activity steps, such as activity and http"
	case r.verbs[key] != nil:
		return strings.Join(sorted(r.verbs[key]), " and ") + " steps"
	case slices.Contains(r.every, key):
		return "other steps"
	}
	return ""
}

// verbFor guesses the verb that a step without one was meant to have.
func (r keyring) verbFor(n *syntax.Node, all []string) string {
	for _, e := range n.Entries {
		if of := r.verbs[e.Key.Value]; len(of) == 1 || slices.Contains(of, "activity") {
			return fmt.Sprintf("%q belongs to %s: add %s:", e.Key.Value, stepName(of[0]), of[0])
		}
		if slices.Contains(r.activity, e.Key.Value) {
			return fmt.Sprintf("%q belongs to activity steps: add activity: NAME, or another verb", e.Key.Value)
		}
	}
	return "add what it does, one of: " + strings.Join(sorted(all), ", ")
}

// ExplainKey reports a key that belongs to other steps, or that other tools
// have for the same purpose.
func (s stepFields) ExplainKey(e syntax.Entry, known []string, diags *diag.List) (meant string, done bool) {
	key := e.Key.Value
	if key == "on_timeout" && s.IsActivity() {
		diags.Error("misplaced-key", e.Key.Span, "the timeout of an activity step bounds one attempt, so there is no %q", key).
			WithHint("write catch: [{type: [timeout], do: [steps]}]")
		return "", true
	}
	if w, ok := foreignKey(s.Verb, key); ok && slices.Contains(known, w.ours) {
		d := diags.Error("unknown-key", e.Key.Span, "%s has no key %q", stepName(s.Verb), key).WithHint("%s", w.hint())
		if w.same {
			d.WithFix(e.Key.Span, w.ours)
		}
		return w.ours, true
	}
	owners := newKeyring(s.catalog).owners(key)
	if owners == "" {
		return "", false
	}
	d := diags.Error("misplaced-key", e.Key.Span, "%q does not belong to %s", key, stepName(s.Verb))
	if hint := misplaced[key]; hint != "" {
		d.WithHint("%s", hint)
	} else {
		d.WithHint("it belongs to %s", owners)
	}
	return "", true
}

// misplaced says what to do about keys that people put on the wrong steps.
var misplaced = map[string]string{
	"output": "it belongs to activity steps; to compute something write a step with value:",
	"expect": "it belongs to activity steps; for a check of your own write if: and fail:",
	"retry":  "it belongs to activity steps, such as activity and http: put it on the steps inside, or in defaults",
}
