package dsl

import (
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
	"github.com/partitur/partitur/dsl/types"
)

// Parallel runs branches at the same time and waits for all of them.
type Parallel struct {
	Branches      []*Branch
	Join          string
	OnBranchError string // cancel or wait
}

// A Branch is one named list of steps.
type Branch struct {
	Name string
	Span source.Span
	Do   []*Step
}

// Fields declares the keys of a parallel step.
func (p *Parallel) Fields(f *fields.Set) {
	p.Join, p.OnBranchError = "all", "cancel"
	f.Node("parallel", "names of branches and their steps", map[string]any{
		"type": "object", "additionalProperties": stepsRef, "minProperties": 1,
	}, func(n *syntax.Node) { p.bindBranches(f, n) }, fields.Required)
	f.Enum(&p.Join, "join", "when the block is done: `all` branches", []string{"all"})
	f.Enum(&p.OnBranchError, "on_branch_error", "whether a failed branch cancels the others, or they are waited for; `cancel` if not set", []string{"cancel", "wait"})
}

func (p *Parallel) bindBranches(f *fields.Set, n *syntax.Node) {
	if n.Kind != syntax.Map {
		f.Diags().Error("wrong-type", n.Span.Sub(0, firstLine(n)), "%q must be a mapping from names of branches to their steps, not %s", "parallel", shown(n)).
			WithHint("write `left: [steps]` and `right: [steps]` below it, with names of your own")
		p.Branches = append(p.Branches, &Branch{"", n.Span, []*Step{brokenStep(n)}})
		return
	}
	if len(n.Entries) == 0 {
		f.Diags().Error("no-steps", n.Span, "there are no branches").WithHint("write `left: [steps]` and `right: [steps]`, with names of your own")
	}
	for _, e := range n.Entries {
		if e.Key.Kind != syntax.Broken {
			fields.ValidName(e.Key, f.Diags())
		}
		p.Branches = append(p.Branches, &Branch{e.Key.Value, e.Key.Span, parseSteps(e.Value, f)})
	}
}

// Blocks returns each branch as a block of its own, since none sees another.
func (p *Parallel) Blocks() (blocks []Block) {
	for _, b := range p.Branches {
		blocks = append(blocks, Block{b.Name, b.Do, true})
	}
	return blocks
}

func (p *Parallel) check(c *checker, s *Step, sc scope) *types.Type {
	sc.concurrent = "a branch of parallel"
	sc = sc.behind(sc.concurrent)
	c.branches(s, sc, "")
	return types.NilType
}
