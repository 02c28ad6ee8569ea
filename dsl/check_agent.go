package dsl

import (
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/types"
)

// inTool is where the steps of a tool stand, for messages.
const inTool = "a tool of an agent"

func (a *Agent) check(c *checker, s *Step, sc scope) *types.Type {
	c.settleModel(s, a)
	c.knownModel(a.Model)
	c.knownModel(a.Model)
	for _, server := range a.Servers {
		c.settleServer(s, server)
	}
	names := map[string]source.Span{}
	for _, t := range a.Tools {
		if first, twice := names[t.Name]; twice && t.Name != "" {
			c.diags.Error("duplicate-name", t.nameAt, "there are two tools called %q", t.Name).
				WithNote(first, "the other is here").WithHint("choose another name")
		}
		names[t.Name] = t.nameAt
		c.tool(t, sc)
	}
	c.guards(a.Guardrails.Input, sc.with("message", types.StringType))
	c.guards(a.Guardrails.Output, sc.with("answer", a.answerType()))
	return a.outputType()
}

// tool checks the step of a tool, which sees the arguments.
func (c *checker) tool(t *Tool, sc scope) {
	args := types.ObjectOf()
	if t.Input != nil {
		args = t.Input.Type()
	}
	inner := beside(sc.with("args", args), inTool)
	if t.Confirm != nil {
		c.list([]*Step{t.Confirm}, inner)
	}
	c.list([]*Step{t.Step}, inner)
	c.deaf(t)
}

// beside is the scope of steps that run beside others of their kind, and that
// nothing after them sees.
func beside(sc scope, what string) scope {
	sc.concurrent, sc.noReturn, sc.cleanup = what, what, ""
	return sc.behind(what)
}

// deaf warns of a tool that does nothing with its arguments.
func (c *checker) deaf(t *Tool) {
	if t.Input == nil || len(t.Input.Type().Fields) == 0 || c.diags.Within(t.Step.Span) {
		return
	}
	reads := false
	Walk([]*Step{t.Step}, func(s *Step) {
		s.Exprs(func(e *expr.Expr) {
			for _, ref := range e.Refs() {
				reads = reads || ref.Path[0] == "args"
			}
		})
	})
	if !reads {
		c.diags.Warn("unused-args", t.nameAt, "the tool %q does nothing with the arguments that the model gives it", t.Name).
			WithHint("write with: ${ args } on its step, or use a field such as ${ args.%s }", t.Input.Type().Fields[0].Name)
	}
}

func (c *checker) guards(list []*Guardrail, sc scope) {
	for _, g := range list {
		in := sc
		if g.Do != nil {
			in = c.list(g.Do, beside(sc, "a guardrail"))
		}
		for _, slot := range g.slots {
			c.check(slot, in)
		}
		if holds, known := c.known(g.Check); known {
			c.diags.Warn("constant-condition", g.Check.Span, "this condition is always %t: the guardrail does not look at what is said", holds).
				WithHint("compare message, or answer")
		}
	}
}

// answerType is what the model answers.
func (a *Agent) answerType() *types.Type {
	if a.OutputSchema != nil {
		return a.OutputSchema.Type()
	}
	return types.StringType
}

// outputType is the record of a conversation.
func (a *Agent) outputType() *types.Type {
	result := a.answerType()
	switch {
	case a.Chat != nil:
		result = result.OrNil("nobody may have asked anything")
	case a.OnLimit == "return":
		result = result.OrNil("the agent may have come to the end of its turns or its budget")
	}
	return types.ObjectOf(
		field("result", result),
		field("stop", types.StringType),
		field("turns", types.IntType),
		field("usage", types.ObjectOf(
			field("tokens", types.IntType), field("usd", types.StringType), field("tool_calls", types.IntType),
		)),
		field("tools", types.ListOf(types.ObjectOf(field("name", types.StringType), field("count", types.IntType)))),
	)
}
