package lint

import (
	"strings"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/value"
)

// A nesting is a lock inside of another.
type nesting struct {
	outer, inner *dsl.Lock
	bounded      bool // by the timeout of a step around the inner one, or its own
}

// lockOrder finds locks inside of locks for which two flows can wait, each of
// which has what the other wants.
func lockOrder(p *pass) {
	for _, n := range nestings(p.Definition) {
		outer, inner := lockOf(n.outer), lockOf(n.inner)
		switch {
		case outer != "" && outer == inner:
			p.diags.Warn(p.rule, n.inner.Key.Span, "%s is locked around this step already, so it fails with Deadlock", n.inner.Key.Span.Text()).
				WithNote(n.outer.Key.Span, "it is locked here").
				WithHint("leave one of the two out")
		case n.bounded:
		case outer != "" && inner != "":
			p.opposite(n, outer, inner)
		case n.outer.Scope == n.inner.Scope && interchangeable(n.outer, n.inner):
			p.diags.Warn(p.rule, n.inner.Key.Span, "which lock is inside of which is computed: two flows can wait for each other for ever").
				WithNote(n.outer.Key.Span, "the other is here").
				WithHint("lock the smaller of the two first, min(a, b) and inside of it max(a, b), or bound the wait with timeout:")
		}
	}
}

// opposite looks for locks that are taken in the other order.
func (p *pass) opposite(n nesting, outer, inner string) {
	for _, program := range p.space.Programs {
		within := program.Definition == p.Definition
		if !within && (n.outer.Scope != dsl.ScopeNamespace || n.inner.Scope != dsl.ScopeNamespace) {
			continue
		}
		for _, m := range nestings(program.Definition) {
			if m.bounded || lockOf(m.outer) != inner || lockOf(m.inner) != outer {
				continue
			}
			p.diags.Warn(p.rule, n.inner.Key.Span, "%s is locked inside of %s, and elsewhere it is the other way around: two flows can wait for each other for ever",
				n.inner.Key.Span.Text(), n.outer.Key.Span.Text()).
				WithNote(m.inner.Key.Span, "it is here").
				WithHint("take them in the same order everywhere, or bound the wait with timeout:")
			return
		}
	}
}

// nestings finds the locks inside of locks.
func nestings(d *dsl.Definition) (found []nesting) {
	bounded := map[*dsl.Step]bool{}
	d.WalkAll(func(s *dsl.Step) {
		if s.Timeout != nil && s.Timeout.Whole != nil {
			bounded[s] = true
			inside(s, func(inner *dsl.Step) { bounded[inner] = true })
		}
	})
	d.WalkAll(func(s *dsl.Step) {
		outer, ok := s.Body.(*dsl.Lock)
		if !ok {
			return
		}
		inside(s, func(s *dsl.Step) {
			if inner, ok := s.Body.(*dsl.Lock); ok {
				found = append(found, nesting{outer, inner, bounded[s]})
			}
		})
	})
	return found
}

// inside visits the steps of a block, however deep.
func inside(s *dsl.Step, visit func(*dsl.Step)) {
	for _, b := range s.Body.Blocks() {
		for _, inner := range b.Steps {
			visit(inner)
			inside(inner, visit)
		}
	}
}

// lockOf tells what is locked, "" if that is computed.
func lockOf(l *dsl.Lock) string {
	if !l.Key.IsConst() {
		return ""
	}
	key, err := value.Encode(l.Key.Const)
	if err != nil {
		return ""
	}
	return l.Scope + " " + string(key)
}

// interchangeable tells whether each of two locks may be what the other is: both
// are computed, begin with the same text, and are not put in order.
func interchangeable(a, b *dsl.Lock) bool {
	if a.Key.IsConst() || b.Key.IsConst() {
		return false
	}
	first, second := a.Key.Span.Text(), b.Key.Span.Text()
	if strings.Contains(first, "min(") && strings.Contains(second, "max(") {
		return false
	}
	one, _, _ := strings.Cut(first, "${")
	two, _, _ := strings.Cut(second, "${")
	return strings.HasPrefix(one, two) || strings.HasPrefix(two, one)
}
