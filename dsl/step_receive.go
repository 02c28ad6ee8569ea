package dsl

import (
	"slices"

	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
	"github.com/partitur/partitur/dsl/types"
)

// Receive takes the oldest message of some signals, and waits for one if there
// is none.
type Receive struct {
	leaf
	Names []string
	Where *expr.Expr

	at []source.Span // of the names
}

// Fields declares the keys of a receive step.
func (r *Receive) Fields(f *fields.Set) {
	f.Strings(&r.Names, "receive", "the signal, or a list of signals, whose oldest message is taken", fields.Required)
	f.Condition(&r.Where, "where", "what must hold of `message` for it to be taken", fields.Sees(seesWait))
	for _, e := range f.Entries() {
		if e.Key.Value == "receive" {
			r.at = nameSpans(e.Value)
		}
	}
}

// nameSpans is where the texts of a list of texts stand.
func nameSpans(n *syntax.Node) (at []source.Span) {
	if n.Kind != syntax.List {
		return []source.Span{n.Span}
	}
	for _, item := range n.Items {
		if item.Kind == syntax.Scalar {
			at = append(at, item.Span)
		}
	}
	return at
}

func (r *Receive) check(c *checker, s *Step, sc scope) *types.Type {
	var t *types.Type
	for i, name := range r.Names {
		declared := c.receivable(name, r.nameAt(i, s))
		if declared == nil {
			t = types.AnyType
			continue
		}
		if one := messageType(declared.Message); i == 0 {
			t = one
		} else {
			t = join2(t, one)
		}
		if slices.Contains(r.Names[:i], name) {
			c.diags.Error("duplicate-name", r.nameAt(i, s), "the signal %q is listed twice", name).WithHint("remove one of them")
		}
	}
	if t == nil {
		t = types.AnyType
	}
	c.slot("where", sc.with("message", t))
	c.waitConstant(r.Where)
	return t
}

func (r *Receive) nameAt(i int, s *Step) source.Span {
	if i < len(r.at) {
		return r.at[i]
	}
	return s.verbSpan
}

// receivable finds the signal that a `receive` names, or says why it cannot be
// received.
func (c *checker) receivable(name string, at source.Span) *Signal {
	declared := c.def.Signal(name)
	switch {
	case declared == nil && !c.def.looseSignals:
		var names []string
		for _, s := range c.def.Signals {
			if !s.Handled() {
				names = append(names, s.Name)
			}
		}
		d := c.diags.Error("unknown-signal", at, "the workflow declares no signal %q", name)
		suggestOr(d, name, names, "add it to the document: signals: {"+name+": {}}")
	case declared != nil && declared.Handled():
		c.diags.Error("handled-signal", at, "the signal %q starts steps of its own, so there is nothing left to receive", name).
			WithNote(declared.Span, "it is declared here").
			WithHint("leave out its do:, or let the steps set the state and write await:")
		return nil
	}
	return declared
}
