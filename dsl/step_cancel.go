package dsl

import (
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/syntax"
	"github.com/partitur/partitur/dsl/types"
)

// CancelWorkflow asks another workflow to cancel.
type CancelWorkflow struct {
	leaf
	WorkflowID *expr.Value
	Reason     *expr.Value
}

// Fields declares the keys of a cancel step.
func (w *CancelWorkflow) Fields(f *fields.Set) {
	f.Node("cancel", "`{workflow_id, reason}`", f.ObjectOf(cancelFields{w}), func(n *syntax.Node) {
		f.Merge(fields.Bind(cancelFields{w}, "cancel", n, f.Env()))
	}, fields.Required)
}

type cancelFields struct{ *CancelWorkflow }

// Fields declares the keys of the request.
func (w cancelFields) Fields(f *fields.Set) {
	f.Value(&w.WorkflowID, "workflow_id", "the workflow id of the run that is asked to cancel", fields.Required, fields.Want(types.StringType))
	f.Value(&w.Reason, "reason", "why, for the log", fields.Want(types.StringType))
}
