package change

import (
	"fmt"
	"slices"
	"strings"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
)

// A text is a program with its syntax.
type text struct {
	program *dsl.Program
	root    *syntax.Node      // the document of the workflow
	others  []*syntax.Node    // what it leans on
	steps   map[int]*dsl.Step // by the place at which they begin
	nodes   map[*dsl.Step]*syntax.Node
}

// read finds the syntax of a program, which does not keep it.
func read(p *dsl.Program, actions dsl.Catalog) (*text, error) {
	again, err := dsl.Compile(p.Sources, actions)
	if err != nil {
		return nil, err
	}
	t := &text{program: again, steps: map[int]*dsl.Step{}, nodes: map[*dsl.Step]*syntax.Node{}}
	again.WalkAll(func(s *dsl.Step) { t.steps[s.Span.Start] = s })
	var diags diag.List
	for _, n := range syntax.Parse(again.Span.File, &diags) {
		if n.Get("workflow") != nil {
			t.root = n
		}
	}
	if t.root == nil {
		return nil, fmt.Errorf("the document of %q cannot be found", p.Name)
	}
	t.others, err = others(p, &diags)
	t.find(t.root)
	return t, err
}

// find notes the nodes of steps.
func (t *text) find(n *syntax.Node) {
	if s := t.steps[n.Span.Start]; s != nil && n.Kind == syntax.Map && t.nodes[s] == nil && n != t.root {
		t.nodes[s] = n
	}
	for _, item := range n.Items {
		t.find(item)
	}
	for _, e := range n.Entries {
		t.find(e.Value)
	}
}

// step is the one that a node is, or nil.
func (t *text) step(n *syntax.Node) *dsl.Step {
	if s := t.steps[n.Span.Start]; s != nil && t.nodes[s] == n {
		return s
	}
	return nil
}

// list is the steps that the items of a node are, or nil.
func (t *text) list(n *syntax.Node) (steps []*dsl.Step) {
	if n == nil || n.Kind != syntax.List {
		return nil
	}
	for _, item := range n.Items {
		s := t.step(item)
		if s == nil {
			return nil
		}
		steps = append(steps, s)
	}
	return steps
}

// others are the documents that a workflow leans on.
func others(p *dsl.Program, diags *diag.List) (list []*syntax.Node, err error) {
	for _, s := range p.Sources[1:] {
		f := source.NewFile(s.File, []byte(strings.Repeat("\n", s.Line-1)+s.Text))
		nodes := syntax.Parse(f, diags)
		list = append(list, nodes...)
	}
	return list, nil
}

// keys are those of two mappings, in the order of the newer one.
func keys(old, now *syntax.Node) (names []string) {
	for _, n := range []*syntax.Node{now, old} {
		if n == nil {
			continue
		}
		for _, e := range n.Entries {
			if !slices.Contains(names, e.Key.Value) {
				names = append(names, e.Key.Value)
			}
		}
	}
	return names
}

// equal tells whether two nodes mean the same, however they are written.
func equal(a, b *syntax.Node) bool {
	if a == nil || b == nil {
		return a == b
	}
	if a.Kind != b.Kind || a.Kind == syntax.Scalar && (a.Value != b.Value || a.Type != b.Type) {
		return false
	}
	if len(a.Entries) != len(b.Entries) {
		return false
	}
	for _, e := range a.Entries {
		if !equal(e.Value, b.Get(e.Key.Value)) {
			return false
		}
	}
	if !inOrder(a, b) {
		return false
	}
	return slices.EqualFunc(a.Items, b.Items, equal)
}

// inOrder tells whether the branches of a mapping, if these are what it holds,
// stand in the same order: they begin in that.
func inOrder(a, b *syntax.Node) bool {
	var left, right []string
	for _, e := range a.Entries {
		if other := b.Get(e.Key.Value); other != nil && e.Value.Kind == syntax.List && other.Kind == syntax.List {
			left = append(left, e.Key.Value)
		}
	}
	for _, e := range b.Entries {
		if slices.Contains(left, e.Key.Value) {
			right = append(right, e.Key.Value)
		}
	}
	return len(left) < len(a.Entries) || slices.Equal(left, right)
}

func line(n *syntax.Node) string {
	if n == nil || n.Span.File == nil {
		return ""
	}
	l, _ := n.Span.File.Pos(n.Span.Start)
	return fmt.Sprintf("%s:%d", n.Span.File.Name, l)
}

// written is the source of a node, with its lines at the left margin.
func written(n *syntax.Node) string {
	src := n.Span.Text()
	_, col := n.Span.File.Pos(n.Span.Start)
	return strings.TrimRight(strings.ReplaceAll(src, "\n"+strings.Repeat(" ", col-1), "\n"), "\n ")
}

// short is the source of a value for a message.
func short(n *syntax.Node) string {
	if n == nil {
		return "nothing"
	}
	src := []rune(strings.Join(strings.Fields(n.Span.Text()), " "))
	if len(src) > 60 {
		return string(src[:59]) + "…"
	}
	return string(src)
}
