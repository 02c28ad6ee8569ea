package dsl

import (
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/jsonschema"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
	"github.com/partitur/partitur/dsl/types"
)

// WaitsFor is the search attribute that lists for whom a run waits, and for
// what: users, groups as group:NAME, and approval:NAME or task:NAME.
const WaitsFor = "PartiturWaitsFor"

// An Ask is what a run asks of people: a decision, or data.
type Ask struct {
	Title, Message *expr.Value
	People         *expr.Value // approvers, or assignees
	Exclude        *expr.Value
	Quorum         Quorum
	Form           *jsonschema.Schema
	Stages         []*Stage
	Notify         []*Step
	Remind         *Remind
	Escalate       []*Escalation
	Delegate       bool
	OnReject       string // "" or "continue"
}

// A Stage is one of several groups of approvers that are asked one after the
// other.
type Stage struct {
	Name    string
	When    *expr.Expr
	People  *expr.Value
	Quorum  Quorum
	Timeout *expr.Value

	nameAt source.Span
	slots  []fields.Slot
}

// Fields declares the keys of an element of stages.
func (g *Stage) Fields(f *fields.Set) {
	f.String(&g.Name, "name", "what the stage is called", fields.Required)
	f.Condition(&g.When, "when", "the stage is left out unless this holds", fields.Sees(seesLater))
	f.Value(&g.People, "approvers", "who may decide: users, and groups as `group:NAME`", fields.Required, fields.Sees(seesLater))
	g.Quorum.bind(f)
	f.Value(&g.Timeout, "timeout", "how long the stage may take; then `on_timeout` of the step applies", fields.Want(durationWanted), fields.Sees(seesLater))
	g.nameAt = f.ValueSpan("name")
	g.slots = f.Slots
	f.Slots = nil // they are checked with the stage
}

// A Remind says how often those who have not answered are notified again.
type Remind struct {
	Every *expr.Value
	Max   int // 0 for no bound
}

// Fields declares the keys of the mapping.
func (m *Remind) Fields(f *fields.Set) {
	f.Value(&m.Every, "every", "how long to wait between reminders", fields.Required, fields.Want(durationWanted), fields.Sees(seesLater))
	f.Int(&m.Max, "max", "how many reminders there are at the most", fields.AtLeast(1))
}

// An Escalation adds people when nobody has answered for a while.
type Escalation struct {
	After *expr.Value
	To    *expr.Value

	slots []fields.Slot
}

// Fields declares the keys of an element of escalate.
func (e *Escalation) Fields(f *fields.Set) {
	f.Value(&e.After, "after", "how long after the question was put", fields.Required, fields.Want(durationWanted))
	f.Value(&e.To, "to", "who is asked besides: users, and groups as `group:NAME`", fields.Required)
	e.slots = f.Slots
	f.Slots = nil // they are checked with the escalation
}

// A Quorum is how many have to approve.
type Quorum struct {
	Count int         // this many; 1 if nothing else is said
	Word  string      // or all of them, or each entry of the list
	Value *expr.Value // or what this yields

	Span source.Span
}

var quorumSchema = map[string]any{"anyOf": []any{
	map[string]any{"type": "integer", "minimum": 1}, map[string]any{"enum": []string{"all", "each"}}, map[string]any{"type": "string", "pattern": `^\$\{`},
}}

func (q *Quorum) bind(f *fields.Set) {
	q.Count = 1
	f.Node("quorum", "how many have to approve: a number, `all` of the people, or one of `each` entry of `approvers`; 1 if not set", quorumSchema, func(n *syntax.Node) {
		q.Span = n.Span
		number, isInt := n.Data().(int)
		switch v := expr.ParseValue(n, f.Diags()); {
		case v == nil:
		case n.Kind == syntax.Scalar && !v.IsConst():
			q.Value = v
			f.AddSlots(fields.Slot{Name: "quorum", Value: v, Want: types.AnyType, Sees: seesLater})
		case isInt && number >= 1:
			q.Count = number
		case n.Kind == syntax.Scalar && (n.Value == "all" || n.Value == "each"):
			q.Word = n.Value
		default:
			d := f.Diags().Error("bad-value", n.Span, "%q must be a number from 1, all or each, not %s", "quorum", shown(n))
			if n.Value == "any" || n.Value == "one" {
				d.WithHint("one approval is enough if quorum is left out: write 1").WithFix(n.Span, "1")
			} else {
				d.WithHint("2 asks for two approvals, all for everybody's, each for one of every entry of approvers")
			}
		}
	})
}

// bind declares the keys that approvals and tasks share.
func (a *Ask) bind(f *fields.Set) {
	f.Value(&a.Title, "title", "what it is about, in a few words; the title of the step if not set", fields.Want(types.StringType), fields.Example("Release order ${ input.order_id }"))
	f.Value(&a.Message, "message", "what people should know before they answer", fields.Want(types.StringType))
	f.Value(&a.Exclude, "exclude", "who may not answer, although the list of people has them: users, and groups as `group:NAME`", fields.Sees(seesLater))
	f.Schema(&a.Form, "form", "JSON Schema of what is to be filled in")
	bindSteps(f, &a.Notify, "notify", "steps that tell people, beside the wait; they run again for reminders and escalations")
	if m := new(Remind); f.Object(m, "remind", "reminds those who have not answered: `notify` runs again") {
		a.Remind = m
	}
	f.Objects(func() fields.Declarer {
		e := new(Escalation)
		a.Escalate = append(a.Escalate, e)
		return e
	}, "escalate", "who is asked besides when nobody has answered for a while")
}

// Asked is what the step asks of people, or nil.
func (s *Step) Asked() *Ask {
	switch b := s.Body.(type) {
	case *Approval:
		return &b.Ask
	case *Task:
		return &b.Ask
	}
	return nil
}

// Blocks are the steps that tell people.
func (a *Ask) Blocks() []Block {
	if a.Notify == nil {
		return nil
	}
	return []Block{{Name: "notify", Steps: a.Notify}}
}

// exprs visits the expressions of stages and escalations.
func (a *Ask) exprs(visit func(*expr.Expr)) {
	for _, g := range a.Stages {
		for _, slot := range g.slots {
			slot.Visit(visit)
		}
	}
	for _, e := range a.Escalate {
		for _, slot := range e.slots {
			slot.Visit(visit)
		}
	}
}
