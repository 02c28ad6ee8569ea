package dsl

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/syntax"
	"github.com/partitur/partitur/dsl/types"
)

var tableSchema = map[string]any{"type": "array", "minItems": 1, "items": map[string]any{"type": "object"}}

// bindTable takes the row of a case. Tables have been spread before.
func bindTable(f *fields.Set, row *map[string]any) {
	f.Node("table", "rows of values; the case is played once for each, with `row` in its values and conditions", tableSchema, func(n *syntax.Node) {
		if n.Kind == syntax.List && len(n.Items) == 1 {
			*row, _ = n.Items[0].Data().(map[string]any)
		}
	})
}

// spread is a test document in which a case with a table stands once for each
// row, with the values of the row in it.
func spread(doc *syntax.Node, diags *diag.List) *syntax.Node {
	cases := doc.Entry("cases")
	if cases == nil || !slices.ContainsFunc(cases.Value.Items, func(c *syntax.Node) bool { return c.Get("table") != nil }) {
		return doc
	}
	list := *cases.Value
	list.Items = nil
	for _, c := range cases.Value.Items {
		if c.Get("table") == nil {
			list.Items = append(list.Items, c)
			continue
		}
		list.Items = append(list.Items, rowsOf(c, diags)...)
	}
	out := *doc
	out.Entries = slices.Clone(doc.Entries)
	out.Entry("cases").Value = &list
	return &out
}

// rowsOf is a case once for each row of its table.
func rowsOf(c *syntax.Node, diags *diag.List) (cases []*syntax.Node) {
	table := c.Get("table")
	broken := []*syntax.Node{{Kind: syntax.Broken, Span: c.Span}}
	switch {
	case table.Kind == syntax.Broken:
		return broken
	case table.Kind != syntax.List || len(table.Items) == 0:
		diags.Error("wrong-type", table.Span, "%q must be a list of rows, not %s", "table", shown(table)).WithHint("write [{name: value}, {name: value}]")
		return broken
	}
	names := map[string]bool{}
	for _, row := range table.Items {
		if row.Kind != syntax.Map {
			diags.Error("wrong-type", row.Span, "a row of a table must be a mapping, not %s", shown(row)).WithHint("write {name: value}")
			return broken
		}
		for _, e := range row.Entries {
			names[e.Key.Value] = true
		}
	}
	for i, row := range table.Items {
		cases = append(cases, newRow(row, names, diags).applied(c, i+1))
	}
	return cases
}

// A tableRow is a row that is put into a case.
type tableRow struct {
	node  *syntax.Node
	vars  map[string]any
	scope *expr.Scope
	diags *diag.List
}

func newRow(row *syntax.Node, names map[string]bool, diags *diag.List) *tableRow {
	data, _ := row.Data().(map[string]any)
	values := map[string]any{}
	var known []types.Field
	for _, name := range slices.Sorted(maps.Keys(names)) {
		values[name] = data[name]
		known = append(known, types.Field{Name: name, Type: types.AnyType})
	}
	return &tableRow{row, map[string]any{"row": values}, expr.NewScope().With("row", types.ObjectOf(known...)), diags}
}

// applied is the case with the values of the row, under a name of its own.
func (r *tableRow) applied(c *syntax.Node, number int) *syntax.Node {
	out := *c
	out.Entries = slices.Clone(c.Entries)
	for i, e := range out.Entries {
		switch e.Key.Value {
		case "table":
			one := *e.Value
			one.Items = []*syntax.Node{r.node}
			out.Entries[i].Value = &one
		case "name":
			v := r.fill(e.Value)
			if v == e.Value && v.Kind == syntax.Scalar && v.Type == syntax.String {
				numbered := *v
				numbered.Value = fmt.Sprintf("%s (row %d)", v.Value, number)
				v = &numbered
			}
			out.Entries[i].Value = v
		default:
			out.Entries[i].Value = r.fill(e.Value)
		}
	}
	return &out
}

// fill is a value with what its ${ row } stands for. What has other names in
// its expressions as well stays as it is.
func (r *tableRow) fill(n *syntax.Node) *syntax.Node {
	switch n.Kind {
	case syntax.List:
		out := *n
		out.Items = make([]*syntax.Node, len(n.Items))
		for i, item := range n.Items {
			out.Items[i] = r.fill(item)
		}
		return &out
	case syntax.Map:
		out := *n
		out.Entries = slices.Clone(n.Entries)
		for i, e := range n.Entries {
			out.Entries[i].Value = r.fill(e.Value)
		}
		return &out
	case syntax.Scalar:
		if n.Type == syntax.String && strings.Contains(n.Value, "${") {
			return r.value(n)
		}
	}
	return n
}

func (r *tableRow) value(n *syntax.Node) *syntax.Node {
	var found diag.List
	v := expr.ParseValue(n, &found)
	if v == nil || !onlyRow(v) {
		return n // whoever reads it reports what is wrong with it
	}
	before := len(*r.diags)
	v.Check(r.scope, r.diags)
	if len(*r.diags) > before {
		return &syntax.Node{Kind: syntax.Broken, Span: n.Span}
	}
	data, err := v.Eval(r.vars)
	if err != nil {
		r.diags.Error("bad-value", n.Span, "this has no value in a row of the table: %v", err).WithHint("give each row the values that the case uses")
		return &syntax.Node{Kind: syntax.Broken, Span: n.Span}
	}
	return nodeOf(data, n)
}

// onlyRow tells whether a value reads the row and nothing else.
func onlyRow(v *expr.Value) bool {
	reads := false
	for _, e := range v.Exprs() {
		for _, ref := range e.Refs() {
			if ref.Path[0] != "row" {
				return false
			}
			reads = true
		}
	}
	return reads
}

// nodeOf is a value as if it had been written in the place of a node.
func nodeOf(v any, at *syntax.Node) *syntax.Node {
	n := &syntax.Node{Span: at.Span}
	switch v := v.(type) {
	case nil:
		n.Type, n.Value, n.Plain = syntax.Null, "null", true
	case bool:
		n.Type, n.Value, n.Plain = syntax.Bool, strconv.FormatBool(v), true
	case int:
		n.Type, n.Value, n.Plain = syntax.Int, strconv.Itoa(v), true
	case float64:
		n.Type, n.Value, n.Plain = syntax.Float, strconv.FormatFloat(v, 'g', -1, 64), true
	case []any:
		n.Kind = syntax.List
		for _, item := range v {
			n.Items = append(n.Items, nodeOf(item, at))
		}
	case map[string]any:
		n.Kind = syntax.Map
		for _, key := range slices.Sorted(maps.Keys(v)) {
			n.Entries = append(n.Entries, syntax.Entry{Key: &syntax.Node{Span: at.Span, Value: key}, Value: nodeOf(v[key], at)})
		}
	default:
		n.Value = fmt.Sprint(v)
	}
	return n
}
