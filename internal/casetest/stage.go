package casetest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/builtins"
	"github.com/partitur/partitur/builtins/call"
	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/value"
	"github.com/partitur/partitur/interpreter/shared"
)

// A stage is what one run of a case happens on.
type stage struct {
	program *dsl.Program
	family  map[string]*dsl.Program // that it may run as children, by workflow type
	env     map[string]any
	mocks   *mocks
	events  []*happening

	calls      []string
	trace      []string
	complaints []string

	shared         shared.Memory     // among the runs of the case
	breakers       builtins.Breakers // of the worker
	world          *testsuite.TestWorkflowEnvironment
	id             string          // of the workflow under test
	live           map[string]bool // children that really run, by workflow id
	waiting, begun int             // children that are to start, and that have
}

func newStage(p *dsl.Program, others []*dsl.Program, c *dsl.TestCase) (*stage, []string) {
	s := &stage{program: p, env: c.Env, family: map[string]*dsl.Program{}, live: map[string]bool{}}
	for _, other := range others {
		if other.Name != p.Name {
			s.family[other.Name] = other
		}
	}
	var problems []string
	s.mocks, problems = newMocks(c.Mocks)
	for i, e := range c.Events {
		s.events = append(s.events, &happening{Event: e, number: i})
	}
	return s, problems
}

// A request is one activity that the run has scheduled.
type request struct {
	activity string // its type
	builtin  bool
	arg      []byte // its first argument
	args     string // all of them, to show

	id    string // of the step, if it has one
	undo  string // ID.compensate, if the step is a compensation of the step ID
	route string // METHOD url, of HTTP calls

	breaker *call.Breaker // of the worker, which the action asks
}

// request is one of the run, or of a child: the names of a child's steps begin
// with its workflow type.
func (s *stage) request(ctx workflow.Context, step *dsl.Step, activity string, args []any) *request {
	r := newRequest(step, activity, args)
	if p := s.programOf(ctx); p != s.program {
		for _, name := range []*string{&r.id, &r.undo} {
			if *name != "" {
				*name = p.Name + "." + *name
			}
		}
	}
	return r
}

func newRequest(step *dsl.Step, activity string, args []any) *request {
	r := &request{activity: activity}
	var shown []string
	for _, arg := range args {
		raw, _ := arg.(converter.RawValue)
		shown = append(shown, string(raw.Payload().GetData()))
	}
	r.args = strings.Join(shown, " ")
	if len(shown) > 0 {
		r.arg = []byte(shown[0])
	}
	if step == nil {
		return r
	}
	r.id = cmp.Or(step.ID, step.ToolName())
	if owner, _, undoes := cutLast(step.Path, "/compensate/"); undoes {
		_, last, _ := cutLast("/"+owner, "/")
		r.undo = last + ".compensate"
	}
	if _, r.builtin = step.Body.(*dsl.Action); r.builtin {
		r.route = routeOf(r.arg)
		if c, err := call.Decode(r.arg); err == nil {
			r.breaker = c.Breaker
		}
	}
	return r
}

// names are what a mock can call the request, the most telling first.
func (r *request) names() []string {
	return slices.DeleteFunc([]string{r.id, r.undo, r.activity, r.route}, func(s string) bool { return s == "" })
}

// name is what the list of calls shows.
func (r *request) name() string { return cmp.Or(r.undo, r.id, r.route, r.activity) }

// routeOf is the method and the url of an HTTP call.
func routeOf(arg []byte) string {
	c, err := call.Decode(arg)
	if err != nil {
		return ""
	}
	url, _ := c.Input["url"].(string)
	method, _ := c.Input["method"].(string)
	if method == "" {
		method = "GET"
	}
	if url == "" {
		return ""
	}
	return method + " " + url
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// stepOf finds the step that scheduled an activity. A local activity has no id
// of its own, so its summary decides between steps of one type.
func stepOf(p *dsl.Program, id, activity, summary string) *dsl.Step {
	path, _, _ := cutLast(id, "#")
	if step := p.StepAt(path); step != nil {
		return step
	}
	var found *dsl.Step
	p.WalkAll(func(step *dsl.Step) {
		a, ok := step.Body.(*dsl.Activity)
		if ok && step.Local && a.Type.Const == activity && (found == nil || step.ID == summary) {
			found = step
		}
	})
	return found
}

// text shows a value as compact JSON.
func text(v any) string {
	data, err := value.Encode(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(data)
}
