package dsl

import (
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/types"
)

// Patch runs one list of steps in runs that have a change, and another in those
// that went by before.
type Patch struct {
	ID         string
	Then, Else []*Step

	at source.Span
}

// Fields declares the keys of a patch step.
func (p *Patch) Fields(f *fields.Set) {
	f.String(&p.ID, "patch", "the id of the change, one of `patches`", fields.Required)
	bindSteps(f, &p.Then, "then", "steps of runs that have the change", fields.Required)
	bindSteps(f, &p.Else, "else", "steps of runs that went by before the change")
	p.at = f.KeySpan("patch")
	for _, e := range f.Entries() {
		if e.Key.Value == "patch" {
			p.at = e.Value.Span
		}
	}
}

// Blocks returns both lists.
func (p *Patch) Blocks() []Block {
	return []Block{{"then", p.Then, true}, {"else", p.Else, true}}
}

func (p *Patch) check(c *checker, s *Step, sc scope) *types.Type {
	if !c.def.Upgrades(UpgradeAlways) {
		c.diags.Error("patch-without-upgrade", s.verbSpan, "`patch` has no use: %s", keepsText).
			WithHint("leave only the new steps, or write versioning: {upgrade: always} to let runs follow the newest text")
	} else if p.ID != "" {
		c.knownPatch(p.ID, p.at)
	}
	c.branches(s, sc, "the run may not have the change")
	return types.NilType
}
