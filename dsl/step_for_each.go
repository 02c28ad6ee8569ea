package dsl

import (
	"regexp"
	"slices"
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
	Concurrency int         // 1 if it is not set or computed
	Width       *expr.Value // computes the concurrency when the loop begins, or nil
	BatchSize   int         // elements per item; 0 means that an item is an element
	OnItemError Tolerance
	Collect     *expr.Value
	Do          []*Step
	Keep        bool // somebody reads the results
	Watched     bool // somebody reads how far it is, or what has failed
	Apart       bool // other runs can work on the items

	noCollect bool // `collect` is there and could not be read
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
	e.namedElement(f)
	bindSteps(f, &e.Do, "do", "steps for each element; they see `item` and `index`", fields.Required)
	f.Ident(&e.As, "as", "the name of the element, `item` if not set")
	f.Expr(&e.Key, "key", "what identifies an element, on `item`; its position if not set", fields.Sees(seesItem))
	f.Node("concurrency", "how many elements are worked on at the same time, 1 if not set", map[string]any{"anyOf": []any{
		map[string]any{"type": "integer", "minimum": 1}, map[string]any{"type": "string", "pattern": `^\$\{`},
	}}, func(n *syntax.Node) { e.bindConcurrency(f, n) })
	f.Int(&e.BatchSize, "batch_size", "makes `item` a list of so many elements, the last of what is left, and `index` the number of the batch", fields.AtLeast(1))
	f.Node("on_item_error", "`fail` at the first failed item, `continue`, or `{tolerate: 5%}`", map[string]any{"anyOf": []any{
		map[string]any{"enum": []string{"fail", "continue"}},
		map[string]any{"type": "object", "properties": map[string]any{"tolerate": map[string]any{"type": []string{"string", "integer"}}}, "required": []string{"tolerate"}, "additionalProperties": false},
	}}, func(n *syntax.Node) { e.bindTolerance(f, n) })
	f.Value(&e.Collect, "collect", "what of each element goes into the step's output; the output of the last step if not set", fields.Sees(seesBody))
	e.noCollect = f.Has("collect") && e.Collect == nil
	if e.As == "index" {
		f.Diags().Error("bad-name", f.KeySpan("as"), "%q cannot be a name here", e.As).WithHint("it is the position of the element; choose another")
	}
}

// elementIn is how other languages name the element of a loop.
var elementIn = regexp.MustCompile(`^\(?([a-z_]\w*)\)? (?:in|of) (.+)$`)

// namedElement reports `for_each: x in list`, where the list stands alone.
func (e *ForEach) namedElement(f *fields.Set) {
	if e.List == nil {
		return
	}
	m := elementIn.FindStringSubmatch(e.List.Text)
	if m == nil {
		return
	}
	f.Diags().Error("expression-syntax", e.List.Span, "`for_each` takes the list alone").
		WithHint("write for_each: %s, and as: %s to name the element", m[2], m[1])
	f.Slots = slices.DeleteFunc(f.Slots, func(s fields.Slot) bool { return s.Expr == e.List })
	e.List = nil
}

// bindConcurrency binds a number, or ${ } that yields one.
func (e *ForEach) bindConcurrency(f *fields.Set, n *syntax.Node) {
	if n.Type == syntax.String && strings.Contains(n.Value, "${") {
		if e.Width = expr.ParseValue(n, f.Diags()); e.Width != nil {
			f.AddSlots(fields.Slot{Name: "concurrency", Value: e.Width, Want: types.IntType})
		}
		return
	}
	if n.Type == syntax.String && n.Plain && strings.Contains(n.Value, ".") {
		f.Diags().Error("wrong-type", n.Span, "%q must be an integer, not %s", "concurrency", shown(n)).
			WithHint("to compute it write ${ %s }", n.Value).WithFix(n.Span, "${ "+n.Value+" }")
		return
	}
	one := syntax.Node{Kind: syntax.Map, Span: n.Span, Entries: []syntax.Entry{
		{Key: &syntax.Node{Value: "concurrency", Span: n.Span}, Value: n}}}
	fields.Bind(concurrency{&e.Concurrency}, stepName("for_each"), &one, f.Env())
}

// concurrency binds the constant form.
type concurrency struct{ p *int }

// Fields declares the one key.
func (c concurrency) Fields(f *fields.Set) { f.Int(c.p, "concurrency", "", fields.AtLeast(1)) }

// Concurrent tells whether elements may be worked on at the same time.
func (e *ForEach) Concurrent() bool { return e.Concurrency > 1 || e.Width != nil }

func (e *ForEach) bindTolerance(f *fields.Set, n *syntax.Node) {
	switch {
	case n.Kind == syntax.Scalar && n.Value == "fail":
	case n.Kind == syntax.Scalar && n.Value == "continue":
		e.OnItemError.Continue = true
	case n.Kind == syntax.Map:
		fields.Bind(&e.OnItemError, "on_item_error", n, f.Env())
	case n.Kind == syntax.Scalar && (strings.HasSuffix(n.Value, "%") || n.Type == syntax.Int):
		f.Diags().Error("wrong-type", n.Span, "%q must be fail, continue or {tolerate: 5%%}, not %s", "on_item_error", shown(n)).
			WithHint("write {tolerate: %s}", n.Value).WithFix(n.Span, "{tolerate: "+n.Value+"}")
	default:
		f.Diags().Error("wrong-type", n.Span, "%q must be fail, continue or {tolerate: 5%%}, not %s", "on_item_error", shown(n)).
			Suggest(n.Value, []string{"fail", "continue"})
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
			d := f.Diags().Error("bad-value", n.Span, "%q must be a share from 0%% to 100%% or a number of items, not %s", "tolerate", shown(n))
			if x, ok := n.Data().(float64); ok && x > 0 && x < 1 {
				d.WithHint("write %g%%", x*100)
			}
		}
	}, fields.Required)
}

// Allows tells whether failed of total items may fail.
func (t Tolerance) Allows(failed, total int) bool {
	return t.Continue || failed <= t.Count || float64(failed)*100 <= t.Percent*float64(total)
}

// Most is how many of total items may fail.
func (t Tolerance) Most(total int) int {
	most := max(t.Count, int(t.Percent*float64(total)/100))
	if t.Continue {
		most = total
	}
	for most < total && t.Allows(most+1, total) { // a percentage is no exact number
		most++
	}
	return most
}

// Tolerant tells whether any item may fail.
func (t Tolerance) Tolerant() bool { return t.Continue || t.Percent > 0 || t.Count > 0 }

// Blocks returns the body, which exports nothing: `collect` does that.
func (e *ForEach) Blocks() []Block { return []Block{{"", e.Do, false}} }

func (*ForEach) repeats() {}

func (e *ForEach) check(c *checker, s *Step, sc scope) *types.Type {
	elem := c.elementOf(c.typeOf("for_each"), e.List)
	if e.BatchSize > 0 {
		elem = types.ListOf(elem)
	}
	inner := sc.with(e.As, elem).with("index", types.IntType)
	inner.cleanup = "" // an item that fails is undone wherever it is
	if e.Concurrent() {
		inner.concurrent = "an item of a concurrent for_each"
		inner = inner.behind(inner.concurrent)
	}
	inner = inner.inLoop(s)
	e.checkKey(c.slot("key", inner), c)
	end := c.list(e.Do, inner)
	collected := types.AnyType
	switch {
	case e.noCollect:
	case e.Collect != nil:
		collected = c.slot("collect", end)
	case len(e.Do) > 0:
		collected = c.lastOutput
	}
	if e.OnItemError.Tolerant() {
		collected = collected.OrNil("the item may have failed")
	}
	if s.jumpedTo(e.Do) {
		collected = collected.OrNil("the item may have been left with `next` or `break`")
	}
	return types.ListOf(collected)
}

// checkKey reports a key that cannot tell elements apart.
func (e *ForEach) checkKey(t *types.Type, c *checker) {
	switch {
	case e.Key == nil:
	case t.Maybe != "":
		c.diags.Error("may-be-nil", e.Key.Span, "the key of an element must be there, and this may be nil: %s", t.Maybe).
			WithHint("write %s ?? string(index)", e.Key.Text)
	case t.Kind == types.List || t.Kind == types.Object || t.Kind == types.Bool || t.Kind == types.Nil:
		c.diags.Error("wrong-type", e.Key.Span, "the key of an element is text or a number, and this is %s", t.Kind.Article()).
			WithHint("write a field that identifies it, such as %s", e.exampleKey())
	}
}

func (e *ForEach) exampleKey() string {
	if e.BatchSize > 0 {
		return e.As + "[0].id"
	}
	return e.As + ".id"
}
