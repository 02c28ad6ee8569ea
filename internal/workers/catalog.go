package workers

import (
	"github.com/partitur/partitur/builtins"
	"github.com/partitur/partitur/dsl"
)

// Catalog tells the language which builtin actions there are.
type Catalog struct{}

// Action implements dsl.Catalog.
func (Catalog) Action(name string) *dsl.ActionSpec {
	for _, a := range builtins.Actions() {
		if a.Name == name {
			return &dsl.ActionSpec{
				Name: a.Name, Doc: a.Doc, Input: a.Input, Result: a.Result,
				Timeout: &dsl.Timeout{StartToClose: a.Timeout, Heartbeat: a.Heartbeat},
				Retry:   retryOf(a.Retry),
			}
		}
	}
	return nil
}

// Actions implements dsl.Catalog.
func (Catalog) Actions() (names []string) {
	for _, a := range builtins.Actions() {
		names = append(names, a.Name)
	}
	return names
}

// retryOf is the retry policy of an action; nil where it has none of its own.
func retryOf(r builtins.Retry) *dsl.Retry {
	if r.Attempts == 0 {
		return nil
	}
	return &dsl.Retry{MaximumAttempts: r.Attempts, InitialInterval: r.Initial, MaximumInterval: r.Maximum}
}
