package dsl

import (
	"strings"
	"time"

	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
)

// A Timeout bounds a step. On an activity step it is literal and bounds
// attempts; on every other step Whole bounds the step and may be computed.
type Timeout struct {
	Span                                                      source.Span
	StartToClose, ScheduleToClose, ScheduleToStart, Heartbeat time.Duration
	Whole                                                     *expr.Value
}

// Fields declares the keys of the mapping form.
func (t *Timeout) Fields(f *fields.Set) {
	f.Duration(&t.StartToClose, "start_to_close", "the longest one attempt may take")
	f.Duration(&t.ScheduleToClose, "schedule_to_close", "the longest all attempts together may take")
	f.Duration(&t.ScheduleToStart, "schedule_to_start", "the longest an attempt may wait for a worker")
	f.Duration(&t.Heartbeat, "heartbeat", "the longest an attempt may stay silent")
}

var timeoutSchema = map[string]any{"anyOf": []any{
	map[string]any{"type": "string"}, fields.ObjectSchema(new(Timeout)),
}}

// bindTimeout binds `timeout`; perAttempt says that it stands on an activity step.
func bindTimeout(f *fields.Set, p **Timeout, doc string, perAttempt bool) {
	f.Node("timeout", doc, timeoutSchema, func(n *syntax.Node) {
		t := &Timeout{Span: n.Span}
		switch {
		case n.Kind == syntax.Map && perAttempt:
			fields.Bind(t, "timeout", n, f.Env())
		case n.Kind == syntax.Map:
			f.Diags().Error("wrong-type", n.Span, "the timeout of this step bounds the whole step, so it is a single duration").
				WithHint("write timeout: 5m; start_to_close and the others belong to activity steps")
			return
		case perAttempt:
			one := syntax.Node{Kind: syntax.Map, Span: n.Span, Entries: []syntax.Entry{
				{Key: &syntax.Node{Value: "timeout", Span: n.Span}, Value: n}}}
			fields.Bind(single{&t.StartToClose}, "a step", &one, f.Env())
		default:
			if t.Whole = expr.ParseValue(n, f.Diags()); t.Whole == nil {
				return
			}
			f.AddSlots(fields.Slot{Name: "timeout", Value: t.Whole, Want: durationWanted})
		}
		*p = t
	})
}

// single binds the short form of a timeout.
type single struct{ p *time.Duration }

// Fields declares the one key.
func (s single) Fields(f *fields.Set) { f.Duration(s.p, "timeout", "") }

// merge returns t with what it leaves open taken from less, which is less
// specific.
func (t *Timeout) merge(less *Timeout) *Timeout {
	if t == nil {
		return less
	}
	if less == nil {
		return t
	}
	m := *t
	fill(&m.StartToClose, less.StartToClose)
	fill(&m.ScheduleToClose, less.ScheduleToClose)
	fill(&m.ScheduleToStart, less.ScheduleToStart)
	fill(&m.Heartbeat, less.Heartbeat)
	if t.Heartbeat == 0 && m.StartToClose > 0 && m.Heartbeat > m.StartToClose {
		m.Heartbeat = 0 // one that is inherited says nothing of attempts as short as this
	}
	return &m
}

func fill[T comparable](p *T, other T) {
	var zero T
	if *p == zero {
		*p = other
	}
}

// unset marks a number of attempts nobody has given: 0 means without bound.
const unset = -1

// A Retry says how an activity or child workflow is tried again.
type Retry struct {
	Span               source.Span
	Policy             string // a named policy that the rest extends
	InitialInterval    time.Duration
	BackoffCoefficient float64
	MaximumInterval    time.Duration
	MaximumAttempts    int // 0 is unlimited, negative is not given
	NonRetryable       []string

	policyAt source.Span
}

func newRetry() *Retry { return &Retry{MaximumAttempts: unset} }

// A NamedRetry is a retry policy that steps use by name.
type NamedRetry struct {
	Name  string
	Span  source.Span
	Retry *Retry
}

// Fields declares the keys of the mapping.
func (r *Retry) Fields(f *fields.Set) {
	r.Span = f.Span()
	f.String(&r.Policy, "policy", "a named policy that the other keys change")
	r.policyAt = f.KeySpan("policy")
	f.Duration(&r.InitialInterval, "initial_interval", "the pause before the second attempt, 1s if not set")
	f.Number(&r.BackoffCoefficient, "backoff_coefficient", "by what each pause is longer than the last, 2 if not set")
	f.Duration(&r.MaximumInterval, "maximum_interval", "the longest pause, 100 times the first if not set")
	f.Node("maximum_attempts", "the most attempts, the first included, or `unlimited`", map[string]any{
		"anyOf": []any{map[string]any{"type": "integer", "minimum": 1}, map[string]any{"const": "unlimited"}},
	}, func(n *syntax.Node) {
		attempts, isInt := n.Data().(int)
		switch {
		case n.Kind == syntax.Scalar && n.Value == "unlimited":
			r.MaximumAttempts = 0
		case isInt && attempts == 0:
			f.Diags().Error("wrong-type", n.Span, "%q must be a number from 1, or unlimited, not %s", "maximum_attempts", shown(n)).
				WithHint("write unlimited").WithFix(n.Span, "unlimited")
		case isInt && attempts > 0:
			r.MaximumAttempts = attempts
		default:
			f.Diags().Error("wrong-type", n.Span, "%q must be a number from 1, or unlimited, not %s", "maximum_attempts", shown(n)).
				WithHint("1 means that there is no second attempt")
		}
	})
	f.Strings(&r.NonRetryable, "non_retryable", "types of errors that are not tried again")
	if f.Diags() != nil && f.Sound("backoff_coefficient") && f.Has("backoff_coefficient") && r.BackoffCoefficient < 1 {
		f.Diags().Error("bad-value", f.KeySpan("backoff_coefficient"), "%q must be at least 1, or the pauses would become shorter", "backoff_coefficient").
			WithHint("2 doubles each pause, 1 keeps them equal")
	}
	if f.Diags() != nil && r.MaximumInterval > 0 && r.MaximumInterval < r.InitialInterval {
		f.Diags().Error("bad-value", f.KeySpan("maximum_interval"), "the longest pause is shorter than the first").
			WithHint("make %q longer than %q", "maximum_interval", "initial_interval")
	}
}

var retrySchema = map[string]any{"anyOf": []any{
	map[string]any{"type": "string"}, fields.ObjectSchema(new(Retry)),
}}

func bindRetry(f *fields.Set, p **Retry, doc string) {
	f.Node("retry", doc, retrySchema, func(n *syntax.Node) {
		r := newRetry()
		if n.Kind == syntax.Scalar && n.Type != syntax.String {
			d := f.Diags().Error("wrong-type", n.Span, "%q must be a mapping or the name of a policy, not %s", "retry", shown(n))
			if n.Type == syntax.Int {
				d.WithHint("write {maximum_attempts: %s}", n.Value).WithFix(n.Span, "{maximum_attempts: "+n.Value+"}")
			} else {
				d.WithHint("write {maximum_attempts: 1} for no second attempt")
			}
			return
		}
		if n.Kind == syntax.Scalar && strings.Contains(n.Value, "${") {
			f.Diags().Error("literal-only", n.Span, "%q is read before anything runs, so it cannot hold ${ }", "retry").
				WithHint("write the policy itself")
			return
		}
		if n.Kind == syntax.Scalar {
			r.Policy, r.Span, r.policyAt = n.Value, n.Span, n.Span
		} else {
			fields.Bind(r, "retry", n, f.Env())
		}
		*p = r
	})
}

// merge returns r with what it leaves open taken from less. Of two pauses that do
// not go together the one that r says counts.
func (r *Retry) merge(less *Retry) *Retry {
	if r == nil {
		return less
	}
	if less == nil {
		return r
	}
	m := *r
	fill(&m.InitialInterval, less.InitialInterval)
	fill(&m.BackoffCoefficient, less.BackoffCoefficient)
	fill(&m.MaximumInterval, less.MaximumInterval)
	switch {
	case m.MaximumInterval == 0 || m.InitialInterval <= m.MaximumInterval:
	case r.InitialInterval > 0:
		m.MaximumInterval = m.InitialInterval
	default:
		m.InitialInterval = m.MaximumInterval
	}
	if m.MaximumAttempts == unset {
		m.MaximumAttempts = less.MaximumAttempts
	}
	if m.NonRetryable == nil {
		m.NonRetryable = less.NonRetryable
	}
	return &m
}

// Bounded tells whether the attempts end at some time by themselves.
func (r *Retry) Bounded() bool { return r != nil && r.MaximumAttempts > 0 }

// A Compensation says how what was done is undone.
type Compensation struct {
	Span        source.Span
	Order       string // reverse or parallel
	OnError     string // continue, stop or wait
	Retry       *Retry
	Timeout     *Timeout
	DeadLetter  []*Step
	deadLetters []fields.Slot
}

// Fields declares the keys of the mapping.
func (c *Compensation) Fields(f *fields.Set) {
	c.Span = f.Span()
	f.Enum(&c.Order, "order", "newest first, or all at once; `reverse` if not set", []string{"reverse", "parallel"})
	f.Enum(&c.OnError, "on_error", "what happens after a compensation has failed for good: `continue` with the rest, `stop`, or after the rest `wait` for an operator to retry or skip it; `continue` if not set", []string{"continue", "stop", "wait"})
	bindRetry(f, &c.Retry, "how compensations are retried; 5 attempts, 1s to 1m apart, if not set")
	bindTimeout(f, &c.Timeout, "bounds one attempt of a compensation, 5m if not set", true)
	bindSteps(f, &c.DeadLetter, "dead_letter", "steps that run for each compensation that failed for good; they see `error`")
}

// defaultCompensation is independent of what a definition's defaults say.
var (
	defaultCompensationRetry   = &Retry{MaximumAttempts: 5, InitialInterval: time.Second, MaximumInterval: time.Minute}
	defaultCompensationTimeout = &Timeout{StartToClose: 5 * time.Minute}
)

func bindCompensation(f *fields.Set, p **Compensation) {
	c := new(Compensation)
	if f.Object(c, "compensation", "how what was done is undone") {
		*p = c
	}
}
