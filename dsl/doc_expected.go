package dsl

import (
	"slices"

	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/syntax"
)

var callsSchema = map[string]any{"anyOf": []any{
	map[string]any{"type": "string"},
	map[string]any{"type": "array", "items": map[string]any{"type": "string"}},
	map[string]any{"type": "object", "additionalProperties": map[string]any{"type": "integer", "minimum": 0}},
}}

// bindCalls binds the calls that are expected: all of them in order, or how many
// there are of some.
func (e *Expectation) bindCalls(f *fields.Set) {
	const doc = "the calls in order, by step id, compensations as `ID.compensate`; or how many there are of some: `{ID: 3}`"
	f.Node("calls", doc, callsSchema, func(n *syntax.Node) {
		if n.Kind != syntax.Map {
			e.Calls = textsOf(n, f, "calls", "a list of names, or a mapping from names to numbers")
			return
		}
		for _, entry := range n.Entries {
			v := entry.Value
			times, ok := v.Data().(int)
			switch {
			case v.Kind == syntax.Broken:
			case !ok || times < 0:
				f.Diags().Error("wrong-type", v.Span, "how often %q is called must be a number such as 3, not %s", entry.Key.Value, shown(v)).
					WithHint("write %s: 1; 0 means that it is not called", entry.Key.Value)
			default:
				e.Counts = append(e.Counts, Count{entry.Key.Value, times, entry.Key.Span.To(v.Span)})
			}
		}
	})
}

var undoneStatuses = []string{"succeeded", "failed", "skipped"}

var compensationsSchema = map[string]any{"anyOf": []any{
	map[string]any{"type": "string"},
	map[string]any{"type": "array", "items": map[string]any{"type": "string"}},
	map[string]any{"type": "object", "additionalProperties": map[string]any{"enum": undoneStatuses}},
}}

// bindCompensations binds the compensations that are expected.
func (e *Expectation) bindCompensations(f *fields.Set) {
	const doc = "the steps that are undone, in order; or what becomes of each: `{ID: failed}`"
	f.Node("compensations", doc, compensationsSchema, func(n *syntax.Node) {
		e.Compensations = []Compensated{}
		if n.Kind != syntax.Map {
			for _, id := range textsOf(n, f, "compensations", "a list of steps, or a mapping from steps to succeeded, failed or skipped") {
				e.Compensations = append(e.Compensations, Compensated{id, "succeeded"})
			}
			return
		}
		for _, entry := range n.Entries {
			v := entry.Value
			switch {
			case v.Kind == syntax.Broken:
			case v.Kind != syntax.Scalar || !slices.Contains(undoneStatuses, v.Value):
				f.Diags().Error("bad-value", v.Span, "what becomes of a compensation cannot be %s", shown(v)).Suggest(v.Value, undoneStatuses)
			default:
				e.Compensations = append(e.Compensations, Compensated{entry.Key.Value, v.Value})
			}
		}
	})
}

// textsOf reads a list of texts; a single text is a list of one. It is never
// nil.
func textsOf(n *syntax.Node, f *fields.Set, key, want string) []string {
	texts, items := []string{}, n.Items
	if n.Kind != syntax.List {
		items = []*syntax.Node{n}
	}
	for _, item := range items {
		switch {
		case item.Kind == syntax.Broken:
		case item.Kind == syntax.Scalar && item.Type == syntax.String && item.LooksLike() == "":
			texts = append(texts, item.Value)
		default:
			f.Diags().Error("wrong-type", item.Span, "%q must be %s, not %s", key, want, shown(item)).
				WithHint("write %s: [first, second]", key)
		}
	}
	return texts
}
