package dsl

import (
	"strings"

	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
	"github.com/partitur/partitur/dsl/types"
)

// When runs that go on take a newer text.
const (
	UpgradeNever      = "never"
	UpgradeOnContinue = "on_continue" // when they continue as new
	UpgradeAlways     = "always"      // at once: changes are guarded by patches
)

// Versioning says what becomes of running workflows when the text changes.
type Versioning struct {
	Upgrade string     // never if not set
	Migrate []Variable // what becomes of the state

	migrateAt source.Span
}

// Fields declares the keys of the mapping.
func (v *Versioning) Fields(f *fields.Set) {
	f.Enum(&v.Upgrade, "upgrade", "when a run that goes on takes a newer text: `never`, `on_continue` when it continues as new, or `always` at once, where changes are guarded by `patch`; `never` if not set", []string{UpgradeNever, UpgradeOnContinue, UpgradeAlways})
	f.Object((*migration)(v), "migrate", "what becomes of the values of a run that takes this text")
	v.migrateAt = f.KeySpan("migrate")
}

// A migration is the mapping under `migrate`.
type migration Versioning

// Fields declares the keys of the mapping.
func (m *migration) Fields(f *fields.Set) {
	f.Node("state", "new values of variables, over `state` as the older text left it; the others keep theirs", map[string]any{"type": "object"}, func(n *syntax.Node) {
		bindNamed(f, n, "state", func(key *syntax.Node, v *expr.Value) {
			m.Migrate = append(m.Migrate, Variable{key.Value, key.Span, v})
			if v != nil {
				f.AddSlots(fields.Slot{Name: "migrate." + key.Value, Value: v, Sees: seesMigrate})
			}
		})
	}, fields.Required)
}

// A PatchState is one entry of `patches`.
type PatchState struct {
	ID         string
	Span       source.Span
	Deprecated bool // no run without the change goes on any more
}

func (d *Definition) bindPatches(f *fields.Set) {
	states := []string{"active", "deprecated"}
	f.Node("patches", "the changes that `patch` and `patched` guard, each `active`, or `deprecated` once no older run goes on", map[string]any{
		"type": "object", "additionalProperties": map[string]any{"enum": states},
	}, func(n *syntax.Node) {
		if n.Kind != syntax.Map {
			f.Diags().Error("wrong-type", n.Span, "%q must be a mapping from ids to active or deprecated, not %s", "patches", shown(n)).
				WithHint("write {id: active}")
			return
		}
		for _, e := range n.Entries {
			state := e.Value.Value
			if e.Value.Kind != syntax.Scalar || state != "active" && state != "deprecated" {
				f.Diags().Error("wrong-type", e.Value.Span, "a patch is active or deprecated, not %s", shown(e.Value)).Suggest(state, states)
				continue
			}
			d.Patches = append(d.Patches, PatchState{e.Key.Value, e.Key.Span, state == "deprecated"})
		}
	})
	d.patchesAt, d.loosePatches = f.KeySpan("patches"), !f.Sound("patches")
}

// Deprecated tells whether no run without the change goes on any more.
func (d *Definition) Deprecated(id string) bool {
	for _, p := range d.Patches {
		if p.ID == id {
			return p.Deprecated
		}
	}
	return false
}

// Upgrades tells whether runs take a newer text at that time.
func (d *Definition) Upgrades(when string) bool { return d.Versioning.Upgrade == when }

const keepsText = "a run keeps the text with which it started, so there is nothing to tell apart"

// versioning checks when runs take a newer text, and what of it.
func (c *checker) versioning(start scope) {
	d := c.def
	if len(d.Patches) > 0 && !d.Upgrades(UpgradeAlways) {
		c.diags.Error("patch-without-upgrade", d.patchesAt, "these patches have no use: %s", keepsText).
			WithHint("leave them out, or write versioning: {upgrade: always} to let runs follow the newest text")
	}
	if len(d.Versioning.Migrate) > 0 && !d.Upgrades(UpgradeOnContinue) {
		c.diags.Error("useless-key", d.Versioning.migrateAt, "%q has no use: a run takes another text only where upgrade is %s", "migrate", UpgradeOnContinue).
			WithHint("leave it out, or write upgrade: %s", UpgradeOnContinue)
	}
	for _, v := range d.Versioning.Migrate {
		if _, known := c.state.write.Field(v.Name); known || d.looseState {
			continue
		}
		var names []string
		for _, known := range d.State {
			names = append(names, known.Name)
		}
		suggestOr(c.diags.Error("unknown-variable", v.Span, "the state has no variable %q", v.Name), v.Name, names, "declare it under state:")
	}
	c.patchCalls()
	old := start.with("state", types.OpenObject).readOnly()
	old.names = old.names.Forbid("now", "the state that a run takes over is a matter of its values only")
	for _, slot := range d.slots {
		if slot.Sees == seesMigrate {
			slot.Want, _ = c.state.write.Field(strings.TrimPrefix(slot.Name, "migrate."))
			c.check(slot, old)
		}
	}
}

// patchCalls checks the ids with which expressions ask for a change, and warns of
// patches that nothing asks for.
func (c *checker) patchCalls() {
	used := map[string]bool{}
	c.def.Exprs(func(e *expr.Expr) {
		for _, call := range e.Calls("patched") {
			used[call.Argument] = true
			if c.def.Upgrades(UpgradeAlways) {
				c.knownPatch(call.Argument, call.Span)
			}
		}
	})
	c.def.WalkAll(func(s *Step) {
		if p, ok := s.Body.(*Patch); ok {
			used[p.ID] = true
		}
	})
	for _, p := range c.def.Patches {
		if !used[p.ID] && c.def.Upgrades(UpgradeAlways) {
			c.diags.Warn("unused-patch", p.Span, "nothing asks for the patch %q", p.ID).
				WithHint("remove it once no run has it in its history")
		}
	}
}

// knownPatch reports an id that is not declared. An empty one was computed.
func (c *checker) knownPatch(id string, at source.Span) {
	if id == "" {
		c.diags.Error("literal-only", at, "the id of a patch must be written out").WithHint("write it in quotes, such as patched(\"new-price\")")
		return
	}
	var ids []string
	for _, p := range c.def.Patches {
		if p.ID == id {
			return
		}
		ids = append(ids, p.ID)
	}
	if !c.def.loosePatches {
		suggestOr(c.diags.Error("unknown-patch", at, "there is no patch %q", id), id, ids, "add it to the workflow: patches: {"+id+": active}")
	}
}
