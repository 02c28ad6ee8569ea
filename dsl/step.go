package dsl

import (
	"fmt"
	"slices"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
	"github.com/partitur/partitur/dsl/types"
)

// A Step is one entry of a list of steps: what every step has, and a body.
type Step struct {
	Span source.Span
	Path string // of ids and positions, unique in the definition
	ID   string
	Verb string
	Body Body

	Title      *expr.Value
	If         *expr.Expr
	Timeout    *Timeout
	OnTimeout  *OnTimeout
	OnError    string // "" or "continue"
	Catch      []*Catch
	Finally    []*Step
	Compensate *Compensate
	Pivot      bool

	NamesItself bool // some expression of the step reads `step`

	Call // of activity steps

	verbSpan, idAt source.Span
	slots          []fields.Slot
	queue          string  // the task queue the step inherits
	catalog        Catalog // of the builtin actions, while the step is read
	looseTimeout   bool    // `timeout` is there and could not be read
	looseID        bool    // nor `id`
	tool           string  // the name under which an agent's model calls for it
	confirms       bool    // it asks people about the call of a tool
	noOutput       bool    // `output` is there and could not be read

	onErrorAt, compensateAt source.Span
}

// VerbSpan is where the key stands that says what the step does.
func (s *Step) VerbSpan() source.Span { return s.verbSpan }

// At is the step's place as file:line.
func (s *Step) At() string {
	line, _ := s.Span.File.Pos(s.Span.Start)
	return fmt.Sprintf("%s:%d", s.Span.File.Name, line)
}

// Queue is the task queue an activity step inherits; "" is the workflow's own.
func (s *Step) Queue() string { return s.queue }

// Call is what activity steps have besides: how the activity is dispatched, and
// what its result means.
type Call struct {
	Retry          *Retry
	TaskQueue      *expr.Value
	Priority       *Priority
	Local          bool
	IdempotencyKey *expr.Value
	CircuitBreaker *LimitRef
	RateLimit      *LimitRef
	Expect         *expr.Expr
	Output         *expr.Value

	Breaker *Breaker   // that CircuitBreaker names
	Rate    *RateLimit // that RateLimit names

	OutputSource any        // Output as written, with its ${ }
	Projected    [][]string // what Expect and Output use besides `result`, as paths of names
}

// A Body is what makes one kind of step different from another. Its types are
// the step kinds, one file each; kinds lists them.
type Body interface {
	fields.Declarer
	// Blocks are the lists of steps inside, in source order.
	Blocks() []Block
	// check checks the names and types of the body in sc and the blocks inside
	// it, and returns the type of the step's output.
	check(c *checker, s *Step, sc scope) (output *types.Type)
}

// A Block is a list of steps nested in another step. If it exports, the steps
// after that step see its own; the checker and the interpreter both go by this.
type Block struct {
	Name    string // its segment in paths; "" adds none
	Steps   []*Step
	Exports bool
}

// leaf is embedded in the kinds that hold no other steps.
type leaf struct{}

// Blocks returns none.
func (leaf) Blocks() []Block { return nil }

func (leaf) check(*checker, *Step, scope) *types.Type { return types.NilType }

// blocks are all lists of steps inside the step, modifiers included.
func (s *Step) blocks() []Block {
	blocks := slices.Clip(s.Body.Blocks())
	if s.OnTimeout != nil && s.OnTimeout.Steps != nil {
		blocks = append(blocks, Block{Name: "on_timeout", Steps: s.OnTimeout.Steps})
	}
	for _, c := range s.Catch {
		blocks = append(blocks, Block{Name: "catch", Steps: c.Do})
	}
	if s.Finally != nil {
		blocks = append(blocks, Block{Name: "finally", Steps: s.Finally})
	}
	if s.Compensate != nil && s.Compensate.Steps != nil {
		blocks = append(blocks, Block{Name: "compensate", Steps: s.Compensate.Steps})
	}
	return blocks
}

// IsActivity tells whether the step runs an activity.
func (s *Step) IsActivity() bool {
	switch s.Body.(type) {
	case *Activity, *Action:
		return true
	}
	return false
}

// Fields declares the modifiers.
func (s *Step) Fields(f *fields.Set) {
	activity := s.IsActivity()
	f.Ident(&s.ID, "id", "the name under which expressions reach the step")
	if f.Has("id") {
		s.idAt = f.KeySpan("id")
	}
	f.Value(&s.Title, "title", "what the step does, shown in the Web UI", fields.Want(types.StringType))
	if s.Verb != "if" {
		f.Condition(&s.If, "if", "the step is skipped unless this holds")
	}
	if !activity {
		bindTimeout(f, &s.Timeout, "bounds the whole step, which is cancelled at its end", false)
		if _, decided := s.Body.(*Approval); decided {
			bindOnTimeout(f, &s.OnTimeout, decisions...)
		} else {
			bindOnTimeout(f, &s.OnTimeout)
		}
	}
	f.Node("on_error", "`continue` goes on after an error, quietly", map[string]any{"enum": []string{"continue"}}, func(n *syntax.Node) { s.bindOnError(n, f.Diags()) })
	f.Objects(func() fields.Declarer {
		c := new(Catch)
		s.Catch = append(s.Catch, c)
		return c
	}, "catch", "what to do about errors; the first entry that fits is taken")
	bindSteps(f, &s.Finally, "finally", "steps that run after this one, whatever happened")
	bindCompensate(f, &s.Compensate)
	f.Bool(&s.Pivot, "pivot", "once the step has succeeded, nothing before it is undone")
	switch s.Body.(type) {
	case *Activity, *Action:
		s.callFields(f)
	case *Child:
		s.dispatchFields(f)
		s.resultFields(f, seesResult)
	case *Agent:
		s.resultFields(f, seesResult)
	}
	s.onErrorAt, s.compensateAt = f.KeySpan("on_error"), f.KeySpan("compensate")
}

func (s *Step) bindOnError(n *syntax.Node, diags *diag.List) {
	const can = "%q can only be continue, not %s"
	switch {
	case n.Kind == syntax.Scalar && n.Value == "continue":
		s.OnError = "continue"
	case n.Kind == syntax.List || n.Kind == syntax.Map:
		diags.Error("wrong-type", n.Span, can, "on_error", shown(n)).WithHint("steps for an error are catch: [{do: [steps]}]")
	case slices.Contains([]string{"fail", "stop", "abort", "raise", "throw"}, n.Value):
		diags.Error("bad-value", n.Span, can, "on_error", shown(n)).WithHint("leave it out: an error ends the steps around")
	case slices.Contains([]string{"retry"}, n.Value):
		diags.Error("bad-value", n.Span, can, "on_error", shown(n)).WithHint("write retry: {maximum_attempts: 5}")
	default:
		diags.Error("bad-value", n.Span, can, "on_error", shown(n)).WithHint("write continue").WithFix(n.Span, "continue")
	}
}

func (s *Step) callFields(f *fields.Set) {
	bindTimeout(f, &s.Timeout, "bounds one attempt, or `{start_to_close, schedule_to_close, schedule_to_start, heartbeat}`", true)
	s.dispatchFields(f)
	f.Bool(&s.Local, "local", "runs the activity in the workflow's own worker, without a queue: for very short ones")
	f.Value(&s.IdempotencyKey, "idempotency_key", "replaces the key made for this step", fields.Want(types.StringType))
	bindLimit(f, &s.CircuitBreaker, "circuit_breaker", "the circuit breaker that lets its attempts through: a name, or `{name, key}`")
	bindLimit(f, &s.RateLimit, "rate_limit", "the rate limit that its attempts keep to: a name, or `{name, key}`")
	sees := seesResult
	if _, builtin := s.Body.(*Action); builtin {
		sees = seesProjection
	}
	s.resultFields(f, sees)
	s.looseTimeout = !f.Sound("timeout")
}

// dispatchFields declares how an activity or a child workflow is dispatched.
func (s *Step) dispatchFields(f *fields.Set) {
	bindRetry(f, &s.Retry, "how failed attempts are repeated: a mapping, or the name of a policy")
	f.Value(&s.TaskQueue, "task_queue", "the task queue whose workers take it", fields.Want(types.StringType))
	bindPriority(f, &s.Priority)
}

// resultFields declares what the result of the step means; they see `result`.
func (s *Step) resultFields(f *fields.Set, sees string) {
	f.Condition(&s.Expect, "expect", "what must hold of `result`; the step fails otherwise, without retry", fields.Sees(sees))
	f.Value(&s.Output, "output", "what `steps.<id>.output` holds, made from `result`", fields.Sees(sees))
	s.noOutput = !f.Sound("output")
	s.OutputSource = f.Raw("output")
}

// stepFields is the set of keys of one step: its modifiers and those of its verb.
type stepFields struct{ *Step }

// Fields declares the keys.
func (s stepFields) Fields(f *fields.Set) {
	s.Step.Fields(f)
	s.Body.Fields(f)
}
