package dsl

import (
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
	"github.com/partitur/partitur/dsl/types"
)

// Set assigns variables of the state: all values first, then together.
type Set struct {
	leaf
	Assignments []Assignment
}

// An Assignment gives a variable a value.
type Assignment struct {
	Name  string
	Span  source.Span
	Value *expr.Value
}

// Fields declares the keys of a set step.
func (a *Set) Fields(f *fields.Set) {
	f.Node("set", "names of state variables and their new values", map[string]any{"type": "object"}, func(n *syntax.Node) {
		bindNamed(f, n, "set", func(key *syntax.Node, v *expr.Value) {
			a.Assignments = append(a.Assignments, Assignment{key.Value, key.Span, v})
			if v != nil {
				f.AddSlots(fields.Slot{Name: "set." + key.Value, Value: v, Sees: seesLater})
			}
		})
	}, fields.Required)
}

func (a *Set) check(c *checker, s *Step, sc scope) *types.Type {
	if sc.concurrent != "" {
		c.diags.Error("concurrent-set", s.verbSpan, "%s cannot change the state, because others run at the same time", sc.concurrent).
			WithHint("let the branch or item have an output, and set the state after the block")
	}
	for _, v := range a.Assignments {
		t, ok := c.state.write.Field(v.Name)
		if !ok && !c.state.write.Open {
			d := c.diags.Error("unknown-variable", v.Span, "the state has no variable %q", v.Name)
			suggestOr(d, v.Name, c.state.write.Names(), "add it to the document: state: {"+fields.SnakeCase(v.Name)+": null}")
		}
		c.slotAs("set."+v.Name, sc, t)
	}
	return types.NilType
}
