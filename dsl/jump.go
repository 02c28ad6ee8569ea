package dsl

import (
	"fmt"
	"strings"

	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
)

// A jump leaves blocks up to a loop that it names.
type jump struct {
	Loop string // the id of the loop

	at source.Span
}

func (j *jump) bind(f *fields.Set, verb, doc string) {
	f.Node(verb, doc, map[string]any{"type": "string"}, func(n *syntax.Node) {
		j.at = n.Span
		if n.Kind == syntax.Scalar && n.Type == syntax.String && !strings.Contains(n.Value, "${") {
			j.Loop = n.Value
			return
		}
		f.Diags().Error("wrong-type", n.Span, "%q must be the id of a loop, not %s", verb, shown(n)).
			WithHint("write %s: ID, and id: ID on the loop", verb)
	}, fields.Required)
}

// An enclosing loop is one that a step stands in.
type enclosing struct {
	step   *Step
	behind string // what stands between that a jump cannot leave, or ""
}

// inLoop returns the scope inside a loop.
func (s scope) inLoop(loop *Step) scope {
	s.loops = append(s.loops[:len(s.loops):len(s.loops)], enclosing{loop, ""})
	return s
}

// behind returns the scope inside something that no jump leaves.
func (s scope) behind(what string) scope {
	loops := make([]enclosing, len(s.loops))
	for i, l := range s.loops {
		if l.behind == "" {
			l.behind = what
		}
		loops[i] = l
	}
	s.loops = loops
	return s
}

// check finds the loop that the jump names.
func (j *jump) check(c *checker, s *Step, sc scope) {
	if j.Loop == "" || c.diags.Within(s.Span) {
		return
	}
	var ids []string
	for _, l := range sc.loops {
		if l.step.ID == j.Loop {
			j.reach(c, s, l)
			return
		}
		if l.step.ID != "" && l.behind == "" {
			ids = append(ids, l.step.ID)
		}
	}
	j.unknown(c, s, sc, ids)
}

func (j *jump) reach(c *checker, s *Step, l enclosing) {
	if l.behind == "" {
		return
	}
	c.diags.Error("misplaced-jump", j.at, "`%s` cannot leave %s", s.Verb, l.behind).
		WithNote(l.step.startSpan(), "the loop is here").
		WithHint("%s", jumpHints[l.behind])
}

// jumpHints says what to do where a jump cannot be.
var jumpHints = map[string]string{
	"a branch of parallel":             "let the branch yield a value, and leave the loop after the parallel step",
	"an item of a concurrent for_each": "let the item yield a value, and leave the outer loop after the for_each",
	"`finally`":                        "leave it out: what the step itself does decides how the loop goes on",
	"a compensation":                   "leave it out: a compensation only undoes its step",
	"`dead_letter`":                    "leave it out: the steps end by themselves",
	"`notify`":                         "leave it out: the steps run beside the wait, and end by themselves",
}

// unknown reports that no loop of that name stands around the step.
func (j *jump) unknown(c *checker, s *Step, sc scope, ids []string) {
	what := fmt.Sprintf("no loop around this step has the id %q", j.Loop)
	if p := c.place(j.Loop); p != nil {
		what = fmt.Sprintf("the step %q is no loop that this step stands in", j.Loop)
	}
	d := c.diags.Error("unknown-loop", j.at, "%s", what)
	switch {
	case len(sc.loops) == 0:
		d.WithHint("`%s` stands in the steps of a for_each, while or repeat, and names its id", s.Verb)
	case len(ids) == 0:
		d.WithHint("give the loop an id: %s", j.Loop)
	default:
		d.Suggest(j.Loop, ids)
		if d.Hint == "" {
			d.WithHint("write one of: %s", strings.Join(ids, ", "))
		}
	}
}

// jumpsTo is the id of the loop that the step leaves or goes on with, or "".
func (s *Step) jumpsTo() string {
	switch b := s.Body.(type) {
	case *Break:
		return b.Loop
	case *Next:
		return b.Loop
	}
	return ""
}

// jumps tells whether some of the steps, or one inside them, jumps to a loop
// that is meant.
func jumps(steps []*Step, meant func(loop string) bool) (found bool) {
	Walk(steps, func(s *Step) {
		if loop := s.jumpsTo(); loop != "" && meant(loop) {
			found = true
		}
	})
	return found
}

// jumpedTo tells whether some of the steps jumps to the loop s.
func (s *Step) jumpedTo(steps []*Step) bool {
	return jumps(steps, func(loop string) bool { return loop == s.ID })
}

// leftEarly tells whether a jump may leave the step before its end.
func (s *Step) leftEarly() bool {
	inside := map[string]bool{}
	Walk([]*Step{s}, func(inner *Step) { inside[inner.ID] = true })
	return jumps([]*Step{s}, func(loop string) bool { return !inside[loop] })
}
