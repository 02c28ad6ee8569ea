package dsl

import (
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/jsonschema"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
	"github.com/partitur/partitur/dsl/types"
)

// A Signal is a message that nobody waits to be answered. Without Do it is kept
// until a `receive` step takes it.
type Signal struct {
	Name        string
	Span        source.Span
	Description string
	Message     *jsonschema.Schema
	Do          []*Step
	OnError     string // "" or "continue"
	OnInvalid   string // drop or fail
	Dedupe      *expr.Expr

	Instant bool // no step of Do waits

	slots     []fields.Slot
	onErrorAt source.Span
}

// Fields declares the keys of an element of signals.
func (s *Signal) Fields(f *fields.Set) {
	s.OnInvalid = "drop"
	f.String(&s.Description, "description", "what the signal is for, shown by clients")
	f.Schema(&s.Message, "message", "JSON Schema of the payload; what breaks it never reaches a step")
	bindSteps(f, &s.Do, "do", "steps that run for each signal; they see `message`. Without them it is kept for `receive`")
	f.Enum(&s.OnError, "on_error", "`continue` lets the run go on when the steps fail", []string{"continue"})
	f.Enum(&s.OnInvalid, "on_invalid", "what becomes of a signal that breaks the schema: it is dropped with a warning, or the run fails; `drop` if not set", []string{"drop", "fail"})
	f.Expr(&s.Dedupe, "dedupe", "what identifies a signal, on `message`; another with the same value is ignored", fields.Sees(seesMessage))
	s.slots = f.Slots
	s.onErrorAt = f.KeySpan("on_error")
}

// Handled tells whether steps run for each signal, rather than a `receive`
// taking it.
func (s *Signal) Handled() bool { return s.Do != nil }

// An Update is a message whose sender waits for an answer.
type Update struct {
	Name        string
	Span        source.Span
	Description string
	Message     *jsonschema.Schema
	Validate    []*Rule
	Do          []*Step
	Output      *expr.Value

	slots []fields.Slot
}

// Fields declares the keys of an element of updates.
func (u *Update) Fields(f *fields.Set) {
	f.String(&u.Description, "description", "what the update is for, shown by clients")
	f.Schema(&u.Message, "message", "JSON Schema of the argument; what breaks it is rejected")
	f.Objects(func() fields.Declarer {
		r := new(Rule)
		u.Validate = append(u.Validate, r)
		return r
	}, "validate", "what must hold for the update to be accepted; the first that does not rejects it")
	bindSteps(f, &u.Do, "do", "steps that run for each update; they see `message` and `update`")
	f.Value(&u.Output, "output", "the answer, after the steps", fields.Sees(seesMessage))
	u.slots = f.Slots
}

// A Rule rejects updates. It leaves no trace in the history of the run.
type Rule struct {
	Check  *expr.Expr
	Reject *expr.Value
}

// Fields declares the keys of an element of validate.
func (r *Rule) Fields(f *fields.Set) {
	f.Condition(&r.Check, "check", "what must hold of `message` and the state", fields.Required, fields.Sees(seesMessage))
	f.Value(&r.Reject, "reject", "what the sender is told otherwise", fields.Required, fields.Sees(seesMessage), fields.Want(types.StringType))
}

// bindMessages binds signals and updates.
func (d *Definition) bindMessages(f *fields.Set) {
	f.Named(func(name string, key *syntax.Node) fields.Declarer {
		s := &Signal{Name: name, Span: keySpan(key)}
		d.Signals = append(d.Signals, s)
		return s
	}, "signals", "messages that a running workflow takes, by name")
	f.Named(func(name string, key *syntax.Node) fields.Declarer {
		u := &Update{Name: name, Span: keySpan(key)}
		d.Updates = append(d.Updates, u)
		return u
	}, "updates", "messages that a running workflow answers, by name")
	d.looseSignals = len(d.Signals) == 0 && !f.Sound("signals")
}

func keySpan(key *syntax.Node) (at source.Span) {
	if key != nil {
		at = key.Span
	}
	return at
}

// handlers are the blocks of the messages' steps.
func (d *Definition) handlers() (blocks []Block) {
	for _, s := range d.Signals {
		blocks = append(blocks, Block{Name: "signals." + s.Name, Steps: s.Do})
	}
	for _, u := range d.Updates {
		blocks = append(blocks, Block{Name: "updates." + u.Name, Steps: u.Do})
	}
	return blocks
}

// Signal finds a signal by name, or returns nil.
func (d *Definition) Signal(name string) *Signal {
	for _, s := range d.Signals {
		if s.Name == name {
			return s
		}
	}
	return nil
}

// Update finds an update by name, or returns nil.
func (d *Definition) Update(name string) *Update {
	for _, u := range d.Updates {
		if u.Name == name {
			return u
		}
	}
	return nil
}

// instant tells whether steps end without ever waiting, so that they need no
// flow of their own.
func instant(steps []*Step) bool {
	for _, s := range steps {
		if s.Timeout != nil || s.Finally != nil {
			return false
		}
		switch s.Body.(type) {
		case *Compute, *Set, *If, *Switch, *Log, *Return, *Fail, *Try:
		default:
			return false
		}
		for _, b := range s.blocks() {
			if !instant(b.Steps) {
				return false
			}
		}
	}
	return true
}
