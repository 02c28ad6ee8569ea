package dsl

import (
	"slices"

	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
)

// A Group is a set of users with a name.
type Group struct {
	Name    string
	Span    source.Span
	Members []string
}

var groupsSchema = map[string]any{"type": "object", "additionalProperties": map[string]any{
	"type": "array", "items": map[string]any{"type": "string"},
}}

// bindGroups binds the groups of a project.
func (p *Project) bindGroups(f *fields.Set) {
	f.Node("groups", "who belongs to a group, by name: approvals ask `group:NAME`", groupsSchema, func(n *syntax.Node) {
		if n.Kind != syntax.Map {
			f.Diags().Error("wrong-type", n.Span, "%q must be a mapping from names to lists of users, not %s", "groups", shown(n)).
				WithHint("write {finance: [alice, bob]}")
			return
		}
		for _, e := range n.Entries {
			if e.Key.Kind == syntax.Broken || e.Value.Kind == syntax.Broken {
				continue
			}
			g := &Group{Name: e.Key.Value, Span: e.Key.Span}
			one := syntax.Node{Kind: syntax.Map, Span: e.Value.Span, Entries: []syntax.Entry{e}}
			fields.Bind(groupMembers{g}, "groups", &one, f.Env())
			p.Groups = append(p.Groups, g)
			g.check(e, f)
		}
	})
	p.looseGroups = len(p.Groups) == 0 && !f.Sound("groups")
}

// groupMembers binds the members of one group.
type groupMembers struct{ *Group }

// Fields declares the one key.
func (g groupMembers) Fields(f *fields.Set) { f.Strings(&g.Members, g.Name, "") }

// check reports members that cannot be users.
func (g *Group) check(e syntax.Entry, f *fields.Set) {
	at := nameSpans(e.Value)
	for i, m := range g.Members {
		switch {
		case i >= len(at):
			return
		case isGroup(m):
			f.Diags().Error("bad-value", at[i], "a group has users as its members, and %q is a group", m).
				WithHint("list its members here, too")
		case slices.Contains(g.Members[:i], m):
			f.Diags().Error("duplicate-name", at[i], "%q is listed twice", m).WithHint("remove one of them")
		}
	}
}

// Group finds a group by name, or returns nil.
func (p *Project) Group(name string) *Group {
	if p == nil {
		return nil
	}
	for _, g := range p.Groups {
		if g.Name == name {
			return g
		}
	}
	return nil
}
