package dsl

import (
	"slices"
	"strings"
	"time"

	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/types"
	"github.com/partitur/partitur/dsl/value"
)

// groupPrefix is how a group is told from a user.
const groupPrefix = "group:"

func isGroup(name string) bool { return strings.HasPrefix(name, groupPrefix) }

// ask checks what a step asks of people.
func (c *checker) ask(s *Step, a *Ask, sc scope) {
	for _, slot := range c.pending {
		switch slot.Name {
		case "approvers", "assignees", "exclude":
			c.people(slot, sc)
		case "quorum", "every":
			c.check(slot, sc)
		}
	}
	c.enough(a.People, a.Quorum, a)
	for i, g := range a.Stages {
		c.stage(g, a, sc)
		for _, before := range a.Stages[:i] {
			if before.Name == g.Name && g.Name != "" {
				c.diags.Error("duplicate-name", g.nameAt, "there are two stages called %q", g.Name).WithHint("choose another name")
			}
		}
	}
	for _, e := range a.Escalate {
		for _, slot := range e.slots {
			if slot.Name == "to" {
				c.people(slot, sc)
			} else {
				c.check(slot, sc)
			}
		}
		c.tooLate(s, e.After, "nobody is asked besides")
	}
	if a.Remind != nil {
		c.tooLate(s, a.Remind.Every, "nobody is reminded")
		if a.Notify == nil && !c.diags.Within(s.Span) {
			c.diags.Warn("useless-key", a.Remind.Every.Span, "a reminder runs `notify` again, and there is none").
				WithHint("add notify: [steps], or leave out remind")
		}
	}
	c.bounds(s, a)
	c.notify(s, a, sc)
}

func (c *checker) stage(g *Stage, a *Ask, sc scope) {
	for _, slot := range g.slots {
		if slot.Name == "approvers" {
			c.people(slot, sc)
			continue
		}
		c.check(slot, sc)
	}
	c.constant(g.When, "the stage")
	c.enough(g.People, g.Quorum, a)
}

// people checks a list of users and groups.
func (c *checker) people(slot fields.Slot, sc scope) {
	before := len(*c.diags)
	t := c.check(slot, sc)
	if len(*c.diags) > before {
		return
	}
	fits := t.Kind == types.Any || t.Kind == types.String ||
		t.Kind == types.List && (t.Elem == nil || t.Elem.Kind == types.String && t.Elem.Maybe == "" || t.Elem.Kind == types.Any)
	switch {
	case t.Maybe != "":
		c.diags.Error("may-be-nil", slot.Span(), "%q is a list of users and groups, and this may be nil: %s", slot.Name, t.Maybe).
			WithHint("say what is meant then, such as ?? []")
	case !fits:
		c.diags.Error("wrong-type", slot.Span(), "%q is a list of users and groups, and this is %s", slot.Name, t.Kind.Article()).
			WithHint("write [alice, group:finance]")
	default:
		c.names(slot)
	}
}

// names checks the users and groups that are written out.
func (c *checker) names(slot fields.Slot) {
	list, at := writtenOut(slot.Value)
	if len(list) == 0 && slot.Value.IsConst() && slot.Name != "exclude" {
		c.diags.Error("bad-value", slot.Value.Span, "%q names nobody", slot.Name).WithHint("write [alice, group:finance]")
	}
	for i, name := range list {
		switch group, is := strings.CutPrefix(name, groupPrefix); {
		case slices.Contains(list[:i], name):
			c.diags.Error("duplicate-name", at[i], "%q is listed twice", name).WithHint("remove one of them")
		case is:
			c.group(group, at[i])
		case strings.TrimSpace(name) == "":
			c.diags.Error("bad-value", at[i], "the name of a user must not be empty").WithHint("write [alice, group:finance]")
		}
	}
}

// group finds a group in the project.
func (c *checker) group(name string, at source.Span) {
	p := c.space.Project
	switch {
	case p.Group(name) != nil || p != nil && p.looseGroups:
	case p == nil || len(p.Groups) == 0:
		c.diags.Warn("unknown-group", at, "nobody belongs to the group %q: no partitur.yaml declares groups", name).
			WithHint("add it there: groups: {%s: [alice, bob]}", groupKey(name))
	default:
		names := make([]string, len(p.Groups))
		for i, g := range p.Groups {
			names[i] = g.Name
		}
		d := c.diags.Error("unknown-group", at, "the project has no group %q", name)
		suggestOr(d, name, names, "add it to partitur.yaml: groups: {"+groupKey(name)+": [alice, bob]}")
	}
}

func groupKey(name string) string {
	if name == "" {
		return "finance"
	}
	return name
}

// writtenOut lists the texts of a list that are constants, and where they stand.
func writtenOut(v *expr.Value) (list []string, at []source.Span) {
	if v == nil {
		return nil, nil
	}
	if text, ok := v.Const.(string); ok {
		return []string{text}, []source.Span{v.Span}
	}
	for _, e := range v.List {
		if text, ok := e.Const.(string); ok {
			list, at = append(list, text), append(at, e.Span)
		}
	}
	return list, at
}

// enough reports a quorum that the people who are asked cannot reach.
func (c *checker) enough(people *expr.Value, q Quorum, a *Ask) {
	list, _ := writtenOut(people)
	if people == nil || !people.IsConst() || len(a.Escalate) > 0 || slices.ContainsFunc(list, isGroup) || c.diags.Within(people.Span) {
		return
	}
	excluded, _ := writtenOut(a.Exclude)
	left := slices.DeleteFunc(list, func(name string) bool { return slices.Contains(excluded, name) })
	switch {
	case len(left) == 0:
		c.diags.Error("bad-value", people.Span, "everybody who is asked is excluded").WithHint("name others")
	case q.Count > len(left) && !q.Span.IsZero():
		c.diags.Error("bad-value", q.Span, "%d have to approve, and only %d can", q.Count, len(left)).
			WithHint("write %d, or name more approvers", len(left))
	}
}

// tooLate reports what would only happen when the step has timed out.
func (c *checker) tooLate(s *Step, when *expr.Value, so string) {
	limit, known := constantDuration(wholeTimeout(s))
	if d, ok := constantDuration(when); ok && known && d >= limit && !c.diags.Within(when.Span) {
		c.diags.Error("timeout-conflict", when.Span, "the step has timed out by then, so %s", so).
			WithHint("make it shorter than the timeout of the step")
	}
}

func wholeTimeout(s *Step) *expr.Value {
	if s.Timeout == nil {
		return nil
	}
	return s.Timeout.Whole
}

func constantDuration(v *expr.Value) (time.Duration, bool) {
	if v == nil {
		return 0, false
	}
	text, ok := v.Const.(string)
	d, err := value.ParseDuration(text)
	return d, ok && err == nil
}

// bounds checks the timeouts of the step and its stages against on_timeout.
func (c *checker) bounds(s *Step, a *Ask) {
	_, approval := s.Body.(*Approval)
	if !approval || c.diags.Within(s.Span) {
		return
	}
	bound := wholeTimeout(s)
	for _, g := range a.Stages {
		if g.Timeout != nil {
			c.tooLate(s, g.Timeout, "the stage never times out itself")
			if bound == nil {
				bound = g.Timeout
			}
		}
	}
	switch {
	case bound != nil && s.OnTimeout == nil:
		c.diags.Error("missing-key", bound.Span, "nothing says what becomes of the approval when its time is up").
			WithHint("add on_timeout: reject beside approval:, or approve, fail, [steps] or {output: VALUE}")
	case bound == nil && s.OnTimeout != nil:
		c.diags.Error("missing-key", s.startSpan(), "there is no timeout that could end the step, as on_timeout expects").
			WithHint("add timeout: with a duration")
	}
}

// notify checks the steps that tell people.
func (c *checker) notify(s *Step, a *Ask, sc scope) {
	if a.Notify == nil {
		return
	}
	name, t := askedType(s)
	own := sc.with(name, t)
	own.concurrent, own.noReturn, own.cleanup = "`notify`", "`notify`", "`notify`"
	c.list(a.Notify, own.behind(own.noReturn))
}

// askedType is what the steps of a question see of it, and under which name.
func askedType(s *Step) (string, *types.Type) {
	name, people := "approval", "approvers"
	a := s.Asked()
	if _, task := s.Body.(*Task); task {
		name, people = "task", "assignees"
	}
	deadline, stage := types.StringType, types.StringType.OrNil("there are no stages")
	if wholeTimeout(s) == nil {
		deadline = deadline.OrNil("there may be no timeout")
	}
	if a.Stages != nil {
		stage = types.StringType
	}
	members := []types.Field{
		field("id", types.StringType), field("title", types.StringType), field("message", types.StringType.OrNil("there may be no message")),
		field(people, types.ListOf(types.StringType)), field("to", types.ListOf(types.StringType)),
		field("url", types.StringType), field("deadline", deadline), field("reason", types.StringType),
	}
	if name == "approval" {
		members = append(members, field("approved_by", types.ListOf(types.StringType)), field("stage", stage))
	}
	return name, types.ObjectOf(members...)
}
