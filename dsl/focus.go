package dsl

import (
	"slices"
	"strings"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/source"
)

// Focus narrows a workspace, and the diagnostics of loading it, to the files
// that were asked for and what they need of the others. Mistakes elsewhere are
// one warning for each file.
func (w *Workspace) Focus(asked []*source.File, diags diag.List) diag.List {
	isAsked := func(at source.Span) bool { return slices.Contains(asked, at.File) }
	needed := w.reach(isAsked)
	w.definitions = slices.DeleteFunc(w.definitions, func(d *Definition) bool { return !needed[d] })
	w.Programs = slices.DeleteFunc(w.Programs, func(p *Program) bool { return !needed[p.Definition] })
	w.Schedules = slices.DeleteFunc(w.Schedules, func(s *Schedule) bool { return !isAsked(s.Span) })
	w.Tests = slices.DeleteFunc(w.Tests, func(t *Cases) bool { return !isAsked(t.Span) })

	undeclared := w.undeclared()
	var kept diag.List
	elsewhere := map[*source.File]diag.List{}
	for _, d := range diags {
		switch {
		case isAsked(d.Span) || w.leansOn(d.Span) || names(d.Span.File, undeclared):
			kept = append(kept, d)
		case d.Severity == diag.Error:
			elsewhere[d.Span.File] = append(elsewhere[d.Span.File], d)
		}
	}
	for _, mistakes := range elsewhere {
		kept.Warn("broken-neighbour", mistakes[0].Span, "this file has mistakes and is left out: nothing that was asked for needs it").
			WithHint("`partitur check %s` shows them all; the first: %s", mistakes[0].Span.File.Name, mistakes[0].Message)
	}
	kept.Sort()
	return kept
}

// reach finds the definitions that are asked for, those that the tests and
// schedules asked for name, and the children of all these.
func (w *Workspace) reach(isAsked func(source.Span) bool) map[*Definition]bool {
	needed := map[*Definition]bool{}
	for _, d := range w.definitions {
		if isAsked(d.Span) {
			w.descend(d, needed)
		}
	}
	for _, t := range w.Tests {
		if isAsked(t.Span) {
			w.descend(w.Definition(t.Workflow), needed)
		}
	}
	for _, s := range w.Schedules {
		if isAsked(s.Span) {
			w.descend(w.Definition(s.Workflow), needed)
		}
	}
	return needed
}

// descend adds a definition and its children, as far as they are defined here.
func (w *Workspace) descend(d *Definition, found map[*Definition]bool) {
	if d == nil || found[d] {
		return
	}
	found[d] = true
	d.WalkAll(func(s *Step) {
		if child, ok := s.Body.(*Child); ok {
			for _, name := range child.Names() {
				w.descend(w.Definition(name), found)
			}
		}
	})
}

// Family is a program and those of its children, and theirs, in the order of the
// workspace: what a worker must know to run it.
func (w *Workspace) Family(p *Program) (list []*Program) {
	needed := map[*Definition]bool{}
	w.descend(p.Definition, needed)
	for _, one := range w.Programs {
		if needed[one.Definition] {
			list = append(list, one)
		}
	}
	return list
}

// leansOn tells whether a place is in a document that some definition needs.
func (w *Workspace) leansOn(at source.Span) bool {
	return slices.ContainsFunc(w.definitions, func(d *Definition) bool {
		return slices.ContainsFunc(w.Needs(d), func(need source.Span) bool {
			return need.File == at.File && need.Start <= at.Start && at.Start <= need.End
		})
	})
}

// undeclared lists the activity types that definitions name and no catalogue
// declares: a file that cannot be read in full may be the one that does.
func (w *Workspace) undeclared() (types []string) {
	for _, d := range w.definitions {
		for name := range d.activities() {
			if w.activityType(name) == nil {
				types = append(types, name)
			}
		}
	}
	return types
}

// names tells whether a file has one of some names in it.
func names(f *source.File, list []string) bool {
	return f != nil && slices.ContainsFunc(list, func(name string) bool { return strings.Contains(string(f.Text), name) })
}
