package dsl

import (
	"strconv"

	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/types"
)

// Guardrails are what must hold of what goes to a model and comes from it.
type Guardrails struct {
	Input  []*Guardrail // of the prompt and of messages; they see `message`
	Output []*Guardrail // of an answer; they see `answer`
}

// A Guardrail is one of them.
type Guardrail struct {
	Do     []*Step // that find out what Check asks
	Check  *expr.Expr
	Reject *expr.Value

	name  string // its segment in paths
	slots []fields.Slot
}

// Fields declares the keys of guardrails.
func (g *Guardrails) Fields(f *fields.Set) {
	add := func(list *[]*Guardrail, name string) func() fields.Declarer {
		return func() fields.Declarer {
			one := &Guardrail{name: name + "_" + strconv.Itoa(len(*list)+1)}
			*list = append(*list, one)
			return one
		}
	}
	f.Objects(add(&g.Input, "input"), "input", "what must hold of the prompt and of each message; they see it as `message`")
	f.Objects(add(&g.Output, "output"), "output", "what must hold of an answer, which they see as `answer`; the model is told and asked again, at most twice")
}

// Fields declares the keys of a guardrail.
func (g *Guardrail) Fields(f *fields.Set) {
	bindSteps(f, &g.Do, "do", "steps that run first, for what the condition asks")
	f.Condition(&g.Check, "check", "what must hold", fields.Required, fields.Sees(seesLater))
	f.Value(&g.Reject, "reject", "what is said if it does not", fields.Required, fields.Want(types.StringType), fields.Sees(seesLater))
	g.slots = f.Slots
	f.Slots = nil // they are checked with the guardrail, in its own scope
}

func (g *Guardrails) all() []*Guardrail {
	return append(g.Input[:len(g.Input):len(g.Input)], g.Output...)
}
