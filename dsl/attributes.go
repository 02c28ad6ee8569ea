package dsl

import (
	"slices"
	"strings"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
	"github.com/partitur/partitur/dsl/types"
)

// An Attribute is one search attribute or one entry of a memo, with the value
// that a run gives it.
type Attribute struct {
	Name  string
	Span  source.Span
	Value *expr.Value
	// Type is the type of search attribute that the value is of, as Temporal
	// calls it: Keyword, Int, Double, Bool, Datetime or KeywordList; "" if the
	// checker cannot tell.
	Type string
}

// systemAttributes are the search attributes that belong to the server. The
// source is the list in the documentation of Temporal's visibility.
var systemAttributes = []string{
	"BatcherNamespace", "BatcherUser", "BinaryChecksums", "BuildIds", "CloseTime", "ExecutionDuration", "ExecutionStatus",
	"ExecutionTime", "HistoryLength", "HistorySizeBytes", "ParentRunId", "ParentWorkflowId", "RootRunId", "RootWorkflowId",
	"RunId", "StartTime", "StateTransitionCount", "TaskQueue", "WorkflowId", "WorkflowType",
}

// An attributesKey is a key that holds a mapping from names to values.
type attributesKey struct{ name, doc, sees string }

// bind binds the mapping. The slots are called name.ATTRIBUTE.
func (k attributesKey) bind(f *fields.Set, p *[]Attribute, opts ...fields.Option) {
	f.Node(k.name, k.doc, map[string]any{"type": "object"}, func(n *syntax.Node) {
		if n.Kind != syntax.Map {
			f.Diags().Error("wrong-type", n.Span, "%q must be a mapping from names to values, not %s", k.name, shown(n)).
				WithHint("write {Name: VALUE}")
			return
		}
		for _, e := range n.Entries {
			v := expr.ParseValue(e.Value, f.Diags())
			if e.Key.Kind == syntax.Broken || v == nil {
				continue
			}
			*p = append(*p, Attribute{Name: e.Key.Value, Span: e.Key.Span, Value: v})
			f.AddSlots(fields.Slot{Name: k.name + "." + e.Key.Value, Value: v, Sees: k.sees})
		}
	}, opts...)
}

// startAttributes checks the search attributes and the memo that a run has from
// its start.
func (c *checker) startAttributes(start scope) {
	found := map[string]*types.Type{}
	for _, slot := range c.def.slots {
		if strings.HasPrefix(slot.Name, "search_attributes.") || strings.HasPrefix(slot.Name, "memo.") {
			found[slot.Name] = c.check(slot, start)
		}
	}
	checkAttributes(c.def.SearchAttributes, c.diags, func(name string) *types.Type { return found["search_attributes."+name] })
}

// checkAttributes checks names and types of search attributes; typeOf gives the
// type of the value of each.
func checkAttributes(list []Attribute, diags *diag.List, typeOf func(name string) *types.Type) {
	for i := range list {
		a := &list[i]
		if strings.HasPrefix(a.Name, "Temporal") || slices.Contains(systemAttributes, a.Name) {
			diags.Error("bad-name", a.Span, "the search attribute %q belongs to the server, and a workflow cannot set it", a.Name).
				WithHint("choose a name of your own, such as Customer%s", a.Name)
			continue
		}
		a.Type = a.kind(typeOf(a.Name), diags)
	}
}

// kind is the type of search attribute for a value of a type.
func (a *Attribute) kind(t *types.Type, diags *diag.List) string {
	switch t.Kind {
	case types.String:
		return "Keyword"
	case types.Bool:
		return "Bool"
	case types.Int:
		return "Int"
	case types.Number:
		return "Double"
	case types.Time:
		return "Datetime"
	case types.List:
		if t.Elem == nil || t.Elem.Kind == types.String || t.Elem.Kind == types.Any {
			return "KeywordList"
		}
		diags.Error("wrong-type", a.Value.Span, "a list in a search attribute holds texts, and this one holds others").
			WithHint("make texts of them: map(…, string(#))")
	case types.Object, types.Duration, types.Decimal:
		diags.Error("wrong-type", a.Value.Span, "a search attribute is text, a number, a boolean, a time or a list of texts, and this is %s", t.Kind.Article()).
			WithHint("take one field of it, or make text of it")
	}
	return ""
}

// AttributesUsed lists the search attributes that runs of the definition set,
// each once, sorted by name. One that is given values of several types has
// the first of them.
func (d *Definition) AttributesUsed() (list []Attribute) {
	add := func(more []Attribute) {
		for _, a := range more {
			i, found := slices.BinarySearchFunc(list, a.Name, func(x Attribute, name string) int { return strings.Compare(x.Name, name) })
			switch {
			case !found:
				list = slices.Insert(list, i, a)
			case list[i].Type == "":
				list[i].Type = a.Type
			}
		}
	}
	add(d.SearchAttributes)
	d.WalkAll(func(s *Step) {
		switch b := s.Body.(type) {
		case *SearchAttributes:
			add(b.Attributes)
		case *Child:
			add(b.SearchAttributes)
		case *Approval, *Task:
			add([]Attribute{{Name: WaitsFor, Span: s.startSpan(), Type: "KeywordList"}})
		}
	})
	return list
}
