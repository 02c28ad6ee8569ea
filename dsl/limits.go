package dsl

import (
	"strings"
	"time"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/limit"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
)

// Who shares a lock, a circuit breaker or a rate limit.
const (
	ScopeRun       = "run"
	ScopeWorker    = "worker" // the process that runs the step's activity
	ScopeNamespace = "namespace"
)

// Limits are the circuit breakers and rate limits that a document declares.
type Limits struct {
	Breakers []*Breaker
	Rates    []*RateLimit

	looseBreakers, looseRates bool // some could not be read
}

// A Breaker is a circuit breaker that steps use by name.
type Breaker struct {
	Name   string
	Span   source.Span
	Scope  string   // run, worker or namespace
	Counts []string // types and categories of the errors that count; all if there are none
	limit.BreakerSettings
}

// A RateLimit is a rate limit that steps use by name.
type RateLimit struct {
	Name    string
	Span    source.Span
	Scope   string // run or namespace
	Windows []limit.Window
}

// A LimitRef is how a step names a breaker or a rate limit.
type LimitRef struct {
	Name string
	Key  *expr.Value // there is one for each; nil for one in all
	Span source.Span
}

// Fields declares the keys of the mapping.
func (b *Breaker) Fields(f *fields.Set) {
	b.Scope, b.Probes = ScopeRun, 1
	f.Int(&b.Failures, "failures", "how many attempts in a row must fail to open it", fields.Required, fields.AtLeast(1))
	f.Duration(&b.OpenFor, "open_for", "how long no attempt is let through then", fields.Required)
	f.Int(&b.Probes, "probes", "how many attempts are let through after that, all of which must succeed to close it; 1 if not set", fields.AtLeast(1))
	f.Strings(&b.Counts, "counts", "types or categories of the errors that count as failures; all if not set")
	f.Enum(&b.Scope, "scope", "who shares it: the steps of one `run`, the builtin actions of one `worker`, or the runs of the `namespace`; `run` if not set", []string{ScopeRun, ScopeWorker, ScopeNamespace})
	positive(f, "open_for", b.OpenFor)
}

// positive reports a duration of nothing.
func positive(f *fields.Set, name string, d time.Duration) {
	if f.Diags() != nil && f.Has(name) && f.Sound(name) && d <= 0 {
		f.Diags().Error("bad-value", f.ValueSpan(name), "%q must be longer than nothing", name).WithHint("write a duration such as 1m")
	}
}

// A window is one entry of a rate limit as written.
type window struct {
	*RateLimit
	limit.Window
}

// Fields declares the keys of the mapping.
func (w *window) Fields(f *fields.Set) {
	var scope string
	f.Int(&w.Limit, "limit", "how many attempts there may be", fields.Required, fields.AtLeast(1))
	f.Duration(&w.Per, "per", "in any stretch of time of this length", fields.Required)
	f.Enum(&scope, "scope", "who shares it: the steps of one `run`, or the runs of the `namespace`; `run` if not set", []string{ScopeRun, ScopeNamespace})
	positive(f, "per", w.Per)
	if scope != "" {
		w.Scope = scope
	}
	if w.Limit > 0 && w.Per > 0 {
		w.Windows = append(w.Windows, w.Window)
	}
}

// bind declares the keys of a document that declares limits.
func (l *Limits) bind(f *fields.Set) {
	f.Named(func(name string, key *syntax.Node) fields.Declarer {
		b := &Breaker{Name: name}
		if key != nil {
			b.Span = key.Span
		}
		l.Breakers = append(l.Breakers, b)
		return b
	}, "circuit_breakers", "circuit breakers that steps use by name")
	var schema map[string]any
	if f.Describing() {
		one := fields.ObjectSchema(&window{RateLimit: new(RateLimit)})
		schema = map[string]any{"type": "object", "additionalProperties": map[string]any{"anyOf": []any{
			one, map[string]any{"type": "array", "items": one, "minItems": 1},
		}}}
	}
	f.Node("rate_limits", "rate limits that steps use by name: `{limit, per}`, or a list of these that all must admit an attempt", schema, func(n *syntax.Node) { l.bindRates(f, n) })
	l.looseBreakers = len(l.Breakers) == 0 && !f.Sound("circuit_breakers")
	l.looseRates = len(l.Rates) == 0 && !f.Sound("rate_limits")
}

func (l *Limits) bindRates(f *fields.Set, n *syntax.Node) {
	if n.Kind != syntax.Map {
		l.looseRates = true
		f.Diags().Error("wrong-type", n.Span, "%q must be a mapping from names, not %s", "rate_limits", shown(n)).
			WithHint("write {partner: {limit: 100, per: 1m}}")
		return
	}
	for _, e := range n.Entries {
		if e.Key.Kind == syntax.Broken || e.Value.Kind == syntax.Broken {
			l.looseRates = true
			continue
		}
		r := &RateLimit{Name: e.Key.Value, Span: e.Key.Span, Scope: ScopeRun}
		l.Rates = append(l.Rates, r)
		what := "rate_limits." + r.Name
		if e.Value.Kind != syntax.List {
			fields.Bind(&window{RateLimit: r}, what, e.Value, f.Env())
			continue
		}
		if len(e.Value.Items) == 0 {
			f.Diags().Error("bad-value", e.Value.Span, "the rate limit %q has no windows", r.Name).WithHint("write {limit: 100, per: 1m}")
		}
		for _, item := range e.Value.Items {
			fields.Bind(&window{RateLimit: r}, "a window of "+what, item, f.Env())
		}
	}
}

// limitRef is the mapping form of a LimitRef.
type limitRef struct{ *LimitRef }

// Fields declares the keys of the mapping.
func (r limitRef) Fields(f *fields.Set) {
	f.String(&r.Name, "name", "what is declared at the top of the document, or in the project", fields.Required, fields.Literal)
	f.Value(&r.Key, "key", "there is one for each value of this, such as ${ input.customer }")
	r.Span = f.ValueSpan("name")
}

// bindLimit binds `circuit_breaker` or `rate_limit` of a step.
func bindLimit(f *fields.Set, p **LimitRef, name, doc string) {
	var schema map[string]any
	if f.Describing() {
		schema = f.AnyOf(limitRef{new(LimitRef)}, map[string]any{"type": "string"})
	}
	f.Node(name, doc, schema, func(n *syntax.Node) {
		r := new(LimitRef)
		switch {
		case n.Kind == syntax.Map:
			f.Merge(fields.Bind(limitRef{r}, name, n, f.Env()))
		case n.Kind != syntax.Scalar || n.Type != syntax.String:
			f.Diags().Error("wrong-type", n.Span, "%q must be a name, or {name: NAME, key: VALUE}, not %s", name, shown(n)).
				WithHint("declare it under %ss: at the top of the document, and write its name here", name)
			return
		case strings.Contains(n.Value, "${"):
			f.Diags().Error("literal-only", n.Span, "%q is read before anything runs, so it cannot hold ${ }", name).
				WithHint("write {name: NAME, key: VALUE} for one of its own for each value")
			return
		default:
			r.Name, r.Span = n.Value, n.Span
		}
		if r.Name != "" {
			*p = r
		}
	})
}

// Metered tells whether the run itself makes the attempts of the step, because
// it is asked before each: the server retries without asking. A breaker of the
// worker is asked by the action itself.
func (s *Step) Metered() bool {
	return s.Rate != nil || s.Breaker != nil && s.Breaker.Scope != ScopeWorker
}

// Shares tells whether runs of the program share something with others of the
// namespace.
func (p *Program) Shares() (shares bool) {
	p.WalkAll(func(s *Step) {
		l, lock := s.Body.(*Lock)
		shares = shares || lock && l.Scope == ScopeNamespace ||
			s.Breaker != nil && s.Breaker.Scope == ScopeNamespace || s.Rate != nil && s.Rate.Scope == ScopeNamespace
	})
	return shares
}

// limits finds what is declared under a name: what the definition declares
// comes before what the project does.
func (w *Workspace) limits(d *Definition) (list []*Limits) {
	list = append(list, &d.Limits)
	if w.Project != nil {
		list = append(list, &w.Project.Limits)
	}
	return list
}

// limitNames finds one of several declarations by its name, and lists all names.
func limitNames[T any](lists [][]T, name func(T) string, wanted string) (found T, names []string, ok bool) {
	for _, list := range lists {
		for _, x := range list {
			names = append(names, name(x))
			if name(x) == wanted && !ok {
				found, ok = x, true
			}
		}
	}
	return found, names, ok
}

// suggestLimit says what to write instead of a name that nothing declares.
func suggestLimit(d *diag.Diagnostic, ref *LimitRef, names []string, declare string) {
	if len(names) == 0 {
		d.WithHint("declare it at the top of the document: %s", declare)
		return
	}
	d.Suggest(ref.Name, names)
}
