package dsl

import "github.com/partitur/partitur/dsl/fields"

// History bounds the history of a run, which then goes on in a new run.
type History struct{ MaxEvents int }

// Fields declares the keys of the mapping.
func (h *History) Fields(f *fields.Set) {
	f.Int(&h.MaxEvents, "max_events", "the length of the history, in events, from which on the run continues as new; when the server suggests it if not set", fields.AtLeast(100), fields.AtMost(50000))
}
