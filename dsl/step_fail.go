package dsl

import (
	"strings"

	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/syntax"
	"github.com/partitur/partitur/dsl/types"
)

// Fail ends the block with an error.
type Fail struct {
	leaf
	Again     *expr.Value // an error that is raised again, or
	Type      *expr.Value
	Message   *expr.Value
	Details   *expr.Value
	Retryable bool
}

// Fields declares the keys of a fail step.
func (e *Fail) Fields(f *fields.Set) {
	f.Node("fail", "`{type, message, details, retryable}`, or `${ error }` to raise an error again", f.AnyOf(failFields{e}, map[string]any{"type": "string"}), func(n *syntax.Node) {
		if n.Kind != syntax.Scalar {
			f.Merge(fields.Bind(failFields{e}, "fail", n, f.Env()))
			return
		}
		if e.Again = expr.ParseValue(n, f.Diags()); e.Again == nil {
			return
		}
		if e.Again.IsConst() || e.Again.Parts != nil {
			d := f.Diags().Error("wrong-type", n.Span, "`fail` takes a mapping or ${ error }, not %s", shown(n))
			if text := n.Span.Text(); n.Type == syntax.String && strings.Contains(text, " ") {
				d.WithHint("write {type: NAME, message: %s}", text)
			} else {
				d.WithHint("write {type: NAME, message: what went wrong}")
			}
			return
		}
		f.AddSlots(fields.Slot{Name: "fail", Value: e.Again, Want: types.OpenObject})
	}, fields.Required)
}

type failFields struct{ *Fail }

// Fields declares the keys of the error.
func (e failFields) Fields(f *fields.Set) {
	f.Value(&e.Type, "type", "what `catch` entries and callers know the error by", fields.Required, fields.Want(types.StringType), fields.Example("OutOfStock"))
	f.Value(&e.Message, "message", "what went wrong, for people", fields.Want(types.StringType))
	f.Value(&e.Details, "details", "values for whoever handles the error")
	f.Bool(&e.Retryable, "retryable", "whether a caller may try again; false if not set")
}

func (e *Fail) check(*checker, *Step, scope) *types.Type { return types.NilType }
