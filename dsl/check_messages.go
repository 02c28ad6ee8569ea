package dsl

import (
	"strings"

	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/jsonschema"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/types"
)

// messages checks the signals and updates. Their steps see the main flow's as
// optional, since a message may come at any time.
func (c *checker) messages(flow, end scope) {
	all := flow.withSteps(optional(end.steps, notRun))
	all.loose, all.returns = end.loose, false
	all.handler = true
	for _, s := range c.def.Signals {
		c.messageName("signal", s.Name, s.Span)
		c.signal(s, all.with("message", messageType(s.Message)))
	}
	for _, u := range c.def.Updates {
		c.messageName("update", u.Name, u.Span)
		c.update(u, all.with("message", messageType(u.Message)).with("update", updateType))
	}
}

// messageType is what `message` holds in the handler of a message.
func messageType(schema *jsonschema.Schema) *types.Type {
	if schema == nil {
		return types.AnyType
	}
	return schema.Type()
}

// updateType is what `update` holds.
var updateType = types.ObjectOf(field("id", types.StringType), field("name", types.StringType))

func (c *checker) messageName(kind, name string, at source.Span) {
	switch {
	case strings.HasPrefix(name, "__"):
		c.diags.Error("bad-name", at, "%q cannot be a name here", name).WithHint("names that begin with __ belong to Temporal")
	case strings.HasPrefix(name, "partitur."):
		c.diags.Error("bad-name", at, "%q cannot be a name here", name).WithHint("names that begin with partitur. belong to the engine")
	case len(name) > 200:
		c.diags.Error("bad-name", at, "the name of %s has at most 200 characters", stepNoun(kind)).WithHint("shorten it")
	case name == "":
		c.diags.Error("bad-name", at, "%s needs a name", stepNoun(kind)).WithHint("write one before the colon")
	}
}

func stepNoun(kind string) string {
	if kind == "update" {
		return "an update"
	}
	return "a " + kind
}

func (c *checker) signal(s *Signal, sc scope) {
	once := sc.readOnly()
	once.names = once.names.Forbid("now", "it would make every signal another one")
	for _, slot := range s.slots {
		c.check(slot, once)
	}
	if !s.Handled() && s.OnError != "" {
		c.diags.Error("useless-key", s.onErrorAt, "the signal has no steps that could fail: `on_error` has no use here").
			WithHint("leave it out, or add do: [steps]")
	}
	c.list(s.Do, sc)
}

func (c *checker) update(u *Update, sc scope) {
	end := sc
	if u.Do != nil {
		end = c.list(u.Do, sc)
	}
	var output *fields.Slot
	for i, slot := range u.slots {
		switch slot.Name {
		case "output":
			output = &u.slots[i]
		case "check":
			c.check(slot, sc.readOnly())
			c.constant(slot.Expr, "the update is accepted and the rest of it")
		default:
			c.check(slot, sc.readOnly())
		}
	}
	if output != nil {
		c.check(*output, end)
		if leaves(u.Do) {
			c.diags.Warn("unreachable", u.Output.Span, "this output is never used, because the steps of the update leave").
				WithHint("leave it out")
		}
	}
}
