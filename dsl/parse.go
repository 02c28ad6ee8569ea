package dsl

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/syntax"
)

// parseDefinition reads a `workflow:` document. The result is usable as far as
// the text is.
func parseDefinition(n *syntax.Node, actions Catalog, diags *diag.List) *Definition {
	d := &Definition{Span: n.Span}
	fields.Bind(d, "a workflow", n, fields.Env{Diags: diags, Context: actions})
	for _, list := range d.lists() {
		number(list, "", list.Name)
	}
	return d
}

var stepsRef = map[string]any{"$ref": "#/$defs/steps"}

// bindSteps binds a list of steps.
func bindSteps(f *fields.Set, p *[]*Step, name, doc string, opts ...fields.Option) {
	f.Node(name, doc, stepsRef, func(n *syntax.Node) { *p = parseSteps(n, f) }, opts...)
	if f.Broken(name) {
		*p = []*Step{brokenStep(&syntax.Node{Kind: syntax.Broken, Span: f.KeySpan(name)})}
	}
}

// parseSteps reads a list of steps. What cannot be read leaves steps behind
// that stand for it, so that nothing else is blamed for their absence.
func parseSteps(n *syntax.Node, f *fields.Set) []*Step {
	switch {
	case n.Kind == syntax.Broken:
		return []*Step{brokenStep(n)}
	case n.Kind == syntax.Map:
		d := f.Diags().Error("wrong-type", n.Span.Sub(0, firstLine(n)), "steps are a list, and this is a mapping")
		if inner := wrapped(n); inner != nil {
			d.WithHint("leave out %q: the list of steps stands here itself", inner.Key.Value)
			if text := inner.Value.Span.Text(); !strings.ContainsAny(n.Span.Text(), "\n") {
				d.WithFix(n.Span, text)
			}
		} else if step := n.Span.Text(); !strings.ContainsAny(step, "\n") && !strings.HasPrefix(step, "{") {
			d.WithHint("write - %s", step).WithFix(n.Span, "- "+step)
		} else if !strings.ContainsAny(step, "\n") {
			d.WithHint("write [%s]", step).WithFix(n.Span, "["+step+"]")
		} else if len(n.Entries) > 0 && namesSteps(n) {
			d.WithHint("the name of a step is its id: write `- id: %s`, and its keys below", n.Entries[0].Key.Value)
		} else {
			d.WithHint("begin each step with `- `")
		}
		return []*Step{brokenStep(n)}
	case n.Kind != syntax.List:
		f.Diags().Error("wrong-type", n.Span, "steps are a list, and this is %s", shown(n)).
			WithHint("begin each step with `- ` on a line of its own")
		return []*Step{brokenStep(n)}
	case len(n.Items) == 0:
		f.Diags().Error("no-steps", n.Span, "there are no steps in this list").
			WithHint("write at least one, such as - log: {message: hello}")
	}
	steps := make([]*Step, 0, len(n.Items))
	for _, item := range n.Items {
		steps = append(steps, parseStep(item, f))
	}
	return steps
}

// wrapped is the one key of a mapping that holds the steps that should stand in
// its place.
func wrapped(n *syntax.Node) *syntax.Entry {
	if len(n.Entries) == 1 && n.Entries[0].Value.Kind == syntax.List && slices.Contains([]string{"steps", "do", "then", "tasks", "sequence"}, n.Entries[0].Key.Value) {
		return &n.Entries[0]
	}
	return nil
}

// namesSteps tells whether a mapping has a name for each of several steps.
func namesSteps(n *syntax.Node) bool {
	return !slices.ContainsFunc(n.Entries, func(e syntax.Entry) bool { return e.Value.Kind != syntax.Map })
}

// firstLine is the length of the first line of a node's text.
func firstLine(n *syntax.Node) int {
	text := n.Span.Text()
	if i := strings.IndexAny(text, "\r\n"); i >= 0 {
		return i
	}
	return len(text)
}

func parseStep(n *syntax.Node, f *fields.Set) *Step {
	if n.Kind == syntax.Broken {
		return brokenStep(n)
	}
	if n.Kind != syntax.Map {
		explainNoMapping(n, f)
		return brokenStep(n)
	}
	s := &Step{Span: n.Span, Body: none{}, catalog: f.Env().Context.(Catalog)}
	if !s.takeVerb(n, f) || s.misunderstood(n, f.Diags()) {
		return brokenStep(n)
	}
	set := fields.Bind(stepFields{s}, stepName(s.Verb), n, f.Env())
	s.slots, s.looseID = set.Slots, lostID(n)
	return s
}

// misunderstood reports verbs that other languages have with another meaning,
// so that their keys make no sense here.
func (s *Step) misunderstood(n *syntax.Node, diags *diag.List) bool {
	v := n.Get(s.Verb)
	if v.Kind != syntax.Scalar || v.Type == syntax.Null {
		return false
	}
	switch s.Verb {
	case "repeat":
		d := diags.Error("wrong-type", v.Span, "`repeat` has its steps behind it, and this is %s", shown(v)).
			WithHint("write repeat: [steps], with until: CONDITION and max_iterations: beside it")
		if v.Type == syntax.Int {
			d.WithHint("to run steps %s times write for_each: 1..%s with do: [steps]", v.Value, v.Value)
		}
		return true
	case "switch":
		diags.Error("wrong-type", v.Span, "`switch` has branches with conditions of their own behind it, and this is %s", shown(v)).
			WithHint("write switch: [{when: %s == 'a', do: [steps]}, {else: [steps]}]", strings.Trim(v.Value, "${} "))
		return true
	}
	return false
}

// brokenStep stands for a step that could not be read.
func brokenStep(n *syntax.Node) *Step {
	s := &Step{Span: n.Span, Body: none{ids: idsWithin(n, nil), unreadable: n.Kind == syntax.Broken || lostID(n)}}
	if id := n.Entry("id"); id != nil && id.Value.Kind == syntax.Scalar {
		s.ID, s.idAt = id.Value.Value, id.Value.Span
	}
	return s
}

// lostID tells whether the id of a step is there and could not be read.
func lostID(n *syntax.Node) bool {
	e := n.Entry("id")
	return e != nil && e.Value.Kind == syntax.Broken
}

// idsWithin collects what may be ids of steps in a text that could not be read
// as steps.
func idsWithin(n *syntax.Node, ids []string) []string {
	for _, item := range n.Items {
		ids = idsWithin(item, ids)
	}
	for _, e := range n.Entries {
		if e.Key.Value == "id" && e.Value.Kind == syntax.Scalar {
			ids = append(ids, e.Value.Value)
		}
		ids = idsWithin(e.Value, ids)
	}
	return ids
}

// takeVerb finds what the step does. Without a verb it reports and gives up,
// since every other key depends on it.
func (s *Step) takeVerb(n *syntax.Node, f *fields.Set) bool {
	actions := f.Env().Context.(Catalog)
	var found []syntax.Entry
	for _, e := range n.Entries {
		if newBody(e.Key.Value, actions) != nil {
			found = append(found, e)
		}
	}
	if len(found) > 1 { // `if` beside another verb is a guard
		found = slices.DeleteFunc(found, func(e syntax.Entry) bool { return e.Key.Value == "if" })
	}
	if slices.ContainsFunc(found, func(e syntax.Entry) bool { return e.Key.Value == "workflow" }) { // these are about the child
		found = slices.DeleteFunc(found, func(e syntax.Entry) bool { return slices.Contains(childKeys, e.Key.Value) })
	}
	if len(found) == 0 {
		explainNoVerb(n, f)
		return false
	}
	if len(found) > 1 {
		f.Diags().Error("two-verbs", found[1].Key.Span, "a step does one thing, and this one has %q and %q", found[0].Key.Value, found[1].Key.Value).
			WithHint("make two steps of it: begin the second with `- `").
			WithNote(found[0].Key.Span, "the first is here")
		return false
	}
	s.Verb, s.verbSpan = found[0].Key.Value, found[0].Key.Span
	s.Body = newBody(s.Verb, actions)
	return true
}

func explainNoMapping(n *syntax.Node, f *fields.Set) {
	d := f.Diags().Error("wrong-type", n.Span, "a step is a mapping such as `activity: name`, and this is %s", shown(n))
	word := n.Value
	verb, rest, colon := cutVerb(n, f.Env().Context.(Catalog))
	switch {
	case verb != "" && colon:
		d.WithHint("a space must follow the colon: write `- %s: %s`", verb, rest).WithFix(n.Span, verb+": "+rest)
	case verb != "":
		d.WithHint("a colon must follow the key: write `- %s: %s`", verb, rest)
		if slices.Contains([]string{"activity", "sleep", "workflow"}, verb) {
			d.WithFix(n.Span, verb+": "+rest)
		}
	case n.Kind != syntax.Scalar || n.Type != syntax.String:
		d.WithHint("begin a step with a key, such as activity:")
	case word == "break" || word == "next":
		d.WithHint("write `- %s: ID`, with the id of the loop", word)
	case newBody(word, f.Env().Context.(Catalog)) != nil:
		d.WithHint("write `- %s:` with what it needs", word)
	case foreignVerb(word) != "":
		d.WithHint("%s", foreignVerb(word))
	case !strings.ContainsAny(word, " ${}") && !slices.Contains([]string{"pass", "end"}, word):
		d.WithHint("to run an activity of that name write `- activity: %s`", word).WithFix(n.Span, "activity: "+word)
	default:
		d.WithHint("begin a step with a key, such as activity:")
	}
}

// cutVerb cuts a text such as `sleep 5s` or `sleep:5s` behind the verb it
// begins with, in one of the forms it may have elsewhere.
func cutVerb(n *syntax.Node, actions Catalog) (verb, rest string, colon bool) {
	if n.Kind != syntax.Scalar || n.Type != syntax.String {
		return "", "", false
	}
	i := strings.IndexAny(n.Value, " :")
	if i < 0 || newBody(n.Value[:i], actions) == nil {
		return "", "", false
	}
	return n.Value[:i], strings.TrimSpace(n.Value[i+1:]), n.Value[i] == ':'
}

// shown names what a node is, for use in a sentence.
func shown(n *syntax.Node) string {
	switch {
	case n.Kind == syntax.List:
		return "a list"
	case n.Kind == syntax.Map:
		return "a mapping"
	case n.Type == syntax.Null:
		return "empty"
	case n.Type == syntax.String && len(n.Value) <= 40:
		return fmt.Sprintf("the text %q", n.Value)
	case n.Type == syntax.String:
		return "text"
	}
	return n.LooksLike()
}

func explainNoVerb(n *syntax.Node, f *fields.Set) {
	if fields.Lost(n, f.Diags()) || slices.ContainsFunc(n.Entries, func(e syntax.Entry) bool { return e.Key.Kind == syntax.Broken }) {
		return // the mistake that hides the verb is reported
	}
	all := verbs(f.Env().Context.(Catalog))
	belongs := newKeyring(f.Env().Context.(Catalog))
	e := meantVerb(n, belongs, all)
	if e == nil {
		f.Diags().Error("no-verb", n.Span.Sub(0, firstLine(n)), "the step does not say what it does").
			WithHint("%s", belongs.verbFor(n, all))
		return
	}
	word := e.Key.Value
	d := f.Diags().Error("unknown-verb", e.Key.Span, "there is no kind of step called %q", e.Key.Value)
	near := nearestVerb(e.Key.Value, all)
	switch {
	case foreignVerb(word) != "":
		d.WithHint("%s", foreignVerb(word))
	case near != "":
		d.WithHint("did you mean %s?", near).WithFix(e.Key.Span, near)
	default:
		d.WithHint("a step does one of: %s", strings.Join(sorted(all), ", "))
	}
}

// meantVerb finds the key that was meant to be the verb: a word for one
// elsewhere, or a misspelled one, or else the first that no step has.
func meantVerb(n *syntax.Node, belongs keyring, all []string) (first *syntax.Entry) {
	for i, e := range n.Entries {
		foreign := foreignVerb(e.Key.Value) != ""
		if belongs.known(e.Key.Value) && (!foreign || !belongs.child(e.Key.Value)) {
			continue
		}
		if _, modifier := foreignKey("", e.Key.Value); foreign || !modifier && nearestVerb(e.Key.Value, all) != "" {
			return &n.Entries[i]
		}
		if first == nil {
			first = &n.Entries[i]
		}
	}
	return first
}

func nearestVerb(word string, all []string) string {
	if snake := fields.SnakeCase(word); slices.Contains(all, snake) {
		return snake
	}
	return diag.Nearest(word, all)
}

func sorted(names []string) []string { return slices.Sorted(slices.Values(names)) }

// stepName is what messages call a step of a verb.
func stepName(verb string) string {
	if strings.ContainsAny(verb[:1], "aeiou") || verb == "http" {
		return fmt.Sprintf("an %s step", verb)
	}
	return fmt.Sprintf("a %s step", verb)
}

// number gives each step of a block its path: the ids that lead to it, and
// positions where there are none. In a patch a step with an id has the path that
// it would have without the patch: what a run has recorded must not depend on
// whether a step is guarded.
func number(b Block, parent, outside string) {
	if b.Name != "" {
		parent = join(parent, b.Name)
	}
	for i, s := range b.Steps {
		if s.Path = join(parent, s.segment(i)); s.ID != "" {
			s.Path = join(outside, s.ID)
		}
		_, patch := s.Body.(*Patch)
		for _, inner := range s.blocks() {
			around := join(s.Path, inner.Name)
			if patch && (inner.Name == "then" || inner.Name == "else") {
				around = outside
			}
			number(inner, s.Path, around)
		}
	}
}

// nest gives each step of a block the path that it had before those in patches
// had paths of their own: a run that was started then has recorded these.
func nest(b Block, parent string) {
	if b.Name != "" {
		parent = join(parent, b.Name)
	}
	for i, s := range b.Steps {
		s.Path = join(parent, cmp.Or(s.ID, s.segment(i)))
		for _, inner := range s.blocks() {
			nest(inner, s.Path)
		}
	}
}

// segment is what a step without an id is called by its place in a list.
func (s *Step) segment(i int) string {
	if s.tool != "" {
		return s.tool
	}
	return fmt.Sprintf("%s_%d", s.Verb, i+1)
}

func join(parent, segment string) string {
	if parent == "" {
		return segment
	}
	if segment == "" {
		return parent
	}
	return parent + "/" + segment
}

// none is the body of a step that could not be read.
type none struct {
	leaf
	ids        []string // of steps that may be meant in it
	unreadable bool     // it may hold more
}

// Fields declares nothing.
func (none) Fields(*fields.Set) {}
