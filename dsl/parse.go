package dsl

import (
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
		number(list, "")
	}
	return d
}

var stepsRef = map[string]any{"$ref": "#/$defs/steps"}

// bindSteps binds a list of steps.
func bindSteps(f *fields.Set, p *[]*Step, name, doc string, opts ...fields.Option) {
	f.Node(name, doc, map[string]any{"$ref": "#/$defs/steps"}, func(n *syntax.Node) { *p = parseSteps(n, f) }, opts...)
}

func parseSteps(n *syntax.Node, f *fields.Set) []*Step {
	switch {
	case n.Kind == syntax.Broken:
		return nil
	case n.Kind == syntax.Map:
		f.Diags().Error("wrong-type", n.Span, "steps are a list, and this is a mapping").
			WithHint("begin each step with `- `")
		return nil
	case n.Kind != syntax.List:
		f.Diags().Error("wrong-type", n.Span, "steps are a list").WithHint("begin each step with `- `")
		return nil
	case len(n.Items) == 0:
		f.Diags().Error("no-steps", n.Span, "there are no steps in this list")
	}
	steps := make([]*Step, 0, len(n.Items))
	for _, item := range n.Items {
		if s := parseStep(item, f); s != nil {
			steps = append(steps, s)
		}
	}
	return steps
}

func parseStep(n *syntax.Node, f *fields.Set) *Step {
	s := &Step{Span: n.Span, Body: none{}}
	if n.Kind == syntax.Broken {
		return s
	}
	if n.Kind != syntax.Map {
		explainNoMapping(n, f)
		return s
	}
	if !s.takeVerb(n, f) {
		return s
	}
	set := fields.Bind(stepFields{s}, stepName(s.Verb), n, f.Env())
	s.slots = set.Slots
	return s
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
	d := f.Diags().Error("wrong-type", n.Span, "a step is a mapping such as `activity: name`, not %s", n.Kind)
	if n.Kind == syntax.Scalar && newBody(n.Value, f.Env().Context.(Catalog)) != nil {
		d.WithHint("write `- %s:` with what it needs", n.Value)
	}
}

// modifierNames are the keys a step may have whatever it does.
func modifierNames() (names []string) {
	for _, spec := range fields.Describe(&Step{Body: new(Activity)}) {
		names = append(names, spec.Name)
	}
	return append(names, "on_timeout", "with", "args", "do", "then", "else")
}

func explainNoVerb(n *syntax.Node, f *fields.Set) {
	all := verbs(f.Env().Context.(Catalog))
	modifiers := modifierNames()
	for _, e := range n.Entries {
		if e.Key.Kind == syntax.Broken || e.Value.Kind == syntax.Broken {
			return // the mistake that hides the verb is reported
		}
		if slices.Contains(modifiers, e.Key.Value) {
			continue
		}
		d := f.Diags().Error("unknown-key", e.Key.Span, "there is no kind of step called %q", e.Key.Value)
		if near := diag.Nearest(e.Key.Value, all); near != "" {
			d.WithHint("did you mean %s?", near).WithFix(e.Key.Span, near)
		} else {
			d.WithHint("a step does one of: %s", strings.Join(sorted(all), ", "))
		}
		return
	}
	f.Diags().Error("no-verb", n.Span, "the step does nothing").
		WithHint("give it one of: %s", strings.Join(sorted(all), ", "))
}

func sorted(names []string) []string { return slices.Sorted(slices.Values(names)) }

// stepName is what messages call a step of a verb.
func stepName(verb string) string {
	if strings.ContainsAny(verb[:1], "aeiou") {
		return fmt.Sprintf("an %s step", verb)
	}
	return fmt.Sprintf("a %s step", verb)
}

// number gives each step of a block its path: the ids that lead to it, and
// positions where there are none.
func number(b Block, parent string) {
	if b.Name != "" {
		parent = join(parent, b.Name)
	}
	for i, s := range b.Steps {
		segment := s.ID
		if segment == "" {
			segment = fmt.Sprintf("%s_%d", s.Verb, i+1)
		}
		s.Path = join(parent, segment)
		for _, inner := range s.blocks() {
			number(inner, s.Path)
		}
	}
}

func join(parent, segment string) string {
	if parent == "" {
		return segment
	}
	return parent + "/" + segment
}

// none is the body of a step whose verb could not be read.
type none struct{ leaf }

// Fields declares nothing.
func (none) Fields(*fields.Set) {}
