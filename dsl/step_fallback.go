package dsl

import (
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/types"
)

// Fallback runs the first of several steps that succeeds.
type Fallback struct {
	Alternatives []*Step
	Types        []string // of the errors that lead to the next alternative; any, if there are none
}

// Fields declares the keys of a fallback step.
func (b *Fallback) Fields(f *fields.Set) {
	bindSteps(f, &b.Alternatives, "fallback", "the alternatives, one step each, tried in order", fields.Required)
	f.Strings(&b.Types, "types", "types or categories of the errors that lead to the next alternative; all if not set")
}

// Blocks returns the alternatives.
func (b *Fallback) Blocks() []Block { return []Block{{"", b.Alternatives, true}} }

// check lets each alternative see how those before it have ended. After the
// step none of them has run for sure.
func (b *Fallback) check(c *checker, s *Step, sc scope) *types.Type {
	sc.cleanup = "" // an alternative that fails is undone wherever it is
	var output *types.Type
	within := sc
	for i, alternative := range b.Alternatives {
		last := i == len(b.Alternatives)-1
		within.saga = sc.saga && last // of the others endless attempts are an error
		end := c.list([]*Step{alternative}, within)
		if t := chosenOutput(alternative, c.lastOutput); i == 0 {
			output = t
		} else {
			output = types.Join(output, t)
		}
		within = within.withSteps(append(within.steps[:len(within.steps):len(within.steps)],
			optional(end.steps[len(within.steps):], "another alternative may have been taken")...))
		within.loose = within.loose || end.loose
		c.alternative(alternative, last)
	}
	c.exported = exports{steps: within.steps[len(sc.steps):], loose: within.loose}
	if len(b.Alternatives) == 1 && !c.diags.Within(s.Span) {
		c.diags.Warn("useless-key", s.verbSpan, "there is only one alternative").
			WithHint("add a second one, or write the step without fallback")
	}
	return output
}

// alternative reports what keeps an alternative from giving way to the next, or
// hides that it has failed.
func (c *checker) alternative(s *Step, last bool) {
	if s.OnError != "" {
		c.diags.Error("useless-modifier", s.onErrorAt, "an alternative cannot fail quietly: its error leads to the next one").
			WithHint("leave it out, or put it on the step with fallback")
	}
	if last {
		return
	}
	if endless := firstEndless(s); endless != nil && !c.diags.Within(s.Span) {
		c.diags.Error("endless-alternative", endless.verbSpan, "this step is tried without end, so the next alternative is never taken when it keeps failing").
			WithHint("add retry: {maximum_attempts: 3}, or timeout: {schedule_to_close: 10m}")
	}
}

// firstEndless finds an activity or child in the flow of a step that is tried
// without end, and that no timeout of a block around ends.
func firstEndless(s *Step) *Step {
	if s.IsActivity() {
		if s.Retry.Bounded() || s.Timeout != nil && s.Timeout.ScheduleToClose > 0 {
			return nil
		}
		return s
	}
	if s.Timeout != nil && s.Timeout.Whole != nil {
		return nil
	}
	if _, child := s.Body.(*Child); child && s.Retry != nil && !s.Retry.Bounded() {
		return s
	}
	for _, b := range s.Body.Blocks() {
		if !b.Exports {
			continue
		}
		for _, inner := range b.Steps {
			if found := firstEndless(inner); found != nil {
				return found
			}
		}
	}
	return nil
}

// chosenType is the type of the name of the alternative that was taken.
func chosenType(s *Step) *types.Type {
	if why := s.mayNotSucceed(); why != "" {
		return types.StringType.OrNil(why)
	}
	return types.StringType
}

// chosenOutput is the type of an alternative's output if it is taken: then it
// has succeeded.
func chosenOutput(alternative *Step, t *types.Type) *types.Type {
	if why := alternative.mayNotSucceed(); why != "" && t.Maybe == why {
		return t.NotNil()
	}
	return t
}
