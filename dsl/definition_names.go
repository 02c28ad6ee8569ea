package dsl

import (
	"strings"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/syntax"
)

func (d *Definition) bindState(f *fields.Set, n *syntax.Node) {
	bindNamed(f, n, "state", func(key *syntax.Node, v *expr.Value) {
		d.State = append(d.State, Variable{key.Value, key.Span, v})
		if v != nil {
			f.AddSlots(fields.Slot{Name: "state." + key.Value, Value: v, Sees: seesStart})
		}
	})
}

func (d *Definition) bindQueries(f *fields.Set, n *syntax.Node) {
	if n.Kind != syntax.Map {
		f.Diags().Error("wrong-type", n.Span, "%q must be a mapping from names to values, not %s", "queries", shown(n)).
			WithHint("write {name: VALUE}")
		return
	}
	for _, e := range n.Entries {
		if v := expr.ParseValue(e.Value, f.Diags()); v != nil {
			d.Queries = append(d.Queries, &Query{e.Key.Value, e.Key.Span, v})
			f.AddSlots(fields.Slot{Name: "queries." + e.Key.Value, Value: v, Sees: seesQuery})
		}
	}
}

func (d *Definition) bindEnv(n *syntax.Node, f *fields.Set) {
	if n.Kind != syntax.Map {
		f.Diags().Error("wrong-type", n.Span, "%q must be a mapping from names to default values, not %s", "env", shown(n)).
			WithHint("write {NAME: default}, or {NAME: null} for a setting that the worker must have")
		return
	}
	for _, e := range n.Entries {
		v := EnvVar{Name: e.Key.Value, Span: e.Key.Span, Default: e.Value.Value}
		v.Required = e.Value.Kind == syntax.Scalar && e.Value.Type == syntax.Null
		if !v.Required {
			reportSetting(e, f.Diags())
		}
		d.Env = append(d.Env, v)
	}
}

// reportSetting reports a default of a setting that is not text.
func reportSetting(e syntax.Entry, diags *diag.List) {
	n := e.Value
	looks := n.LooksLike()
	switch {
	case n.Kind == syntax.Broken:
	case n.Kind != syntax.Scalar:
		diags.Error("wrong-type", n.Span, "%q must be text, not a %s", e.Key.Value, n.Kind).
			WithHint("settings come from the environment of the worker, and are texts")
	case looks != "":
		diags.Error("wrong-type", n.Span, "%q must be text, and %s without quotes is %s", e.Key.Value, n.Value, looks).
			WithHint("quote it: '%s'", n.Value).WithFix(n.Span, "'"+n.Value+"'")
	case strings.Contains(n.Value, "${"):
		diags.Error("literal-only", n.Span, "%q is read before anything runs, so it cannot hold ${ }", e.Key.Value).
			WithHint("write the value itself, or null where the worker must give it")
	}
}

// bindNamed binds a mapping from invented names to values; one that could not
// be read is nil.
func bindNamed(f *fields.Set, n *syntax.Node, what string, add func(key *syntax.Node, v *expr.Value)) {
	if n.Kind != syntax.Map {
		f.Diags().Error("wrong-type", n.Span, "%q must be a mapping from names to values, not %s", what, shown(n)).
			WithHint("write {name: VALUE}")
		return
	}
	for _, e := range n.Entries {
		if e.Key.Kind != syntax.Broken {
			if what != "set" { // its names are those of the state
				fields.ValidName(e.Key, f.Diags())
			}
			add(e.Key, expr.ParseValue(e.Value, f.Diags()))
		}
	}
}
