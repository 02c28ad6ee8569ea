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

	AmongOthers bool // the step is one of several in a `compensate` list

	Call // of activity steps

	verbSpan, idAt source.Span
	slots          []fields.Slot
	queue          string // the task queue the step inherits
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
	Priority       int
	Local          bool
	IdempotencyKey *expr.Value
	Expect         *expr.Expr
	Output         *expr.Value

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
		bindOnTimeout(f, &s.OnTimeout)
	}
	f.Enum(&s.OnError, "on_error", "`continue` goes on after an error, quietly", []string{"continue"})
	f.Objects(func() fields.Declarer {
		c := new(Catch)
		s.Catch = append(s.Catch, c)
		return c
	}, "catch", "what to do about errors; the first entry that fits is taken")
	bindSteps(f, &s.Finally, "finally", "steps that run after this one, whatever happened")
	bindCompensate(f, &s.Compensate)
	f.Bool(&s.Pivot, "pivot", "once the step has succeeded, nothing before it is undone")
	if activity {
		s.callFields(f)
	}
}

func (s *Step) callFields(f *fields.Set) {
	bindTimeout(f, &s.Timeout, "bounds one attempt, or `{start_to_close, schedule_to_close, schedule_to_start, heartbeat}`", true)
	bindRetry(f, &s.Retry, "how failed attempts are repeated: a mapping, or the name of a policy")
	f.Value(&s.TaskQueue, "task_queue", "the task queue whose workers run the activity", fields.Want(types.StringType))
	f.Int(&s.Priority, "priority", "from 1, served first, to 5", fields.AtLeast(1))
	f.Bool(&s.Local, "local", "runs the activity in the workflow's own worker, without a queue: for very short ones")
	f.Value(&s.IdempotencyKey, "idempotency_key", "replaces the key made for this step", fields.Want(types.StringType))
	sees := fields.Sees(seesResult)
	if _, builtin := s.Body.(*Action); builtin {
		sees = fields.Sees(seesProjection)
	}
	f.Condition(&s.Expect, "expect", "what must hold of `result`; the step fails otherwise, without retry", sees)
	f.Value(&s.Output, "output", "what `steps.<id>.output` holds, made from `result`", sees)
	s.OutputSource = f.Raw("output")
}

// stepFields is the set of keys of one step: its modifiers and those of its verb.
type stepFields struct{ *Step }

// Fields declares the keys.
func (s stepFields) Fields(f *fields.Set) {
	s.Step.Fields(f)
	s.Body.Fields(f)
}

// A Catch is one answer to an error.
type Catch struct {
	Span   source.Span
	Types  []string
	When   *expr.Expr
	Do     []*Step
	Output *expr.Value
	slots  []fields.Slot
}

// Fields declares the keys of an element of catch.
func (c *Catch) Fields(f *fields.Set) {
	c.Span = f.Span()
	f.Strings(&c.Types, "type", "types or categories of the errors it is for; all if not set")
	f.Condition(&c.When, "when", "a further condition, on `error`", fields.Sees(seesCatch))
	bindSteps(f, &c.Do, "do", "what to do; they see `error`")
	f.Value(&c.Output, "output", "what the step's output is then; the step counts as succeeded", fields.Sees(seesCatch))
	c.slots = f.Slots
	f.Slots = nil // they are checked with the entry, in its own scope
}

// OnTimeout is what happens when the timeout of a whole step is up.
type OnTimeout struct {
	Fail   bool
	Steps  []*Step
	Output *expr.Value
	slots  []fields.Slot
}

// Fields declares the keys of the mapping form.
func (o *OnTimeout) Fields(f *fields.Set) {
	f.Value(&o.Output, "output", "the output of the step, which then counts as succeeded", fields.Required)
	o.slots = f.Slots
}

func bindOnTimeout(f *fields.Set, p **OnTimeout) {
	f.Node("on_timeout", "what happens at the end of `timeout`: `fail`, steps, or `{output: VALUE}`", map[string]any{"anyOf": []any{
		map[string]any{"const": "fail"}, stepsRef, fields.ObjectSchema(new(OnTimeout)),
	}}, func(n *syntax.Node) {
		o := new(OnTimeout)
		switch {
		case n.Kind == syntax.Scalar && n.Value == "fail":
			o.Fail = true
		case n.Kind == syntax.List:
			o.Steps = parseSteps(n, f)
		case n.Kind == syntax.Map:
			fields.Bind(o, "on_timeout", n, f.Env())
		default:
			f.Diags().Error("wrong-type", n.Span, "%q must be fail, a list of steps, or a mapping with output", "on_timeout")
			return
		}
		if !f.Has("timeout") {
			f.Diags().Error("missing-key", f.KeySpan("on_timeout"), "there is no timeout that could end the step").
				WithHint("add timeout: with a duration")
		}
		*p = o
	})
}

// Compensate undoes a step that has succeeded.
type Compensate struct {
	Span   source.Span
	None   bool // the author says that there is nothing to undo
	Steps  []*Step
	Before bool // it is registered before its step runs
}

func bindCompensate(f *fields.Set, p **Compensate) {
	f.Node("compensate", "what undoes the step: a step, a list of steps, or `none`", map[string]any{"anyOf": []any{
		map[string]any{"const": "none"}, stepsRef, map[string]any{"$ref": "#/$defs/step"},
	}}, func(n *syntax.Node) {
		c := &Compensate{Span: n.Span}
		switch {
		case n.Kind == syntax.Scalar && n.Value == "none":
			c.None = true
		case n.Kind == syntax.List:
			c.Steps = parseSteps(n, f)
			for _, s := range c.Steps {
				s.AmongOthers = len(c.Steps) > 1
			}
		case n.Kind == syntax.Map:
			c.Steps = []*Step{parseStep(c.takeRegister(n, f.Diags()), f)}
		default:
			f.Diags().Error("wrong-type", n.Span, "%q must be a step, a list of steps, or none", "compensate")
			return
		}
		*p = c
	})
}

// takeRegister reads the key `register`, which only a compensation has, and
// returns the step without it.
func (c *Compensate) takeRegister(n *syntax.Node, diags *diag.List) *syntax.Node {
	e := n.Entry("register")
	if e == nil {
		return n
	}
	if e.Value.Value != "before" {
		diags.Error("bad-value", e.Value.Span, "%q can only be before", "register").
			WithHint("leave the key out to register the compensation when the step has succeeded")
	}
	c.Before = true
	rest := *n
	rest.Entries = nil
	for _, other := range n.Entries {
		if other.Key.Value != "register" {
			rest.Entries = append(rest.Entries, other)
		}
	}
	return &rest
}
