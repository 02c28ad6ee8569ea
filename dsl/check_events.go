package dsl

import (
	"slices"
	"strings"

	"github.com/partitur/partitur/dsl/diag"
)

// descendants are the definitions that a run may have as children, and as theirs,
// each of them once.
func (w *Workspace) descendants(d *Definition) (list []*Definition) {
	for family := d.Children(); len(family) > 0; family = family[1:] {
		child := w.Definition(family[0])
		if child == nil || child == d || slices.Contains(list, child) {
			continue
		}
		list = append(list, child)
		family = append(family, child.Children()...)
	}
	return list
}

// receiver is the definition of the run to which an event happens. It is nil if
// the event names a child by its workflow id, which is known when it runs.
func (w *Workspace) receiver(e *Event, d *Definition, diags *diag.List) *Definition {
	if e.Child == "" {
		return d
	}
	family := w.descendants(d)
	var names []string
	for _, child := range family {
		if child.Name == e.Child {
			return child
		}
		names = append(names, child.Name)
	}
	switch {
	case len(d.Children()) == 0:
		diags.Error("unknown-workflow", e.childAt, "the workflow runs no children").WithHint("leave out child")
	case !slices.Contains(d.Children(), e.Child) && !slices.ContainsFunc(append(family, d), namesChildren) && !strings.Contains(e.Child, "/"):
		found := diags.Error("unknown-workflow", e.childAt, "the workflow runs no child %q", e.Child)
		suggestOr(found, e.Child, names, "write its workflow type")
	}
	return nil
}

// namesChildren tells whether a definition gives children workflow ids of its own.
func namesChildren(d *Definition) (named bool) {
	d.WalkAll(func(s *Step) {
		b, is := s.Body.(*Child)
		named = named || is && b.WorkflowID != nil
	})
	return named
}
