package dsl

import (
	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/types"
)

// A checker finds out whether every name of a definition refers to something
// that exists by then, and whether every expression fits its place. It also
// settles what a step inherits: timeouts and retry policies.
//
// It walks the definition in the order of execution. A scope says what is
// visible at a place; the scope after a step is the one before it plus the step
// and what its blocks export.
type checker struct {
	def   *Definition
	space *Workspace
	diags *diag.List
	ids   map[string]source.Span
	state stateTypes

	step       *Step                  // the step at hand; nil at the top of the document
	slots      map[string]*types.Type // types of its expressions
	pending    []fields.Slot          // those its body has yet to place
	exported   exports                // what its blocks export
	lastOutput *types.Type            // of the last step of the block just checked
}

// exports is what the blocks of a step make visible to the steps after it.
type exports struct {
	steps []types.Field
	loose bool
}

// check checks the definition among the documents it belongs to.
func (d *Definition) check(space *Workspace, diags *diag.List) {
	c := &checker{def: d, space: space, diags: diags, ids: map[string]source.Span{}}
	c.document()
	c.policies()
	start := c.startScope()
	c.startAttributes(start)
	c.state = c.stateTypes(start)
	flow := start.with("state", c.state.read)
	end := c.list(d.Steps, flow)
	c.handlers(flow, end)
	c.messages(flow, end)
	c.versioning(start)
	c.documentSlots(flow, end)
}

// list checks a list of steps that begins in sc, and returns the scope at its
// end.
func (c *checker) list(list []*Step, sc scope) scope {
	saved := *c
	c.lastOutput = types.NilType
	warned := false
	for i, s := range list {
		if !warned && i > 0 && list[i-1].leaves() {
			c.unreachable(list[i-1], s)
			warned = true
		}
		sc = c.one(s, sc)
	}
	last := c.lastOutput
	*c = saved
	c.lastOutput = last
	return sc
}

// one checks one step and returns the scope after it.
func (c *checker) one(s *Step, sc scope) scope {
	c.register(s)
	if b, broken := s.Body.(none); broken {
		return sc.withBroken(s, b)
	}
	c.step, c.slots, c.pending, c.exported = s, map[string]*types.Type{}, nil, exports{}
	sc = c.guard(s, sc)
	if _, loop := s.Body.(repeated); loop {
		sc = c.forgetting(sc, c.changedBy(s, sc))
	}
	for _, slot := range s.slots {
		switch {
		case slot.Expr != nil && slot.Expr == s.If: // checked by guard
		case slot.Sees == "" || slot.Sees == seesSecrets || slot.Sees == seesReadOnly:
			c.slots[slot.Name] = c.check(slot, sc.seeing(slot.Sees))
		default:
			c.pending = append(c.pending, slot)
		}
	}
	pending := c.pending
	c.settle(s, sc)
	raw := s.Body.check(c, s, sc)
	exported := c.exported
	c.pending = pending
	output := c.result(s, sc, raw)
	output = c.modifiers(s, c.forgetting(sc, c.changedBy(s, sc)), exported, output)
	c.lastOutput = output
	if why := s.mayNotSucceed(); why != "" {
		exported.steps = optional(exported.steps, why)
		c.lastOutput = output.OrNil(why)
	}
	after := sc.withSteps(append(sc.steps[:len(sc.steps):len(sc.steps)], exported.steps...))
	after.loose = after.loose || exported.loose || s.looseID
	return c.after(s, after.withStep(s, c.lastOutput))
}

// result checks `expect` and `output`, and returns the type of the step's output.
func (c *checker) result(s *Step, sc scope, raw *types.Type) *types.Type {
	if raw == nil {
		raw = types.AnyType
	}
	c.slot("expect", sc.with("result", raw))
	switch {
	case s.noOutput:
		return types.AnyType
	case s.Output == nil:
		return raw
	}
	return c.slot("output", sc.with("result", raw))
}

// register notes the id of a step and reports a second use of it.
func (c *checker) register(s *Step) {
	if s.ID == "" || c.ids[s.ID] == s.idSpan() {
		return
	}
	at := s.idSpan()
	if first, ok := c.ids[s.ID]; ok {
		c.diags.Error("duplicate-id", at, "the id %q is used twice", s.ID).
			WithNote(first, "it is used here").
			WithHint("ids are unique in a document, those in handlers and compensations included; choose another")
		return
	}
	c.ids[s.ID] = at
}

// branches checks the blocks of a step, all of which begin in sc, and notes
// what they export. A condition that has to hold for a block is known in it; why
// says why a block may not have run, unless all others leave.
func (c *checker) branches(s *Step, sc scope, why string) {
	var exported exports
	blocks := s.Body.Blocks()
	enter := func(i int) scope { return sc.narrow(holdsIn(s, i)) }
	for i, b := range blocks {
		if !b.Exports {
			continue
		}
		end := c.list(b.Steps, enter(i))
		fresh := end.steps[len(sc.steps):]
		if why != "" && !othersLeave(s, blocks, i) {
			fresh = optional(fresh, why)
		}
		exported.steps = append(exported.steps, fresh...)
		exported.loose = exported.loose || end.loose
	}
	c.exported = exported
}
