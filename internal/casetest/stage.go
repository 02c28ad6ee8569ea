package casetest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/builtins"
	"github.com/partitur/partitur/builtins/call"
	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/value"
	"github.com/partitur/partitur/interpreter"
	"github.com/partitur/partitur/interpreter/shared"
)

// A stage is what one run of a case happens on.
type stage struct {
	program   *dsl.Program
	relatives []*dsl.Program          // that it may run as children
	family    map[string]*dsl.Program // the same, by workflow type
	written   *dsl.TestCase
	start     time.Time
	row       any
	mocks     mocks
	events    []*happening
	coverage  *Coverage

	calls      []string
	undone     []dsl.Compensated
	attributes map[string]any // search attributes
	memo       map[string]any
	trace      []Moment
	complaints []Problem
	continued  int
	elapsed    time.Duration

	alone      sync.Mutex // held while a mock is asked
	mu         sync.Mutex // of what is noted
	childWaits bool       // a child that really runs has taken time

	refused   bool // some call has no answer
	stopped   bool // the run has not ended by itself
	stoppedAt time.Time
	waits     string // where it stood then

	shared   shared.Memory                      // among the runs of the case
	breakers builtins.Breakers                  // of the worker
	parts    map[string]*dsl.Program            // that runs of parts of loops execute, by workflow id
	world    *testsuite.TestWorkflowEnvironment // nil if a server plays
	remote   *remote                            // nil in memory
	id       string                             // of the workflow under test
	live     map[string]*liveChild              // children that really run, by workflow id
	starters []string                           // workflow ids of the runs that start children, for each of these
	begun    int                                // how many of these children have started
}

func (pl *Player) stage(p *dsl.Program, c *dsl.TestCase) *stage {
	s := &stage{
		program: p, relatives: pl.family(p), family: map[string]*dsl.Program{}, written: c, start: c.StartTime,
		mocks: newMocks(c), live: map[string]*liveChild{}, parts: map[string]*dsl.Program{}, attributes: map[string]any{}, memo: map[string]any{}, id: workflowID,
	}
	if s.start.IsZero() {
		s.start = Start
	}
	if c.Row != nil {
		s.row = c.Row
	}
	for _, other := range s.relatives {
		s.family[other.Name] = other
	}
	for i, e := range c.Events {
		s.events = append(s.events, &happening{Event: e, number: i})
	}
	return s
}

// now is the time by the clock of the run.
func (s *stage) now() time.Time {
	if s.remote != nil {
		return s.remote.now()
	}
	return s.world.Now()
}

// note adds to the trace.
func (s *stage) note(where, format string, args ...any) {
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.stopped || where == "" {
		s.trace = append(s.trace, Moment{now.Sub(s.start), where, fmt.Sprintf(format, args...)})
	}
}

// complain notes what is not as it should be, once.
func (s *stage) complain(p Problem) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.ContainsFunc(s.complaints, func(q Problem) bool { return q.Text == p.Text && q.At == p.At }) {
		s.complaints = append(s.complaints, p)
	}
}

// notice takes what the interpreter tells.
func (s *stage) notice(n interpreter.Notice) {
	if s.stopped {
		return
	}
	s.coverage.note(n)
	switch n.Kind {
	case interpreter.StepEnded:
		if _, call := n.Step.Body.(*dsl.Activity); n.Status == "succeeded" && (call || n.Step.Verb == "http") {
			return // the call says so
		}
		came := strings.ReplaceAll(n.Status, "_", " ")
		if n.Error != "" {
			came += ": " + n.Error
		}
		s.note(n.Step.At(), "%s %s", cmp.Or(n.Step.ID, n.Step.Verb), came)
	case interpreter.StepUndone:
		s.mu.Lock()
		defer s.mu.Unlock()
		s.undone = append(s.undone, dsl.Compensated{Step: cmp.Or(n.Step.ID, n.Step.Path), Status: n.Status})
	}
}

// A request is one activity that the run has scheduled.
type request struct {
	step     *dsl.Step // nil if it is not known
	activity string    // its type
	builtin  bool
	arg      []byte // its first argument
	args     string // all of them, to show
	values   []any  // all of them

	id    string // of the step, if it has one
	undo  string // ID.compensate, if the step is a compensation of the step ID
	route string // METHOD url, of HTTP calls

	breaker *call.Breaker // of the worker, which the action asks
	reel    *reel         // of the run; nil in memory
}

// where is the line of the step, and source where that is.
func (r *request) where() string {
	if r.step == nil {
		return ""
	}
	return r.step.At()
}

func (r *request) source() source.Span {
	if r.step == nil {
		return source.Span{}
	}
	return r.step.Span
}

// vars are what the expressions of a mock see.
func (r *request) vars(attempt int) map[string]any {
	vars := map[string]any{"with": nil, "args": append([]any{}, r.values...), "attempt": attempt}
	if len(r.values) > 0 {
		vars["with"] = r.values[0]
	}
	if c, err := call.Decode(r.arg); r.builtin && err == nil {
		vars["with"] = c.Input
	}
	return vars
}

// shown is what was sent, line by line.
func (r *request) shown() []string {
	vars := r.vars(0)
	if len(r.values) > 1 {
		return pretty(vars["args"])
	}
	return pretty(vars["with"])
}

// request is one of the run, or of a child: the names of a child's steps begin
// with its workflow type.
func (o *outbound) request(ctx workflow.Context, step *dsl.Step, activity string, args []any) *request {
	s, r, p := o.stage, newRequest(step, activity, args), o.stage.programOf(ctx)
	r.reel, r.undo = o.reel, undoOfTool(p, step, r.undo)
	if p != s.program {
		for _, name := range []*string{&r.id, &r.undo} {
			if *name != "" {
				*name = p.Name + "." + *name
			}
		}
	}
	return r
}

func newRequest(step *dsl.Step, activity string, args []any) *request {
	r := &request{activity: activity, step: step}
	var shown []string
	for _, arg := range args {
		raw, _ := arg.(converter.RawValue)
		v, _ := decode(raw)
		r.values, shown = append(r.values, v), append(shown, string(raw.Payload().GetData()))
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

// pretty shows a value line by line.
func pretty(v any) []string {
	data, err := value.Encode(v)
	var b bytes.Buffer
	if err != nil || json.Indent(&b, data, "", "  ") != nil {
		return []string{fmt.Sprint(v)}
	}
	return strings.Split(b.String(), "\n")
}

// text shows a value as compact JSON.
func text(v any) string {
	data, err := value.Encode(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(data)
}
