package change

import (
	"fmt"
	"slices"
	"strings"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/syntax"
)

// steps compares two lists of steps.
func (d *differ) steps(old, now []*dsl.Step) {
	match := d.align(old, now)
	i := 0
	var come []*dsl.Step
	for j, s := range now {
		if match[j] < 0 {
			come = append(come, s)
			continue
		}
		d.region(old[i:match[j]], come, regionAt{before: s})
		d.pair(old[match[j]], s)
		i, come = match[j]+1, nil
	}
	d.region(old[i:], come, regionAt{last: true})
}

// align says for each of the newer steps which of the older ones it is, in
// order, or -1.
func (d *differ) align(old, now []*dsl.Step) []int {
	same := func(i, j int) bool { return d.sign(d.old, old[i]) == d.sign(d.now, now[j]) }
	match := longest(len(old), len(now), same)
	d.alignRest(old, now, match)
	return match
}

// longest finds the longest common subsequence.
func longest(n, m int, same func(i, j int) bool) []int {
	length := make([][]int, n+1)
	for i := range length {
		length[i] = make([]int, m+1)
	}
	for i := n - 1; i >= 0; i-- {
		for j := m - 1; j >= 0; j-- {
			length[i][j] = max(length[i+1][j], length[i][j+1])
			if same(i, j) {
				length[i][j] = length[i+1][j+1] + 1
			}
		}
	}
	match := make([]int, m)
	for j := range match {
		match[j] = -1
	}
	for i, j := 0, 0; i < n && j < m; {
		switch {
		case same(i, j):
			match[j] = i
			i, j = i+1, j+1
		case length[i+1][j] >= length[i][j+1]:
			i++
		default:
			j++
		}
	}
	return match
}

// alignRest pairs steps without ids that stand at the same place and are of the
// same kind: they have been edited.
func (d *differ) alignRest(old, now []*dsl.Step, match []int) {
	taken := map[int]bool{}
	for _, i := range match {
		taken[i] = true
	}
	from := 0
	for j, s := range now {
		if match[j] >= 0 {
			from = match[j] + 1
			continue
		}
		for i := from; i < len(old) && !taken[i]; i++ {
			if s.ID == "" && old[i].ID == "" && s.Verb == old[i].Verb && s.Verb != "patch" {
				match[j], taken[i], from = i, true, i+1
				break
			}
		}
	}
}

// sign is what a step is recognized by in the other text.
func (d *differ) sign(t *text, s *dsl.Step) string {
	if s.ID != "" {
		return "id " + s.ID
	}
	if p, ok := s.Body.(*dsl.Patch); ok {
		return "patch " + p.ID
	}
	return s.Verb + " " + canonical(t.nodes[s])
}

// canonical is a text that equal nodes have in common.
func canonical(n *syntax.Node) string {
	var b strings.Builder
	var write func(n *syntax.Node)
	write = func(n *syntax.Node) {
		fmt.Fprintf(&b, "%d%d%q", n.Kind, n.Type, n.Value)
		for _, item := range n.Items {
			b.WriteByte('[')
			write(item)
		}
		names := keys(n, nil)
		slices.Sort(names)
		for _, name := range names {
			b.WriteString("{" + name + ":")
			write(n.Get(name))
		}
		b.WriteByte(')')
	}
	write(n)
	return b.String()
}

// regionAt says where in a list some steps differ: before a step that both
// have, or at the end.
type regionAt struct {
	before *dsl.Step
	last   bool
}

// region compares steps between two that both texts have.
func (d *differ) region(gone, come []*dsl.Step, at regionAt) {
	if len(gone)+len(come) == 0 {
		return
	}
	if rest, ok := d.guarded(gone, come); ok {
		d.region(nil, rest, at)
		return
	}
	if rest, ok := d.unguarded(gone, come); ok {
		d.region(rest, nil, at)
		return
	}
	for _, s := range gone {
		d.removed(s, come, at)
	}
	for _, s := range come {
		d.added(s, gone, at)
	}
}

// guarded recognizes steps that have been put behind a patch: what is gone
// stands under its else. It returns the other steps that have come.
func (d *differ) guarded(gone, come []*dsl.Step) (rest []*dsl.Step, ok bool) {
	for i, s := range come {
		p, is := s.Body.(*dsl.Patch)
		if !is || d.knows(d.old, p.ID) || len(gone) > 0 && !overlap(gone, p.Else) {
			continue
		}
		c := Change{Step: nameOf(s), What: fmt.Sprintf("the patch %q guards what is new", p.ID), Verdict: Safe, Why: "runs that went by go on with the steps under else"}
		if d.now.program.Deprecated(p.ID) {
			c.Verdict, c.Why = Patch, "it is deprecated from the beginning, so that runs that went by are refused: write active"
		}
		d.add(c, nil, d.now.nodes[s])
		d.steps(gone, p.Else)
		return append(slices.Clone(come[:i]), come[i+1:]...), true
	}
	return nil, false
}

// unguarded recognizes a patch that has gone, of which the steps under then
// stay. It returns the other steps that are gone.
func (d *differ) unguarded(gone, come []*dsl.Step) (rest []*dsl.Step, ok bool) {
	for i, s := range gone {
		p, is := s.Body.(*dsl.Patch)
		if !is || !overlap(p.Then, come) {
			continue
		}
		c := Change{Step: nameOf(s), What: fmt.Sprintf("the patch %q is gone, its new steps stay", p.ID), Verdict: Safe, Why: "every run has the change"}
		if !d.old.program.Deprecated(p.ID) {
			c.Verdict, c.Why = Patch, "runs may go on that do not have the change: deprecate it first, and take it away once no run without it is left"
		}
		d.add(c, d.old.nodes[s], nil)
		d.steps(p.Then, come)
		return append(slices.Clone(gone[:i]), gone[i+1:]...), true
	}
	return nil, false
}

// overlap tells whether two lists have a step in common.
func overlap(a, b []*dsl.Step) bool {
	for _, s := range a {
		for _, other := range b {
			if s.ID != "" && s.ID == other.ID || s.ID == "" && other.ID == "" && s.Verb == other.Verb {
				return true
			}
		}
	}
	return false
}

// knows tells whether a text declares a patch.
func (d *differ) knows(t *text, id string) bool {
	for _, p := range t.program.Patches {
		if p.ID == id {
			return true
		}
	}
	return false
}

func (d *differ) removed(s *dsl.Step, come []*dsl.Step, at regionAt) {
	n := d.old.nodes[s]
	c := Change{Step: nameOf(s), What: fmt.Sprintf("the step %q is gone", nameOf(s)), Verdict: Patch}
	switch {
	case d.elsewhere(d.now, s):
		c.What, c.Why = fmt.Sprintf("the step %q stands somewhere else", nameOf(s)), "a run that has recorded it here would be blocked"
	case d.silent(s) && !d.decides(at):
		c.Verdict, c.Why = Safe, "no event tells of it"
	default:
		c.Why, c.Snippet = "a run that has recorded it would be blocked", d.guard(s, nil, "drop")
	}
	d.add(c, n, nil)
}

func (d *differ) added(s *dsl.Step, gone []*dsl.Step, at regionAt) {
	n := d.now.nodes[s]
	c := Change{Step: nameOf(s), What: fmt.Sprintf("the step %q is new", nameOf(s)), Verdict: Patch}
	_, patch := s.Body.(*dsl.Patch)
	switch {
	case d.elsewhere(d.old, s):
		return // said where it stood
	case patch && d.knows(d.old, s.Body.(*dsl.Patch).ID):
		c.Why = "another place asks for this patch, or did: a patch that runs have recorded must not be asked for earlier; take another id"
	case d.silent(s) && d.total(n, nil) && !d.decides(at):
		c.Verdict, c.Why = Safe, "no event tells of it"
	case d.silent(s) && !d.decides(at):
		c.Why = "it computes something: if that fails, a run that went by would be blocked"
		c.Snippet = d.guard(nil, s, "add")
	default:
		c.Why, c.Snippet = "a run that went by without it would be blocked", d.guard(nil, s, "add")
	}
	d.add(c, nil, n)
}

// elsewhere tells whether the other text has a step of the same id.
func (d *differ) elsewhere(t *text, s *dsl.Step) bool {
	return s.ID != "" && slices.Contains(t.program.IDs, s.ID)
}

// silent tells whether nothing that the step does is recorded, nor read by
// others.
func (d *differ) silent(s *dsl.Step) bool {
	switch s.Body.(type) {
	case *dsl.Log, *dsl.Details:
		return s.If == nil && s.Timeout == nil && s.Catch == nil && s.Finally == nil && s.Compensate == nil && !s.Pivot
	}
	return false
}

// decides tells whether the output of the last step of the list is that of the
// block around, so that another last step changes it.
func (d *differ) decides(at regionAt) bool {
	if !at.last || len(d.at) == 0 {
		return false
	}
	switch b := d.at[len(d.at)-1].now.Body.(type) {
	case *dsl.ForEach:
		return b.Collect == nil
	case *dsl.Fallback, *dsl.Parallel:
		return true
	}
	return false
}

// pair compares a step with what has become of it.
func (d *differ) pair(old, now *dsl.Step) {
	was, is := d.old.nodes[old], d.now.nodes[now]
	d.at = append(d.at, pair{old, now})
	defer func() { d.at = d.at[:len(d.at)-1] }()
	if equal(was, is) {
		d.paths(was, is)
		return
	}
	d.path(old, now)
	if old.Verb != now.Verb {
		d.add(Change{
			What: fmt.Sprintf("the step was %s, and is %s", old.Verb, now.Verb), Verdict: Patch,
			Why: "a run that has recorded it would be blocked", Snippet: d.guard(old, now, "change"),
		}, was, is)
		return
	}
	for _, key := range keys(was, is) {
		d.node([]string{key}, was.Get(key), is.Get(key))
	}
}

// paths compares the names of the steps inside two nodes that are equal.
func (d *differ) paths(was, is *syntax.Node) {
	old, now := d.old.within(was), d.now.within(is)
	for i := range min(len(old), len(now)) {
		d.path(old[i], now[i])
	}
}

// within lists the steps in a node, in source order.
func (t *text) within(n *syntax.Node) (list []*dsl.Step) {
	if n == nil {
		return nil
	}
	if s := t.step(n); s != nil {
		list = append(list, s)
	}
	for _, item := range n.Items {
		list = append(list, t.within(item)...)
	}
	for _, e := range n.Entries {
		list = append(list, t.within(e.Value)...)
	}
	return list
}

// path compares the name under which a step is recorded.
func (d *differ) path(old, now *dsl.Step) {
	if old.Path == now.Path || !d.isRecorded(now) {
		return
	}
	d.add(Change{
		Step: nameOf(now), Verdict: Patch,
		What: fmt.Sprintf("the step %q is recorded as %q, and would be %q", nameOf(old), old.Path, now.Path),
		Why:  "the name under which a run records a step is made of the ids around it, and of positions where there is none: keep the id, or guard the step",
	}, d.old.nodes[old], d.now.nodes[now])
}

// isRecorded tells whether the path of a step is in a history, or its random
// numbers depend on it.
func (d *differ) isRecorded(s *dsl.Step) bool {
	if child, ok := s.Body.(*dsl.Child); ok {
		return child.WorkflowID == nil
	}
	own := d.now.nodes[s].Span.Text()
	return s.IsActivity() || strings.Contains(own, "uuid(") || strings.Contains(own, "random")
}
