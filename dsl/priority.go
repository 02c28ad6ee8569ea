package dsl

import (
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/syntax"
	"github.com/partitur/partitur/dsl/types"
)

// Priority says before which others a task is taken from its queue. The server
// serves the keys in order, and tasks of one key fairly among fairness keys, in
// proportion to their weights.
type Priority struct {
	Key    int         // 1, served first, to 5; 0 is the server's default
	Fair   *expr.Value // text; nil is none
	Weight float64     // of the fairness key; 0 is 1
}

// Fields declares the keys of the mapping form.
func (p *Priority) Fields(f *fields.Set) {
	f.Int(&p.Key, "key", "from 1, served first, to 5; 3 if not set", fields.AtLeast(1), fields.AtMost(5))
	f.Value(&p.Fair, "fairness_key", "among whom the workers are shared, such as ${ input.tenant }", fields.Want(types.StringType))
	f.Number(&p.Weight, "fairness_weight", "the share of this fairness key, from 0.001 to 1000; 1 if not set")
	if f.Has("fairness_weight") && f.Sound("fairness_weight") && (p.Weight < 0.001 || p.Weight > 1000) && !f.Describing() {
		f.Diags().Error("bad-value", f.KeySpan("fairness_weight"), "%q is from 0.001 to 1000", "fairness_weight")
	}
}

// bindPriority binds a key or a mapping.
func bindPriority(f *fields.Set, p **Priority) {
	var schema map[string]any
	if f.Describing() {
		schema = map[string]any{"anyOf": []any{
			map[string]any{"type": "integer", "minimum": 1, "maximum": 5}, f.ObjectOf(new(Priority)),
		}}
	}
	f.Node("priority", "from 1, served first, to 5; or `{key, fairness_key, fairness_weight}`", schema, func(n *syntax.Node) {
		own := new(Priority)
		key, isInt := n.Data().(int)
		switch {
		case n.Kind == syntax.Map:
			f.Merge(fields.Bind(own, "priority", n, f.Env()))
		case isInt && key >= 1 && key <= 5:
			own.Key = key
		case isInt:
			f.Diags().Error("bad-value", n.Span, "%q must be from 1 to 5, not %d", "priority", key)
		default:
			d := f.Diags().Error("wrong-type", n.Span, "%q must be a number from 1 to 5 or a mapping, not %s", "priority", shown(n))
			if n.Value == "high" || n.Value == "low" {
				d.WithHint("write 1 for what is served first, and 5 for what is served last")
			}
		}
		*p = own
	})
}
