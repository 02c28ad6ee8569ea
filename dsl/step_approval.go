package dsl

import (
	"slices"

	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/syntax"
	"github.com/partitur/partitur/dsl/types"
)

// Approval asks people for a decision, and waits for it.
type Approval struct{ Ask }

// Fields declares the keys of an approval step.
func (a *Approval) Fields(f *fields.Set) {
	f.Node("approval", "what is to be decided, and by whom", f.ObjectOf(approvalFields{a}), func(n *syntax.Node) {
		f.Merge(fields.Bind(approvalFields{a}, "approval", n, f.Env()))
	}, fields.Required)
	f.Enum(&a.OnReject, "on_reject", "`continue` makes a rejection a result; otherwise it is the error ApprovalRejected", []string{"continue"})
}

type approvalFields struct{ *Approval }

// Fields declares the keys of what is decided.
func (a approvalFields) Fields(f *fields.Set) {
	a.Ask.bind(f)
	f.Value(&a.People, "approvers", "who may decide: users, and groups as `group:NAME`", fields.Sees(seesLater))
	a.Quorum.bind(f)
	f.Objects(func() fields.Declarer {
		g := new(Stage)
		a.Stages = append(a.Stages, g)
		return g
	}, "stages", "groups of approvers that are asked one after the other, in place of `approvers` and `quorum`")
	f.Bool(&a.Delegate, "delegate", "an approver may pass the decision on to another user")
	if f.Diags() != nil {
		a.checkKeys(f)
	}
}

// checkKeys reports keys that contradict each other.
func (a approvalFields) checkKeys(f *fields.Set) {
	staged := f.Has("stages") || f.Broken("stages")
	switch {
	case staged && f.Has("approvers"):
		f.Diags().Error("two-keys", f.KeySpan("approvers"), "an approval has either %q or %q", "approvers", "stages").
			WithHint("each stage names its own approvers")
	case staged && f.Has("quorum"):
		f.Diags().Error("two-keys", f.KeySpan("quorum"), "an approval has either %q or %q", "quorum", "stages").
			WithHint("each stage has its own quorum")
	case !staged && !f.Has("approvers") && !f.Broken("approvers") && allKnown(f) && (len(f.Entries()) > 0 || !f.Diags().Within(f.Span())):
		f.Diags().Error("missing-key", f.Span().Sub(0, 1), "nobody is asked to decide").
			WithHint("add approvers: [USER, group:NAME], or stages:")
	}
}

// allKnown tells whether each key of a mapping is one of those declared so far,
// so that none of them is a misspelled other.
func allKnown(f *fields.Set) bool {
	return !slices.ContainsFunc(f.Entries(), func(e syntax.Entry) bool {
		return !slices.ContainsFunc(f.Specs, func(s fields.Spec) bool { return s.Name == e.Key.Value })
	})
}

func (a *Approval) check(c *checker, s *Step, sc scope) *types.Type {
	c.ask(s, &a.Ask, sc)
	return a.output(s)
}

// output is the type of the record of a decision.
func (a *Approval) output(s *Step) *types.Type {
	nobody := s.OnTimeout != nil && s.OnTimeout.Decision != ""
	by, form, stage := types.StringType, types.AnyType, types.StringType
	if a.Form != nil {
		form = a.Form.Type()
	}
	if nobody {
		by = by.OrNil("nobody may have decided in time")
	}
	if nobody || a.OnReject == "continue" {
		form = form.OrNil("the form is filled in by who approves")
	}
	if a.Stages == nil {
		stage = stage.OrNil("the approval has no stages")
	}
	return types.ObjectOf(
		field("decision", types.StringType), field("by", by), field("at", types.StringType),
		field("comment", types.StringType.OrNil("there may be no comment")), field("form", form), field("stage", stage), field("trail", trailType(stage)),
	)
}

// trailType is the history of a question, whose stages have names of a type.
func trailType(stage *types.Type) *types.Type {
	return types.ListOf(types.ObjectOf(
		field("event", types.StringType), field("at", types.StringType), field("stage", stage),
		field("by", types.StringType.OrNil("nobody may have done it")), field("to", types.ListOf(types.StringType).OrNil(notInAll)),
		field("comment", types.StringType.OrNil("there may be no comment")),
		field("groups", types.ListOf(types.StringType).OrNil(notInAll)), field("count", types.IntType.OrNil(notInAll)),
	))
}

const notInAll = "not all entries have it"
