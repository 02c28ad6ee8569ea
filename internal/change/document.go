package change

import (
	"fmt"
	"slices"
	"strings"

	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/syntax"
)

// documentKeys compare the values of keys that have rules of their own.
var documentKeys = map[string]func(d *differ, key string, was, is *syntax.Node){
	"version":       (*differ).version,
	"versioning":    (*differ).versioning,
	"patches":       (*differ).patches,
	"input":         (*differ).input,
	"output_schema": (*differ).outputSchema,
	"state":         (*differ).state,
	"env":           (*differ).env,
	"signals":       (*differ).signals,
	"updates":       (*differ).updates,
	"defaults":      (*differ).defaults,
}

// version is for people, unless an expression reads it.
func (d *differ) version(key string, was, is *syntax.Node) {
	c := Change{What: describe([]string{key}, was, is), Verdict: Safe, Why: "no event tells of it"}
	d.now.program.Exprs(func(e *expr.Expr) {
		for _, ref := range e.Refs() {
			if ref.Path[0] == "workflow" && (len(ref.Path) == 1 || ref.Path[1] == "version") {
				c.Verdict, c.Why = Patch, fmt.Sprintf("%s reads it", e.Span)
			}
		}
	})
	d.add(c, was, is)
}

// versioning is recorded when a run starts.
func (d *differ) versioning(key string, was, is *syntax.Node) {
	d.add(Change{What: describe([]string{key}, was, is), Verdict: NewRuns, Why: "a run keeps what the text said when it started"}, was, is)
}

func (d *differ) patches(_ string, was, is *syntax.Node) {
	for _, id := range keys(was, is) {
		old, now := valueOf(was, id), valueOf(is, id)
		c := Change{What: fmt.Sprintf("the patch %q was %s, and is %s", id, stateOf(old), stateOf(now)), Verdict: Safe}
		switch {
		case old == stateOf("") || old == now:
		case now == "deprecated":
			c.Verdict = Patch
			c.Why = fmt.Sprintf("a run that does not have the change is refused: do it once `partitur list --query \"TemporalChangeVersion IS NULL\"` shows no such run under way, or %s", "`partitur replay` proves it")
		case now == "active":
			c.Why = "runs without the change are taken again"
		}
		if old != now {
			d.add(c, was, is)
		}
	}
}

func valueOf(n *syntax.Node, key string) string {
	if n == nil || n.Get(key) == nil {
		return ""
	}
	return n.Get(key).Value
}

func stateOf(s string) string {
	if s == "" {
		return "not there"
	}
	return s
}

// input compares two schemas. Of what the older one let in nothing must break
// the newer one.
func (d *differ) input(key string, was, is *syntax.Node) {
	if was == nil || is == nil || was.Get("properties") == nil || is.Get("properties") == nil {
		c := Change{What: describe([]string{key}, was, is), Verdict: Patch, Why: refuses}
		if is == nil {
			c.Why = "defaults that the schema has given are gone"
		}
		d.add(c, was, is)
		return
	}
	for _, name := range keys(was, is) {
		switch a, b := was.Get(name), is.Get(name); {
		case equal(a, b):
		case name == "properties":
			for _, field := range keys(a, b) {
				d.field(field, was, is)
			}
		case name == "required":
			d.required(a, b)
		case name == "title" || name == "description" || name == "examples":
			d.add(Change{What: describe([]string{key, name}, a, b), Verdict: Safe, Why: "no event tells of it"}, a, b)
		default:
			d.add(Change{What: describe([]string{key, name}, a, b), Verdict: Patch, Why: refuses}, a, b)
		}
	}
}

const refuses = "the input of a run that is under way may not fit any more, and the run would be blocked"

// field compares one property of the input.
func (d *differ) field(name string, was, is *syntax.Node) {
	old, now := was.Get("properties").Get(name), is.Get("properties").Get(name)
	if equal(old, now) {
		return
	}
	c := Change{What: describe([]string{"input", name}, old, now), Verdict: Patch, Why: refuses}
	closed := was.Get("additionalProperties") != nil && was.Get("additionalProperties").Value == "false"
	switch {
	case old != nil && now != nil && onlyText(old, now):
		c.Verdict, c.Why = Safe, "no event tells of it"
	case old == nil && !closed && constrained(now):
		c.Why = fmt.Sprintf("the older schema lets a run have a field %q of any type: if none has, nothing breaks, and `partitur replay --definition` shows it; additionalProperties: false would rule it out", name)
	case old == nil && d.readsWholeInput():
		c.Verdict, c.Why = NewRuns, "the whole input is sent somewhere, with its defaults: what has been sent stays as it is recorded"
	case old == nil:
		c.Verdict, c.Why = Safe, "a run that is under way does not have it, and need not"
	case now == nil && valueOf(is, "additionalProperties") != "false" && old.Get("default") == nil:
		c.Verdict, c.Why = Safe, "what the older schema checked is let through"
	}
	d.add(c, old, now)
}

// onlyText tells whether two schemas differ in what people read only.
func onlyText(a, b *syntax.Node) bool {
	for _, key := range keys(a, b) {
		if key != "title" && key != "description" && !equal(a.Get(key), b.Get(key)) {
			return false
		}
	}
	return true
}

func constrained(n *syntax.Node) bool {
	return slices.ContainsFunc(keys(n, nil), func(k string) bool { return k != "title" && k != "description" && k != "default" })
}

func (d *differ) readsWholeInput() bool {
	whole := false
	d.now.program.Exprs(func(e *expr.Expr) {
		for _, ref := range e.Refs() {
			whole = whole || len(ref.Path) == 1 && ref.Path[0] == "input"
		}
	})
	return whole
}

func (d *differ) required(was, is *syntax.Node) {
	list := func(n *syntax.Node) (names []string) {
		if n != nil {
			for _, item := range n.Items {
				names = append(names, item.Value)
			}
		}
		return names
	}
	old, now := list(was), list(is)
	for _, name := range now {
		if !slices.Contains(old, name) {
			d.add(Change{What: fmt.Sprintf("the field %q of the input is required", name), Verdict: Patch, Why: refuses}, was, is)
		}
	}
	for _, name := range old {
		if !slices.Contains(now, name) {
			d.add(Change{What: fmt.Sprintf("the field %q of the input is not required any more", name), Verdict: Safe, Why: "runs under way have it"}, was, is)
		}
	}
}

func (d *differ) outputSchema(key string, was, is *syntax.Node) {
	c := Change{What: describe([]string{key}, was, is), Verdict: Patch, Why: "the result of a run that has ended may not fit, and it could not be asked any more"}
	if is == nil {
		c.Verdict, c.Why = Safe, "what it checked is let through"
	}
	d.add(c, was, is)
}

// state compares the initial values of variables.
func (d *differ) state(key string, was, is *syntax.Node) {
	if was == nil || is == nil {
		was, is = orEmpty(was), orEmpty(is)
	}
	for _, name := range keys(was, is) {
		old, now := was.Get(name), is.Get(name)
		if equal(old, now) {
			continue
		}
		c := Change{What: describe([]string{key, name}, old, now), Verdict: Patch, Why: "what a run has done may depend on it"}
		switch {
		case old == nil && d.total(now, nil):
			c.Verdict, c.Why = Safe, "nothing that runs have recorded depends on it"
		case now == nil:
			c.Verdict, c.Why = Safe, "nothing reads it any more"
		}
		d.add(c, old, now)
	}
}

func orEmpty(n *syntax.Node) *syntax.Node {
	if n == nil {
		return &syntax.Node{Kind: syntax.Map}
	}
	return n
}

// env is recorded when a run starts.
func (d *differ) env(key string, was, is *syntax.Node) {
	was, is = orEmpty(was), orEmpty(is)
	for _, name := range keys(was, is) {
		if old, now := was.Get(name), is.Get(name); !equal(old, now) {
			d.add(Change{What: describe([]string{key, name}, old, now), Verdict: NewRuns, Why: "a run keeps the settings with which it started"}, old, now)
		}
	}
}

func (d *differ) signals(key string, was, is *syntax.Node) {
	d.messages(key, was, is, func(now *syntax.Node) (Verdict, string) {
		if now.Get("do") == nil && valueOf(now, "on_invalid") != "fail" {
			return Safe, "a signal of that name waits to be received"
		}
		return Patch, "a run that has got such a signal, though it did not know it, would be blocked: if none has, nothing breaks"
	})
}

// updates compares updates: those that a run did not know are in no history.
func (d *differ) updates(key string, was, is *syntax.Node) {
	d.messages(key, was, is, func(*syntax.Node) (Verdict, string) {
		return Safe, "a run that did not know it has refused it, and recorded nothing"
	})
}

func (d *differ) messages(key string, was, is *syntax.Node, fresh func(*syntax.Node) (Verdict, string)) {
	was, is = orEmpty(was), orEmpty(is)
	for _, name := range keys(was, is) {
		old, now := was.Get(name), is.Get(name)
		switch {
		case equal(old, now):
		case old == nil:
			verdict, why := fresh(now)
			d.add(Change{What: fmt.Sprintf("%s %q is new", strings.TrimSuffix(key, "s"), name), Verdict: verdict, Why: why}, nil, now)
		case now == nil:
			d.add(Change{What: fmt.Sprintf("%s %q is gone", strings.TrimSuffix(key, "s"), name), Verdict: Patch, Why: "a run that has got one would be blocked"}, old, nil)
		default:
			d.message(key, name, old, now)
		}
	}
}

func (d *differ) message(key, name string, old, now *syntax.Node) {
	for _, part := range keys(old, now) {
		a, b := old.Get(part), now.Get(part)
		if part == "description" && !equal(a, b) {
			d.add(Change{What: describe([]string{key, name, part}, a, b), Verdict: Safe, Why: "no event tells of it"}, a, b)
			continue
		}
		d.node([]string{key, name, part}, a, b)
	}
}

// defaults are those of activities, with the timeouts and retries of all.
func (d *differ) defaults(key string, was, is *syntax.Node) {
	was, is = orEmpty(was), orEmpty(is)
	for _, name := range keys(was, is) {
		if a, b := was.Get(name), is.Get(name); !equal(a, b) {
			d.add(d.judge(key, []string{key, name}, a, b), a, b)
		}
	}
}
