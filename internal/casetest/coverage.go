package casetest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/interpreter"
)

// The kinds of things that cases reach, or do not.
const (
	Steps      = "steps"      // of every list, those of handlers and compensations included
	Conditions = "conditions" // both outcomes of each, such as of if, when and until
	Catches    = "catches"    // entries of catch
	Messages   = "messages"   // signals, updates and queries
)

// Kinds lists the kinds of points, in the order in which reports have them.
var Kinds = []string{Steps, Conditions, Catches, Messages}

// A Point is one thing of a program that a case can reach.
type Point struct {
	Kind string
	At   source.Span
	Name string // as reports call it
	Hits int    // how often it was reached
}

// Line is the 1-based line on which the point stands.
func (p Point) Line() int {
	line, _ := p.At.File.Pos(p.At.Start)
	return line
}

// A Coverage counts what is reached of programs. Any number of goroutines may
// use it; a nil one counts nothing.
type Coverage struct {
	mu   sync.Mutex
	hits map[string]int // by key
}

// key is the same for a program that was compiled again.
func key(kind string, at source.Span, detail string) string {
	line, column := at.File.Pos(at.Start)
	return fmt.Sprintf("%s %s:%d:%d %s", kind, at.File.Name, line, column, detail)
}

// note counts what the interpreter tells.
func (c *Coverage) note(n interpreter.Notice) {
	if c == nil {
		return
	}
	k := ""
	switch n.Kind {
	case interpreter.StepBegan:
		k = key(Steps, n.Step.VerbSpan(), "")
	case interpreter.ConditionAsked:
		k = key(Conditions, n.At, fmt.Sprint(n.Holds))
	case interpreter.ErrorCaught:
		k = key(Catches, n.At, "")
	case interpreter.MessageTaken:
		k = key(Messages, n.At, "")
	default:
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.hits == nil {
		c.hits = map[string]int{}
	}
	c.hits[k]++
}

// Points are all points of a program, in source order, with what was reached.
func (c *Coverage) Points(p *dsl.Program) []Point {
	l := &points{coverage: c}
	p.WalkAll(l.step)
	for _, s := range p.Signals {
		l.add(Messages, s.Span, "", "signal "+s.Name)
	}
	for _, u := range p.Updates {
		l.add(Messages, u.Span, "", "update "+u.Name)
		for _, rule := range u.Validate {
			l.condition(rule.Check, "check")
		}
	}
	for _, q := range p.Queries {
		l.add(Messages, q.Span, "", "query "+q.Name)
	}
	slices.SortStableFunc(l.list, func(a, b Point) int { return cmp.Compare(a.At.Start, b.At.Start) })
	return l.list
}

// points collects the points of a program.
type points struct {
	coverage *Coverage
	list     []Point
}

func (l *points) add(kind string, at source.Span, detail, name string) {
	c := l.coverage
	c.mu.Lock()
	defer c.mu.Unlock()
	l.list = append(l.list, Point{kind, at, name, c.hits[key(kind, at, detail)]})
}

// condition adds the outcomes of a condition. One that is written as true or
// false has only that.
func (l *points) condition(e *expr.Expr, what string) {
	if e == nil {
		return
	}
	for _, outcome := range []string{"true", "false"} {
		if text := strings.TrimSpace(e.Text); text == "true" || text == "false" {
			outcome = text
		}
		l.add(Conditions, e.Span, outcome, what+": "+e.Text+" is "+outcome)
		if outcome == strings.TrimSpace(e.Text) {
			return
		}
	}
}

func (l *points) step(s *dsl.Step) {
	l.add(Steps, s.VerbSpan(), "", strings.TrimSpace(s.Verb+" "+s.ID))
	if s.Verb != "if" {
		l.condition(s.If, "if")
	}
	if _, builtin := s.Body.(*dsl.Action); !builtin { // those ask in the activity
		l.condition(s.Expect, "expect")
	}
	switch b := s.Body.(type) {
	case *dsl.If:
		l.condition(b.Condition, "if")
	case *dsl.Switch:
		for _, c := range b.Cases {
			l.condition(c.When, "when")
		}
	case *dsl.While:
		l.condition(b.Condition, "while")
	case *dsl.Repeat:
		l.condition(b.Until, "until")
	case *dsl.Receive:
		l.condition(b.Where, "where")
	}
	for _, c := range s.Catch {
		l.add(Catches, c.Span, "", strings.TrimSpace("catch "+strings.Join(c.Types, ", ")))
		l.condition(c.When, "when")
	}
}

// A Tally is how many points there are, and how many were reached.
type Tally struct{ Reached, Total int }

// Add counts a point.
func (t *Tally) Add(p Point) {
	t.Total++
	if p.Hits > 0 {
		t.Reached++
	}
}

// Percent is the share of what was reached; of nothing all is.
func (t Tally) Percent() float64 {
	if t.Total == 0 {
		return 100
	}
	return 100 * float64(t.Reached) / float64(t.Total)
}
