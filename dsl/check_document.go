package dsl

import (
	"slices"
	"strings"

	"github.com/partitur/partitur/dsl/types"
)

// document checks what the keys of the document say themselves.
func (c *checker) document() {
	d := c.def
	if len(d.Name) > 200 {
		c.diags.Error("bad-name", d.nameAt, "the name of a workflow type has at most 200 characters").WithHint("shorten it")
	}
	for _, q := range d.Queries {
		if strings.HasPrefix(q.Name, "__") {
			c.diags.Error("bad-name", q.Span, "%q cannot be a name here", q.Name).WithHint("names that begin with __ belong to Temporal")
		}
	}
	for i, name := range d.Secrets {
		if slices.Contains(d.Secrets[:i], name) {
			c.diags.Error("duplicate-name", d.SecretSpan(i), "the secret %q is listed twice", name).WithHint("remove one of them")
		}
	}
	t := d.Timeouts
	if t.Execution > 0 && t.Run > t.Execution {
		c.diags.Error("bad-value", d.timeoutsAt, "a single run may take longer than the whole execution").
			WithHint("%q must not be longer than %q", "run", "execution")
	}
}

// documentSlots checks the expressions that stand at the top of the document.
func (c *checker) documentSlots(flow, end scope) {
	for _, slot := range c.def.slots {
		switch slot.Sees {
		case seesStart: // checked with the state
		case seesEnd:
			c.returned(slot, end)
		case seesQuery:
			all := flow.withSteps(optional(end.steps, notRun))
			all.loose = end.loose
			c.check(slot, all.readOnly())
		}
	}
	if c.def.Output != nil && leaves(c.def.Steps) && !c.diags.Within(c.def.Span) {
		c.diags.Warn("unreachable", c.def.Output.Span, "this output is never used, because the steps always return or fail before").
			WithHint("leave it out, or leave out the last return")
	}
}

const notRun = "the step may not have run"

// handlers checks the lists of steps that run when the main flow has ended.
func (c *checker) handlers(flow, end scope) {
	all := flow.withSteps(optional(end.steps, notRun))
	all.loose = end.loose
	failure := all.with("error", errorType)
	failure.returns, failure.cleanup = true, "`on_failure`"
	c.list(c.def.OnFailure, failure)
	cancel := all.with("error", errorType)
	cancel.returns, cancel.cleanup = false, "`on_cancel`"
	cancel.noContinue = "`on_cancel`"
	c.list(c.def.OnCancel, cancel)
	final := all.with("error", errorType.OrNil("the workflow may have succeeded"))
	final.noReturn, final.cleanup = "`finally`", "`finally`"
	c.list(c.def.Finally, final)
	c.deadLetter(c.def.Compensation, all)
}

func (c *checker) deadLetter(k *Compensation, sc scope) {
	if k == nil {
		return
	}
	sc = sc.with("error", errorType)
	sc.noReturn, sc.cleanup = "`dead_letter`", "`dead_letter`"
	c.list(k.DeadLetter, sc.behind(sc.noReturn))
}

// join2 is the type of an output that is of one type or the other; nil means
// that there is no other.
func join2(a, b *types.Type) *types.Type {
	const why = "`catch` or `on_timeout` may have given nil"
	switch {
	case b == nil:
		return a
	case a == nil:
		return b
	case a.Kind == types.Nil:
		return b.OrNil(why)
	case b.Kind == types.Nil:
		return a.OrNil(why)
	}
	return types.Join(a, b)
}
