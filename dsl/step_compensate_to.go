package dsl

import (
	"fmt"

	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/types"
)

// CompensateTo undoes what was registered since a checkpoint, and goes on.
type CompensateTo struct {
	leaf
	Name string
	at   source.Span
}

// Fields declares the keys of a compensate_to step.
func (k *CompensateTo) Fields(f *fields.Set) {
	f.String(&k.Name, "compensate_to", "the checkpoint since which everything is undone", fields.Required, fields.Example("paid"))
	k.at = f.ValueSpan("compensate_to")
}

func (k *CompensateTo) check(c *checker, s *Step, _ scope) *types.Type {
	output := types.ListOf(types.OpenObject)
	if k.Name == "" {
		return output
	}
	found, names, beside := c.passed(s, k.Name)
	if found {
		return output
	}
	switch other := c.checkpoints()[k.Name]; {
	case beside != "":
		c.diags.Error("unknown-checkpoint", k.at, "the checkpoint %q is outside of %s, and what runs beside would be undone too", k.Name, beside).
			WithHint("put a checkpoint into it, or go back after it")
	case other != nil:
		c.diags.Error("unknown-checkpoint", k.at, "the checkpoint %q has not been passed here", k.Name).
			WithNote(other.at, "it is here").
			WithHint("it must stand before this step, in the same list of steps or in one around it")
	default:
		d := c.diags.Error("unknown-checkpoint", k.at, "there is no checkpoint %q", k.Name)
		if len(names) == 0 {
			d.WithHint("write `- checkpoint: %s` before the steps that are undone", k.Name)
			return output
		}
		d.Suggest(k.Name, names)
	}
	return output
}

// passed looks for a checkpoint that has been passed when a step begins: before
// it in its list, or in a list around. It also returns the names of all such,
// and the block between it and the step in which others run at the same time.
func (c *checker) passed(s *Step, name string) (found bool, names []string, beside string) {
	around, inner := enclosuresOf(s, c.def), s
	hidden := false
	look := func(steps []*Step, until *Step) {
		for _, other := range steps {
			if other == until {
				return
			}
			k, ok := other.Body.(*Checkpoint)
			switch {
			case !ok:
			case beside == "":
				names = append(names, k.Name)
				found = found || k.Name == name
			case k.Name == name:
				hidden = true
			}
		}
	}
	for i := len(around) - 1; i >= 0; i-- {
		e := around[i]
		look(c.stepsOf(e), inner)
		if e.of == nil || e.block == "finally" || e.block == "compensate" || e.block == "dead_letter" {
			break
		}
		if try, ok := e.of.Body.(*Try); ok && (e.block == "catch" || e.block == "on_timeout") {
			look(try.Do, nil)
		}
		if beside == "" {
			beside = e.besideOthers()
		}
		inner = e.of
	}
	if !hidden {
		beside = ""
	}
	return found, names, beside
}

// stepsOf are the steps of a block.
func (c *checker) stepsOf(e enclosure) []*Step {
	if e.of == nil {
		return c.def.lists()[e.index].Steps
	}
	return e.of.blocks()[e.index].Steps
}

// besideOthers names a block in which others run at the same time.
func (e enclosure) besideOthers() string {
	if e.index >= len(e.of.Body.Blocks()) {
		return ""
	}
	switch b := e.of.Body.(type) {
	case *Parallel:
		return fmt.Sprintf("the branch %q", e.block)
	case *ForEach:
		if b.Concurrent() {
			return "a loop whose items run at the same time"
		}
	}
	return ""
}
