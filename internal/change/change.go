// Package change compares two texts of workflows, and says of each difference
// what becomes of runs that are under way and go on with the newer text.
package change

import (
	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/syntax"
)

// A Verdict says what a change does to runs that are under way.
type Verdict string

// The verdicts, from the mildest to the worst.
const (
	Safe    Verdict = "safe"     // runs do what they have done before
	NewRuns Verdict = "new_runs" // what has been sent stays as it was; what comes later takes the change
	Patch   Verdict = "patch"    // a run that went by before would be blocked
)

// A Change is one difference between two texts.
type Change struct {
	Workflow string  `json:"workflow"`
	Step     string  `json:"step,omitempty"` // id or path
	What     string  `json:"what"`
	Verdict  Verdict `json:"verdict"`
	Why      string  `json:"why,omitempty"`
	Snippet  string  `json:"snippet,omitempty"` // to write instead
	Old      string  `json:"old,omitempty"`     // file:line
	New      string  `json:"new,omitempty"`
}

// A Comparison is what has changed of one workflow.
type Comparison struct {
	Workflow string `json:"workflow"`
	// Upgrade is when runs of the older text take a newer one: only with always
	// do those under way follow it.
	Upgrade string   `json:"upgrade"`
	Changes []Change `json:"changes"`
}

// Follows tells whether runs under way go on with the newer text.
func (c *Comparison) Follows() bool { return c.Upgrade == dsl.UpgradeAlways }

// Worst is the worst verdict.
func (c *Comparison) Worst() Verdict {
	worst := Safe
	for _, one := range c.Changes {
		if one.Verdict == Patch || one.Verdict == NewRuns && worst == Safe {
			worst = one.Verdict
		}
	}
	return worst
}

// Programs compares two texts of a workflow. The verdicts are those for runs
// that follow the newer one at once.
func Programs(before, after *dsl.Program, actions dsl.Catalog) (*Comparison, error) {
	c := &Comparison{Workflow: after.Name, Upgrade: before.Versioning.Upgrade, Changes: []Change{}}
	if c.Upgrade == "" || !after.Upgrades(dsl.UpgradeAlways) && c.Upgrade == dsl.UpgradeAlways {
		c.Upgrade = dsl.UpgradeNever
	}
	if before.Digest == after.Digest {
		return c, nil
	}
	old, err := read(before, actions)
	if err != nil {
		return nil, err
	}
	now, err := read(after, actions)
	if err != nil {
		return nil, err
	}
	d := &differ{old: old, now: now, comparison: c}
	d.document()
	d.leanedOn()
	return c, nil
}

// A differ compares two texts of a workflow.
type differ struct {
	old, now   *text
	comparison *Comparison
	at         []pair // the steps around, outermost first
}

// A pair is a step as it was and as it is.
type pair struct{ old, now *dsl.Step }

// add notes a change of the innermost step.
func (d *differ) add(c Change, old, now *syntax.Node) *Change {
	c.Workflow = d.comparison.Workflow
	if c.Step == "" && len(d.at) > 0 {
		c.Step = nameOf(d.at[len(d.at)-1].now)
	}
	if c.Old == "" {
		c.Old = line(old)
	}
	if c.New == "" {
		c.New = line(now)
	}
	d.comparison.Changes = append(d.comparison.Changes, c)
	return &d.comparison.Changes[len(d.comparison.Changes)-1]
}

func nameOf(s *dsl.Step) string {
	if s.ID != "" {
		return s.ID
	}
	return s.Path
}

// document compares the mappings of the workflow itself.
func (d *differ) document() {
	for _, key := range keys(d.old.root, d.now.root) {
		was, is := d.old.root.Get(key), d.now.root.Get(key)
		if equal(was, is) {
			continue
		}
		if compare := documentKeys[key]; compare != nil {
			compare(d, key, was, is)
			continue
		}
		d.node([]string{key}, was, is)
	}
}

// leanedOn compares the other documents that the workflow needs: the project's
// and those of catalogues.
func (d *differ) leanedOn() {
	for i := range max(len(d.old.others), len(d.now.others)) {
		was, is := nodeAt(d.old.others, i), nodeAt(d.now.others, i)
		for _, key := range keys(was, is) {
			if a, b := was.Get(key), is.Get(key); !equal(a, b) {
				d.add(d.judge(key, []string{key}, a, b), a, b)
			}
		}
	}
}

func nodeAt(list []*syntax.Node, i int) *syntax.Node {
	if i < len(list) {
		return list[i]
	}
	return &syntax.Node{Kind: syntax.Map}
}
