package dsl

import (
	"fmt"

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
	state *types.Type

	slots      map[string]*types.Type // types of the current step's expressions
	pending    []fields.Slot          // those its body has yet to place
	exported   []types.Field          // what the current step's blocks export
	lastOutput *types.Type            // of the last step of the block just checked
}

// check checks the definition among the documents it belongs to.
func (d *Definition) check(space *Workspace, diags *diag.List) {
	c := &checker{def: d, space: space, diags: diags, ids: map[string]source.Span{}}
	c.names()
	c.policies()
	start := c.startScope()
	c.state = c.stateType(start)
	flow := start.with("state", c.state)
	end := c.steps(d.Steps, flow, nil)
	c.handlers(flow, end)
	c.documentSlots(start, flow, end)
}

// names checks names that must be of a form of their own.
func (c *checker) names() {
	if len(c.def.Name) > 200 {
		c.diags.Error("bad-name", c.def.Span, "the name of a workflow type has at most 200 characters")
	}
	for _, q := range c.def.Queries {
		if len(q.Name) > 2 && q.Name[:2] == "__" {
			c.diags.Error("bad-name", q.Span, "names that begin with __ belong to Temporal")
		}
	}
}

// documentSlots checks the expressions that stand at the top of the document.
func (c *checker) documentSlots(start, flow, end scope) {
	for _, slot := range c.def.slots {
		switch slot.Sees {
		case seesStart: // checked with the state
		case seesEnd:
			c.check(slot, end)
		case seesQuery:
			c.check(slot, flow.withSteps(optional(end.steps, notRun)).readOnly())
		}
	}
}

const notRun = "the step may not have run"

// handlers checks the lists of steps that run when the main flow has ended.
func (c *checker) handlers(flow, end scope) {
	all := flow.withSteps(optional(end.steps, notRun))
	c.steps(c.def.OnFailure, all.with("error", errorType), nil)
	c.steps(c.def.OnCancel, all.with("error", errorType), nil)
	final := all.with("error", errorType.OrNil("the workflow may have succeeded"))
	final.noReturn = "`finally`"
	c.steps(c.def.Finally, final, nil)
	c.deadLetter(c.def.Compensation, all)
}

func (c *checker) deadLetter(k *Compensation, sc scope) {
	if k == nil {
		return
	}
	sc = sc.with("error", errorType)
	sc.noReturn = "`dead_letter`"
	c.steps(k.DeadLetter, sc, nil)
}

// steps checks a list of steps that begins in sc, and returns the scope at its
// end. In is the step that holds the list, if one does.
func (c *checker) steps(list []*Step, sc scope, in *Step) scope {
	saved := *c
	c.lastOutput = types.NilType
	for _, s := range list {
		sc = c.step(s, sc)
	}
	last := c.lastOutput
	*c = saved
	c.lastOutput = last
	return sc
}

// step checks one step and returns the scope after it.
func (c *checker) step(s *Step, sc scope) scope {
	if _, broken := s.Body.(none); broken {
		return sc.withBroken(s.ID)
	}
	c.register(s)
	c.slots, c.pending, c.exported = map[string]*types.Type{}, nil, nil
	for _, slot := range s.slots {
		if slot.Sees == "" || slot.Sees == seesSecrets || slot.Sees == seesReadOnly {
			c.slots[slot.Name] = c.check(slot, sc.seeing(slot.Sees))
		} else {
			c.pending = append(c.pending, slot)
		}
	}
	pending := c.pending
	c.settle(s, sc)
	raw := s.Body.check(c, s, sc)
	exported := c.exported
	c.pending = pending
	output := c.result(s, sc, raw)
	c.modifiers(s, sc, exported, output)
	c.lastOutput = output
	if why := s.mayNotSucceed(); why != "" {
		exported = optional(exported, why)
		c.lastOutput = output.OrNil(why)
	}
	after := sc.withSteps(append(sc.steps[:len(sc.steps):len(sc.steps)], exported...))
	return after.withStep(s, c.lastOutput)
}

// result checks `expect` and `output`, and returns the type of the step's output.
func (c *checker) result(s *Step, sc scope, raw *types.Type) *types.Type {
	if s.Expect == nil && s.Output == nil {
		return raw
	}
	c.slot("expect", sc.with("result", raw))
	if s.Output == nil {
		return raw
	}
	return c.slot("output", sc.with("result", raw))
}

// modifiers checks what follows a step: catch, finally, on_timeout, compensate.
// They see the step itself and the steps inside it.
func (c *checker) modifiers(s *Step, sc scope, exported []types.Field, output *types.Type) {
	inside := sc.withSteps(append(sc.steps[:len(sc.steps):len(sc.steps)], optional(exported, notRun)...))
	own := inside.withStep(s, output.OrNil("the step has not succeeded"))
	for _, k := range s.Catch {
		in := own.with("error", errorType)
		for _, slot := range k.slots {
			c.check(slot, in)
		}
		c.steps(k.Do, in, s)
	}
	if s.OnTimeout != nil {
		for _, slot := range s.OnTimeout.slots {
			c.check(slot, own)
		}
		c.steps(s.OnTimeout.Steps, own, s)
	}
	final := own.with("error", errorType.OrNil("the step may have succeeded"))
	final.noReturn = "`finally`"
	c.steps(s.Finally, final, s)
	c.compensate(s, sc, exported, output)
}

func (c *checker) compensate(s *Step, sc scope, exported []types.Field, output *types.Type) {
	k := s.Compensate
	if k == nil || k.None {
		return
	}
	own := sc.withSteps(append(sc.steps[:len(sc.steps):len(sc.steps)], exported...)).withStep(s, output)
	if k.Before {
		hidden := *types.AnyType
		hidden.Hidden = "the compensation is registered before its step has an output"
		own = sc.withStep(s, &hidden)
	}
	own.noReturn, own.undoing = "a compensation", true
	c.steps(k.Steps, own, s)
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
	for _, k := range s.Catch {
		if k.Output == nil && !leaves(k.Do) {
			return "the step may have failed"
		}
	}
	return ""
}

// leaves tells whether a list of steps never goes on after its end.
func leaves(steps []*Step) bool {
	if len(steps) == 0 {
		return false
	}
	last := steps[len(steps)-1]
	if last.If != nil && last.Verb != "if" || last.OnError != "" || last.Catch != nil {
		return false
	}
	switch b := last.Body.(type) {
	case *Return, *Fail:
		return true
	case *If:
		return b.Else != nil && leaves(b.Then) && leaves(b.Else)
	case *Try:
		return leaves(b.Do)
	}
	return false
}

// register notes the id of a step and reports a second use of it.
func (c *checker) register(s *Step) {
	if s.ID == "" {
		return
	}
	at := s.idSpan()
	if first, ok := c.ids[s.ID]; ok {
		c.diags.Error("duplicate-id", at, "the id %q is used twice", s.ID).
			WithNote(first, "it is used here").
			WithHint("ids are unique in a document; choose another")
		return
	}
	c.ids[s.ID] = at
}

// branches checks the blocks of a step, all of which begin in sc, and notes
// what they export; why says why one of them may not have run.
func (c *checker) branches(s *Step, sc scope, why string) {
	var exported []types.Field
	for _, b := range s.Body.Blocks() {
		if !b.Exports {
			continue
		}
		end := c.steps(b.Steps, sc, s)
		fresh := end.steps[len(sc.steps):]
		if why != "" {
			fresh = optional(fresh, why)
		}
		exported = append(exported, fresh...)
	}
	c.exported = exported
}

// check checks one expression in a scope and returns its type.
func (c *checker) check(slot fields.Slot, sc scope) *types.Type {
	before := c.diags.Errors()
	var t *types.Type
	if slot.Expr != nil {
		t = slot.Expr.Check(sc.expr(), c.diags)
	} else {
		t = slot.Value.Check(sc.expr(), c.diags)
	}
	if slot.Want != nil && c.diags.Errors() == before {
		c.assignable(t, slot.Want, slot.Span(), fmt.Sprintf("%q", slot.Name))
	}
	return t
}

// slot checks the expression of the current step's field of that name, which
// waited for its scope. It returns Any if there is none.
func (c *checker) slot(name string, sc scope) *types.Type {
	for _, slot := range c.pending {
		if slot.Name == name {
			c.slots[name] = c.check(slot, sc.seeing(slot.Sees))
			return c.slots[name]
		}
	}
	return types.AnyType
}

// typeOf is the type of an expression of the current step.
func (c *checker) typeOf(name string) *types.Type {
	if t := c.slots[name]; t != nil {
		return t
	}
	return types.AnyType
}
