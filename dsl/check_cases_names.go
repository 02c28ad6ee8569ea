package dsl

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/syntax"
)

// callable lists what a mock can stand for besides HTTP routes, in a workflow and
// the children that run with it: the ids of a child's steps begin with its
// workflow type.
func (w *Workspace) callable(d *Definition) (names []string, readable bool) {
	names, readable = callable(d)
	for _, child := range w.descendants(d) {
		own, sound := callable(child)
		for _, n := range own {
			names = append(names, n, child.Name+"."+n)
		}
		readable = readable && sound
	}
	return names, readable
}

// callable lists what a mock can stand for besides HTTP routes: ids, with those
// of compensations, and activity types.
func callable(d *Definition) (names []string, readable bool) {
	readable = true
	d.WalkAll(func(s *Step) {
		if name := cmp.Or(s.ID, s.ToolName()); name != "" {
			names = append(names, name)
			if s.Compensate != nil && !s.Compensate.None {
				names = append(names, name+".compensate")
			}
		}
		switch b := s.Body.(type) {
		case none:
			readable = false
		case *Activity:
			if b.Type != nil {
				if name, ok := b.Type.Const.(string); ok {
					names = append(names, name)
				}
			}
			names = append(names, b.Allow...)
		case *Child:
			names = append(names, b.Names()...)
		case *Action:
			names = append(names, b.Spec.Name)
		case *Agent:
			names = append(names, LLM)
			if len(b.Servers) > 0 {
				names = append(names, MCPTools, MCPCall)
			}
		}
	})
	return names, readable
}

// reportCall reports the name of a call that the workflow never makes.
func reportCall(n *syntax.Node, known []string, diags *diag.List) {
	if n.Kind != syntax.Scalar || n.Type != syntax.String || strings.ContainsAny(n.Value, " /") || slices.Contains(known, n.Value) {
		return
	}
	d := diags.Error("unknown-call", n.Span, "the workflow has no step or activity %q", n.Value)
	if id, ok := strings.CutSuffix(n.Value, ".compensate"); ok && slices.Contains(known, id) {
		d.Message = fmt.Sprintf("the step %q has no compensation", id)
		return
	}
	d.Suggest(n.Value, known)
}
