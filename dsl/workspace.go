package dsl

import (
	"slices"
	"strings"

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
		diags.Error("not-a-document", n.Span.Sub(0, firstLine(n)), "a document is a mapping that begins with a key such as workflow:, and this is %s", shown(n)).
			WithHint("write workflow: NAME, and steps: below it")
		return
	}
	for _, kind := range documents {
		if n.Get(kind.Key) == nil {
			continue
		}
		if v := n.Get(kind.Key); kind.Key == "workflow" && v.Kind == syntax.Map {
			diags.Error("wrong-type", v.Span.Sub(0, firstLine(v)), "%q must be the name of the workflow, not a mapping", kind.Key).
				WithHint("write workflow: NAME, and the other keys below it at the same indentation as workflow:")
			return
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
	if _, ok := d.(*Cases); ok {
		n = spread(n, diags)
	}
	fields.Bind(d, what, n, fields.Env{Diags: diags, Context: w.actions})
	switch d := d.(type) {
	case *Project:
		if w.Project != nil {
			diags.Error("two-projects", d.Span.Sub(0, len("project")), "there are two project documents").
				WithNote(w.Project.Span.Sub(0, len("project")), "the other is here").
				WithHint("files are checked together with one project: make one of the two")
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
	if fields.Lost(n, diags) {
		return
	}
	keys := DocumentKeys()
	at := n.Span.Sub(0, 1)
	if len(n.Entries) > 0 {
		at = n.Entries[0].Key.Span
	}
	for _, e := range n.Entries {
		if e.Key.Kind == syntax.Broken {
			return
		}
	}
	for _, e := range n.Entries {
		if other := foreignDocuments[strings.ToLower(e.Key.Value)]; other != "" {
			diags.Error("not-a-document", at, "this looks like %s", other).
				WithHint("a workflow begins with workflow: NAME, and has its steps under steps:")
			return
		}
	}
	for _, e := range n.Entries {
		if near := diag.Nearest(e.Key.Value, keys); near != "" {
			diags.Error("unknown-key", e.Key.Span, "there is no kind of document that begins with %q", e.Key.Value).
				WithHint("did you mean %s?", near).WithFix(e.Key.Span, near)
			return
		}
	}
	diags.Error("not-a-document", at, "nothing here says what the document is").
		WithHint("a workflow begins with workflow: NAME")
}

// check checks the definitions and makes programs of those without mistakes.
func (w *Workspace) check(diags *diag.List) {
	w.checkProject(diags)
	w.checkCatalogues(diags)
	seen := map[string]*Definition{}
	for _, d := range w.definitions {
		if first := seen[d.Name]; d.Name != "" && first != nil {
			diags.Error("duplicate-workflow", d.nameAt, "there are two workflows called %q", d.Name).
				WithNote(first.nameAt, "the other is here").
				WithHint("clients start a workflow by its name: choose another")
		}
		seen[d.Name] = d
		d.check(w, diags)
	}
	w.checkSchedules(diags)
	w.checkCases(diags)
	w.makePrograms(*diags)
}

// makePrograms makes programs of the definitions that have no mistakes, nor
// have the documents they lean on.
func (w *Workspace) makePrograms(diags diag.List) {
	for _, d := range w.definitions {
		if !slices.ContainsFunc(w.Needs(d), diags.Within) {
			p := newProgram(d, w.sources(d))
			p.Queues = w.childQueues(d)
			if w.Project != nil {
				p.Groups, p.URL = w.Project.Groups, w.Project.URL
			}
			w.Programs = append(w.Programs, p)
		}
	}
}

// Definition finds a definition by its workflow type, be it without mistakes or
// not, or returns nil.
func (w *Workspace) Definition(workflow string) *Definition {
	for _, d := range w.definitions {
		if d.Name == workflow {
			return d
		}
	}
	return nil
}

// Definitions are all definitions, those with mistakes included.
func (w *Workspace) Definitions() []*Definition { return w.definitions }

// activityType finds an activity type in the catalogues, or returns nil.
func (w *Workspace) activityType(name string) *ActivityType {
	for _, c := range w.Catalogues {
		if t := c.Lookup(name); t != nil {
			return t
		}
	}
	return nil
}
