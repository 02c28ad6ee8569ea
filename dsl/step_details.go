package dsl

import (
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/types"
)

// Details says, for whoever looks at the run in the Web UI, what it is at.
type Details struct {
	leaf
	Text *expr.Value
}

// Fields declares the keys of a details step.
func (d *Details) Fields(f *fields.Set) {
	f.Value(&d.Text, "details", "what the run is at, as Markdown; the Web UI shows the latest", fields.Required, fields.Want(types.StringType))
}
