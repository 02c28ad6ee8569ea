package dsl

import (
	"slices"

	"github.com/partitur/partitur/dsl/types"
)

// modifiers checks what follows a step: catch, finally, on_timeout, compensate.
// They see the step itself and the steps inside it. It returns the type of the
// step's output, which some of them may give instead of the step.
func (c *checker) modifiers(s *Step, sc scope, exported exports, output *types.Type) *types.Type {
	inside := sc.withSteps(append(sc.steps[:len(sc.steps):len(sc.steps)], optional(exported.steps, notRun)...))
	inside.loose = inside.loose || exported.loose
	own := inside.withStep(s, output.OrNil("the step has not succeeded"))
	given := output
	for _, k := range s.Catch {
		given = join2(given, c.catch(k, own))
	}
	if s.OnTimeout != nil {
		late := own
		if s.Asked() != nil {
			late = own.with(askedType(s))
		}
		for _, slot := range s.OnTimeout.slots {
			given = join2(given, c.check(slot, late))
		}
		c.list(s.OnTimeout.Steps, late)
	}
	final := own.with("error", errorType.OrNil("the step may have succeeded"))
	final.noReturn, final.cleanup = "`finally`", "`finally`"
	c.list(s.Finally, final.behind(final.noReturn))
	c.compensate(s, sc, exported, output)
	c.useless(s)
	return given
}

// catch checks an entry of catch, and returns the type of its output, or nil.
func (c *checker) catch(k *Catch, own scope) (output *types.Type) {
	in := own.with("error", errorType)
	c.coveredCatch(k)
	for _, slot := range k.slots {
		if slot.Name == "when" {
			c.check(slot, in)
			c.constant(slot.Expr, "the entry of `catch`")
		}
	}
	if k.When != nil {
		in = in.narrow(k.When.NotNilWhen(true))
	}
	for _, slot := range k.slots {
		if slot.Name == "output" {
			output = c.check(slot, in)
		}
	}
	c.list(k.Do, in)
	if output != nil && leaves(k.Do) {
		c.diags.Warn("unreachable", k.Output.Span, "this output is never used, because the steps of the entry leave").
			WithHint("leave it out")
		return nil
	}
	return output
}

// coveredCatch reports an entry that another one before it leaves nothing.
func (c *checker) coveredCatch(k *Catch) {
	for _, before := range c.step.Catch {
		if before == k {
			return
		}
		covers := len(before.Types) == 0 || len(k.Types) > 0 && !slices.ContainsFunc(k.Types, func(t string) bool { return !slices.Contains(before.Types, t) })
		if before.When == nil && before.sound && covers {
			c.diags.Warn("covered-catch", k.Span.Sub(0, 1), "an entry above takes all errors that this one is for").
				WithNote(before.Span.Sub(0, 1), "it is here").
				WithHint("put the entry for the narrower errors first")
			return
		}
	}
}

func (c *checker) compensate(s *Step, sc scope, exported exports, output *types.Type) {
	k := s.Compensate
	if k == nil || k.None {
		return
	}
	if sc.cleanup != "" {
		c.diags.Warn("useless-modifier", s.compensateAt, "what a step in %s does is never undone: `compensate` has no effect", sc.cleanup).
			WithHint("leave it out, or put the steps that are undone together into a saga: there")
	}
	inner := exported.steps
	if s.leftEarly() {
		inner = optional(inner, "the step may have been left with `break` or `next`")
	}
	own := sc.withSteps(append(sc.steps[:len(sc.steps):len(sc.steps)], inner...))
	own.loose = own.loose || exported.loose
	own = own.withStep(s, output)
	if k.Before {
		hidden := *types.AnyType
		hidden.Hidden = "the compensation is registered before its step runs, so there is no output yet"
		own = sc.withStep(s, &hidden)
	}
	own.noReturn, own.undoing, own.concurrent, own.cleanup = "a compensation", true, "", "a compensation"
	c.list(k.Steps, own.behind(own.noReturn))
}

// mayNotSucceed says why the flow may go on without the step having succeeded.
func (s *Step) mayNotSucceed() string {
	switch {
	case s.If != nil:
		return "the step may have been skipped"
	case s.OnError == "continue":
		return "the step may have failed"
	case s.OnTimeout != nil && s.OnTimeout.Steps != nil && !leaves(s.OnTimeout.Steps):
		return "the step may have timed out"
	}
	if b, ok := s.Body.(*Child); ok && b.OnAlreadyStarted == "skip" {
		return "the step may have been skipped"
	}
	for _, k := range s.Catch {
		if k.Output == nil && !leaves(k.Do) {
			return "the step may have failed"
		}
	}
	return ""
}

// useless reports modifiers that cannot have an effect on their step.
func (c *checker) useless(s *Step) {
	if s.OnError != "" {
		switch s.Body.(type) {
		case *Set, *Return, *Fail, *Break, *Next, *Log:
			c.diags.Error("useless-modifier", s.onErrorAt, "%s cannot fail quietly: `on_error` has no use here", stepName(s.Verb)).
				WithHint("leave it out")
		}
	}
	if s.OnError != "" && len(s.Catch) > 0 && slices.ContainsFunc(s.Catch, func(k *Catch) bool { return len(k.Types) == 0 && k.When == nil && k.sound }) {
		c.diags.Warn("useless-modifier", s.onErrorAt, "`on_error` has no effect, because `catch` takes every error").WithHint("leave it out")
	}
	switch s.Body.(type) {
	case *Return, *Fail, *Break, *Next:
		if s.Compensate != nil && !s.Compensate.None {
			c.diags.Error("useless-modifier", s.compensateAt, "%s is never undone: `compensate` has no use here", stepName(s.Verb)).
				WithHint("leave it out")
		}
	case *Set, *Log, *Compute:
	default:
		return
	}
	if s.Timeout != nil && s.Timeout.Whole != nil {
		c.diags.Warn("useless-modifier", s.Timeout.Span, "%s takes no time: `timeout` has no effect", stepName(s.Verb)).WithHint("leave it out")
	}
}
