package dsl

import (
	"slices"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
)

// A Workspace is a set of files that belong together.
type Workspace struct {
	Project    *Project
	Catalogues []*Catalogue
	Schedules  []*Schedule
	Tests      []*Cases
	Programs   []*Program // the definitions without mistakes, in the order of the files

	actions     Catalog
	definitions []*Definition
}

// Load reads files and checks all that is in them. It reports every mistake it
// finds, sorted; a definition with a mistake does not become a program.
func Load(files []*source.File, actions Catalog) (*Workspace, diag.List) {
	var diags diag.List
	w := &Workspace{actions: actions}
	for _, f := range files {
		for _, n := range syntax.Parse(f, &diags) {
			w.document(n, &diags)
		}
	}
	w.check(&diags)
	diags.Sort()
	return w, diags
}

// Program finds a program by its workflow type, or returns nil.
func (w *Workspace) Program(workflow string) *Program {
	for _, p := range w.Programs {
		if p.Name == workflow {
			return p
		}
	}
	return nil
}

// documents lists the kinds of documents by the key that tells them apart, in
// the order in which the keys decide.
var documents = []struct {
	Key, What string
	New       func() fields.Declarer
}{
	{"project", "a project", func() fields.Declarer { return new(Project) }},
	{"test", "a test document", func() fields.Declarer { return new(Cases) }},
	{"schedule", "a schedule", func() fields.Declarer { return new(Schedule) }},
	{"activities", "a catalogue", func() fields.Declarer { return new(Catalogue) }},
	{"workflow", "a workflow", func() fields.Declarer { return new(Definition) }},
}

// document reads one document.
func (w *Workspace) document(n *syntax.Node, diags *diag.List) {
	if n.Kind == syntax.Broken {
		return
	}
	if n.Kind != syntax.Map {
		diags.Error("not-a-document", n.Span, "this is %s, and a document is a mapping that begins with a key such as workflow:", n.Kind)
		return
	}
	for _, kind := range documents {
		if n.Get(kind.Key) == nil {
			continue
		}
		w.add(kind.New(), kind.What, n, diags)
		return
	}
	explainNoDocument(n, diags)
}

func (w *Workspace) add(d fields.Declarer, what string, n *syntax.Node, diags *diag.List) {
	if _, ok := d.(*Definition); ok {
		w.definitions = append(w.definitions, parseDefinition(n, w.actions, diags))
		return
	}
	fields.Bind(d, what, n, fields.Env{Diags: diags, Context: w.actions})
	switch d := d.(type) {
	case *Project:
		if w.Project != nil {
			diags.Error("two-projects", d.Span, "there are two project documents").
				WithNote(w.Project.Span, "the other is here")
			return
		}
		w.Project = d
	case *Catalogue:
		w.Catalogues = append(w.Catalogues, d)
	case *Schedule:
		w.Schedules = append(w.Schedules, d)
	case *Cases:
		w.Tests = append(w.Tests, d)
	}
}

// DocumentKeys lists the keys that tell what a document is.
func DocumentKeys() (keys []string) {
	for _, kind := range documents {
		keys = append(keys, kind.Key)
	}
	return keys
}

func explainNoDocument(n *syntax.Node, diags *diag.List) {
	keys := DocumentKeys()
	for _, e := range n.Entries {
		if near := diag.Nearest(e.Key.Value, keys); near != "" {
			diags.Error("unknown-key", e.Key.Span, "there is no kind of document that begins with %q", e.Key.Value).
				WithHint("did you mean %s?", near).WithFix(e.Key.Span, near)
			return
		}
	}
	at := n.Span
	if len(n.Entries) > 0 {
		at = n.Entries[0].Key.Span
	}
	diags.Error("not-a-document", at, "nothing here says what the document is").
		WithHint("a workflow begins with workflow: NAME")
}

// check checks the definitions and makes programs of those without mistakes.
func (w *Workspace) check(diags *diag.List) {
	seen := map[string]*Definition{}
	for _, d := range w.definitions {
		if d.Name != "" && seen[d.Name] != nil {
			diags.Error("duplicate-workflow", d.Span.Sub(0, 1), "there are two workflows called %q", d.Name).
				WithNote(seen[d.Name].Span, "the other is here")
			continue
		}
		seen[d.Name] = d
		d.check(w, diags)
		if !broken(d.Span, *diags) {
			w.Programs = append(w.Programs, newProgram(d, w.sources(d)))
		}
	}
}

// broken tells whether there is an error within a span.
func broken(at source.Span, diags diag.List) bool {
	return slices.ContainsFunc(diags, func(d diag.Diagnostic) bool {
		return d.Severity == diag.Error && d.Span.File == at.File && d.Span.Start >= at.Start && d.Span.Start <= at.End
	})
}

// sources are the documents a definition leans on, its own first. Together they
// mean the same on any worker, whatever becomes of the files.
func (w *Workspace) sources(d *Definition) []Source {
	list := []Source{sourceOf(d.Span)}
	if w.Project != nil {
		list = append(list, sourceOf(w.Project.Span))
	}
	for _, c := range w.Catalogues {
		used := false
		d.WalkAll(func(s *Step) {
			if a, ok := s.Body.(*Activity); ok && a.Type != nil {
				name, _ := a.Type.Const.(string)
				used = used || c.Lookup(name) != nil
			}
		})
		if used {
			list = append(list, sourceOf(c.Span))
		}
	}
	return list
}

// activityType finds an activity type in the catalogues, or returns nil.
func (w *Workspace) activityType(name string) *ActivityType {
	for _, c := range w.Catalogues {
		if t := c.Lookup(name); t != nil {
			return t
		}
	}
	return nil
}
