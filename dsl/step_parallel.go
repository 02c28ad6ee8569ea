package dsl

import (
	"strconv"

	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
	"github.com/partitur/partitur/dsl/types"
)

// Parallel runs branches at the same time and waits for all of them, or for as
// many as are needed.
type Parallel struct {
	Branches      []*Branch
	Need          int    // branches that must succeed, while others may fail; 0 means that none may fail
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
	p.OnBranchError = "cancel"
	f.Node("parallel", "names of branches and their steps", map[string]any{
		"type": "object", "additionalProperties": stepsRef, "minProperties": 1,
	}, func(n *syntax.Node) { p.bindBranches(f, n) }, fields.Required)
	f.Node("join", "how many branches must succeed: `all`, `any` or a number; once they have, the rest are cancelled and what they did is undone; `all` if not set", map[string]any{"anyOf": []any{
		map[string]any{"enum": []string{"all", "any"}}, map[string]any{"type": "integer", "minimum": 1},
	}}, func(n *syntax.Node) { p.bindJoin(f, n) }, fields.Literal)
	f.Enum(&p.OnBranchError, "on_branch_error", "with `join: all`, whether a failed branch cancels the others, or they are waited for; `cancel` if not set", []string{"cancel", "wait"})
	if p.Need > 0 && f.Has("on_branch_error") {
		f.Diags().Error("useless-key", f.KeySpan("on_branch_error"), "a failed branch cancels nothing as long as enough others may succeed: %q has no use here", "on_branch_error").
			WithHint("leave it out; it belongs to join: all")
	}
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

func (p *Parallel) bindJoin(f *fields.Set, n *syntax.Node) {
	need, isInt := n.Data().(int)
	switch {
	case n.Kind == syntax.Broken, n.Kind == syntax.Scalar && n.Value == "all":
	case n.Kind == syntax.Scalar && n.Value == "any":
		p.Need = 1
	case isInt && need >= 1 && need <= len(p.Branches):
		p.Need = need
	case isInt:
		f.Diags().Error("bad-value", n.Span, "%q must be from 1 to the number of branches, %d, not %d", "join", len(p.Branches), need)
	default:
		d := f.Diags().Error("wrong-type", n.Span, "%q must be all, any or a number of branches, not %s", "join", shown(n))
		if _, err := strconv.Atoi(n.Value); err == nil {
			d.WithHint("write it without quotes: %s", n.Value).WithFix(n.Span, n.Value)
		} else {
			d.Suggest(n.Value, []string{"all", "any"})
		}
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
	sc.cleanup = ""
	why := ""
	if p.Need > 0 {
		why = "the branch may have failed, or been cancelled because others succeeded"
	}
	c.branches(s, sc.behind(sc.concurrent), why)
	return parallelType
}

// parallelType is the output of a parallel step: the names of the branches that
// succeeded.
var parallelType = types.ObjectOf(field("first", types.StringType), field("done", types.ListOf(types.StringType)))
