package dsl

import (
	"strconv"
	"strings"

	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/syntax"
	"github.com/partitur/partitur/dsl/types"
)

// ForEach runs steps once for each element.
type ForEach struct {
	List        *expr.Expr
	As          string
	Key         *expr.Expr
	Concurrency int
	OnItemError Tolerance
	Collect     *expr.Value
	Do          []*Step
	Keep        bool // somebody reads the results
}

// A Tolerance says how many items may fail.
type Tolerance struct {
	Continue bool    // any number
	Percent  float64 // this share of them, or
	Count    int     // this many
}

// Fields declares the keys of a for_each step.
func (e *ForEach) Fields(f *fields.Set) {
	e.As, e.Concurrency = "item", 1
	f.Expr(&e.List, "for_each", "the list; of an object, its sorted `{key, value}` pairs", fields.Required)
	bindSteps(f, &e.Do, "do", "steps for each element; they see `item` and `index`", fields.Required)
	f.Ident(&e.As, "as", "the name of the element, `item` if not set")
	f.Expr(&e.Key, "key", "what identifies an element, on `item`; its position if not set", fields.Sees(seesItem))
	f.Int(&e.Concurrency, "concurrency", "how many elements are worked on at the same time, 1 if not set", fields.AtLeast(1))
	f.Node("on_item_error", "`fail` at the first failed item, `continue`, or `{tolerate: 5%}`", map[string]any{"anyOf": []any{
		map[string]any{"enum": []string{"fail", "continue"}},
		map[string]any{"type": "object", "properties": map[string]any{"tolerate": map[string]any{"type": []string{"string", "integer"}}}, "required": []string{"tolerate"}, "additionalProperties": false},
	}}, func(n *syntax.Node) { e.bindTolerance(f, n) })
	f.Value(&e.Collect, "collect", "what of each element goes into the step's output; the output of the last step if not set", fields.Sees(seesBody))
}

func (e *ForEach) bindTolerance(f *fields.Set, n *syntax.Node) {
	switch {
	case n.Kind == syntax.Scalar && n.Value == "fail":
	case n.Kind == syntax.Scalar && n.Value == "continue":
		e.OnItemError.Continue = true
	case n.Kind == syntax.Map:
		fields.Bind(&e.OnItemError, "on_item_error", n, f.Env())
	default:
		f.Diags().Error("wrong-type", n.Span, "%q must be fail, continue or {tolerate: 5%%}", "on_item_error")
	}
}

// Fields declares the keys of the mapping form.
func (t *Tolerance) Fields(f *fields.Set) {
	f.Node("tolerate", "how many items may fail: a share such as 5%, or a number", nil, func(n *syntax.Node) {
		share, isShare := strings.CutSuffix(n.Value, "%")
		percent, err := strconv.ParseFloat(share, 64)
		count, isInt := n.Data().(int)
		switch {
		case isShare && err == nil && percent >= 0 && percent <= 100:
			t.Percent = percent
		case isInt && count >= 0:
			t.Count = count
		default:
			f.Diags().Error("bad-value", n.Span, "%q must be a share such as 5%% or a number of items", "tolerate")
		}
	}, fields.Required)
}

// Allows tells whether failed of total items may fail.
func (t Tolerance) Allows(failed, total int) bool {
	return t.Continue || failed <= t.Count || float64(failed)*100 <= t.Percent*float64(total)
}

// Tolerant tells whether any item may fail.
func (t Tolerance) Tolerant() bool { return t.Continue || t.Percent > 0 || t.Count > 0 }

// Blocks returns the body, which exports nothing: `collect` does that.
func (e *ForEach) Blocks() []Block { return []Block{{"", e.Do, false}} }

func (e *ForEach) check(c *checker, s *Step, sc scope) *types.Type {
	elem := c.elementOf(c.typeOf("for_each"), e.List)
	inner := sc.with(e.As, elem).with("index", types.IntType)
	if e.Concurrency > 1 {
		inner.concurrent = "an item of a concurrent for_each"
	}
	c.slot("key", inner)
	end := c.steps(e.Do, inner.block(), s)
	collected := types.AnyType
	switch {
	case e.Collect != nil:
		collected = c.slot("collect", end)
	case len(e.Do) > 0 && e.Do[len(e.Do)-1].Path != "":
		collected = c.lastOutput
	}
	if e.OnItemError.Tolerant() {
		collected = collected.OrNil("the item may have failed")
	}
	return types.ListOf(collected)
}
