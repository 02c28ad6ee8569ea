package dsl

import (
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/types"
)

// Sleep pauses the workflow.
type Sleep struct {
	leaf
	For *expr.Value
}

// Fields declares the keys of a sleep step.
func (w *Sleep) Fields(f *fields.Set) {
	f.Value(&w.For, "sleep", "how long, such as 30s, 2h or 7d", fields.Required, fields.Want(durationWanted))
}

var durationWanted = types.DurationType
