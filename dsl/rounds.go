package dsl

import (
	"slices"
	"strconv"
	"strings"

	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/syntax"
	"github.com/partitur/partitur/dsl/types"
)

// Rounds is what the loops that go by a condition have in common.
type Rounds struct {
	Max   int // rounds; 0 means unlimited
	Every *expr.Value
	Do    []*Step
}

func (*Rounds) repeats() {}

// Blocks returns the body, which exports nothing: each round has steps of its
// own.
func (l *Rounds) Blocks() []Block { return []Block{{"", l.Do, false}} }

func (l *Rounds) bind(f *fields.Set) {
	f.Node("max_iterations", "how many rounds there may be, a number or `unlimited`; beyond them the step fails with `TooManyIterations`", map[string]any{"anyOf": []any{
		map[string]any{"type": "integer", "minimum": 1}, map[string]any{"const": "unlimited"},
	}}, func(n *syntax.Node) { l.bindMax(f, n) }, fields.Required, fields.Literal)
	f.Value(&l.Every, "every", "how long to pause between the end of a round and the beginning of the next", fields.Want(durationWanted))
}

func (l *Rounds) bindMax(f *fields.Set, n *syntax.Node) {
	max, isInt := n.Data().(int)
	switch {
	case n.Kind == syntax.Broken, n.Kind == syntax.Scalar && n.Value == "unlimited":
	case isInt && max >= 1:
		l.Max = max
	case isInt:
		f.Diags().Error("bad-value", n.Span, "%q must be at least 1, not %d", "max_iterations", max)
	case n.Kind == syntax.Scalar && strings.Contains(n.Value, "${"):
		f.Diags().Error("literal-only", n.Span, "%q is read before anything runs, so it cannot hold ${ }", "max_iterations").
			WithHint("write a number, or unlimited")
	default:
		d := f.Diags().Error("wrong-type", n.Span, "%q must be a number of rounds, or unlimited, not %s", "max_iterations", shown(n))
		if _, err := strconv.Atoi(n.Value); err == nil {
			d.WithHint("write it without quotes: %s", n.Value).WithFix(n.Span, n.Value)
		} else {
			d.Suggest(n.Value, []string{"unlimited"})
		}
	}
}

// enter is the scope in which a round of the loop begins.
func (l *Rounds) enter(s *Step, sc scope) scope {
	return sc.with("index", types.IntType).inLoop(s)
}

// check checks the body, whose rounds begin in inner, and returns the scope at
// its end.
func (l *Rounds) check(c *checker, s *Step, inner scope) scope {
	end := c.list(l.Do, inner)
	if l.Max == 0 && l.Every == nil && !waits(l.Do) && !c.diags.Within(s.Span) {
		c.diags.Error("busy-loop", s.verbSpan, "no round of this loop waits for anything, so it may keep the worker busy for ever").
			WithHint("add every: 30s to pause between rounds, or a number for max_iterations")
	}
	return end
}

// waits tells whether running the steps can take time: whether one of them is
// more than a computation.
func waits(steps []*Step) (found bool) {
	Walk(steps, func(s *Step) {
		switch b := s.Body.(type) {
		case *While:
			found = found || b.Every != nil
		case *Repeat:
			found = found || b.Every != nil
		case *Compute, *Set, *If, *Switch, *Try, *Saga, *ForEach, *Parallel,
			*Fallback, *Checkpoint, *Log, *Details, *Memo, *SearchAttributes, *Return, *Fail, *Break, *Next:
		default:
			found = true
		}
	})
	return found
}

// settled reports a condition of a loop that no round can change; if its outcome
// is known, with one of them the loop goes on for ever. The ids are those of the
// steps that it sees anew in each round.
func (c *checker) settled(e *expr.Expr, endless bool, ids []string) {
	if e == nil || c.diags.Within(e.Span) {
		return
	}
	if holds, known := c.known(e); known {
		d := c.diags.Warn("constant-condition", e.Span, "this condition is always %t", holds).
			WithHint("compare something that varies, such as a variable of the state")
		if holds == endless {
			d.WithHint("a loop that is left from inside is repeat: without until:")
		}
		return
	}
	if !varies(e, ids) {
		c.diags.Warn("constant-condition", e.Span, "no round of the loop changes this condition: what it reads was settled before").
			WithHint("keep what changes in the state, or write repeat: [steps] with until:, which sees the steps of the round")
	}
}

// varies tells whether a condition can change while a loop runs.
func varies(e *expr.Expr, ids []string) bool {
	for _, ref := range e.Refs() {
		switch {
		case ref.Path[0] == "state", ref.Path[0] == "index":
			return true
		case ref.Path[0] == "steps" && (len(ref.Path) == 1 || slices.Contains(ids, ref.Path[1])):
			return true
		}
	}
	return slices.ContainsFunc([]string{"now(", "random(", "random_int(", "uuid("}, func(call string) bool { return strings.Contains(e.Text, call) })
}
