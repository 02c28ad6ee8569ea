package dsl

import (
	"fmt"

	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/types"
)

// Checkpoint marks a place that a compensate_to step goes back to.
type Checkpoint struct {
	leaf
	Name string
	at   source.Span
}

// Fields declares the keys of a checkpoint step.
func (k *Checkpoint) Fields(f *fields.Set) {
	f.Ident(&k.Name, "checkpoint", "the name by which `compensate_to` goes back to this place", fields.Required, fields.Example("paid"))
	k.at = f.ValueSpan("checkpoint")
}

func (k *Checkpoint) check(c *checker, s *Step, _ scope) *types.Type {
	if first := c.checkpoints()[k.Name]; first != nil && first != k && k.Name != "" {
		c.diags.Error("duplicate-name", k.at, "the checkpoint %q is there twice", k.Name).
			WithNote(first.at, "it is here").
			WithHint("checkpoints are unique in a document; choose another name")
	}
	if where := c.notUndone(s); where != "" {
		c.diags.Error("misplaced-checkpoint", s.verbSpan, "what %s does is not undone, so there is nothing to go back to", where).
			WithHint("put the steps that are undone together into a saga: here, and the checkpoint into it")
	}
	return types.NilType
}

// checkpoints are those of the definition by their names, the first of each.
func (c *checker) checkpoints() map[string]*Checkpoint {
	found := map[string]*Checkpoint{}
	c.def.WalkAll(func(s *Step) {
		if k, ok := s.Body.(*Checkpoint); ok && found[k.Name] == nil {
			found[k.Name] = k
		}
	})
	return found
}

// notUndone names the handler in which a step stands, if no compensation that
// is registered there is ever run.
func (c *checker) notUndone(s *Step) string {
	around := enclosuresOf(s, c.def)
	for i := len(around) - 1; i >= 0; i-- {
		e := around[i]
		if e.of == nil {
			switch e.block {
			case "on_failure", "on_cancel", "finally", "dead_letter":
				return fmt.Sprintf("`%s`", e.block)
			}
			continue
		}
		switch e.block {
		case "finally", "compensate", "dead_letter":
			return fmt.Sprintf("`%s`", e.block)
		}
		if e.ownsUndo() {
			return ""
		}
	}
	return ""
}

// ownsUndo tells whether what is registered in the block is undone when the
// block fails. Modifiers of the same step do not belong to it.
func (e enclosure) ownsUndo() bool {
	switch e.of.Body.(type) {
	case *Saga, *Parallel, *ForEach, *Fallback:
		return e.index < len(e.of.Body.Blocks())
	}
	return false
}
