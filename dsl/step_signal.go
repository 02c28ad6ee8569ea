package dsl

import (
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/syntax"
	"github.com/partitur/partitur/dsl/types"
)

// SendSignal sends a signal to another workflow.
type SendSignal struct {
	leaf
	WorkflowID *expr.Value
	Name       *expr.Value
	With       *expr.Value
}

// Fields declares the keys of a signal step.
func (s *SendSignal) Fields(f *fields.Set) {
	f.Node("signal", "`{workflow_id, name, with}`", f.ObjectOf(signalFields{s}), func(n *syntax.Node) {
		f.Merge(fields.Bind(signalFields{s}, "signal", n, f.Env()))
	}, fields.Required)
}

type signalFields struct{ *SendSignal }

// Fields declares the keys of what is sent.
func (s signalFields) Fields(f *fields.Set) {
	f.Value(&s.WorkflowID, "workflow_id", "the workflow id of the run that gets it", fields.Required, fields.Want(types.StringType))
	f.Value(&s.Name, "name", "the name of the signal", fields.Required, fields.Want(types.StringType))
	f.Value(&s.With, "with", "the payload; nothing if not set")
}
