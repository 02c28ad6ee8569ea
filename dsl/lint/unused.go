package lint

import (
	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/expr"
)

// reads lists the fields of a name of the scope that some expression reads. All
// is set when one takes the whole.
func (p *pass) reads(root string) (fields map[string]bool, all bool) {
	fields = map[string]bool{}
	p.Exprs(func(e *expr.Expr) {
		for _, ref := range e.Refs() {
			switch {
			case ref.Path[0] != root:
			case len(ref.Path) == 1:
				all = true
			default:
				fields[ref.Path[1]] = true
			}
		}
	})
	return fields, all
}

func unusedVariable(p *pass) {
	reads, all := p.reads("state")
	for _, v := range p.State {
		if !all && !reads[v.Name] {
			p.diags.Warn(p.rule, v.Span, "nothing reads the variable %q", v.Name).WithHint("remove it, or answer a query with it")
		}
	}
}

func unusedEnv(p *pass) {
	reads, all := p.reads("env")
	for _, v := range p.Env {
		if !all && !reads[v.Name] {
			p.diags.Warn(p.rule, v.Span, "nothing reads the setting %q", v.Name).WithHint("remove it")
		}
	}
}

func unusedSecret(p *pass) {
	reads, all := p.reads("secrets")
	for i, name := range p.Secrets {
		if !all && !reads[name] {
			p.diags.Warn(p.rule, p.SecretSpan(i), "no step uses the secret %q", name).WithHint("remove it")
		}
	}
}

func unusedPolicy(p *pass) {
	used := map[string]bool{}
	note := func(r *dsl.Retry) {
		if r != nil {
			used[r.Policy] = true
		}
	}
	for _, r := range p.Mentions() {
		note(r)
	}
	for _, r := range p.RetryPolicies {
		if !used[r.Name] {
			p.diags.Warn(p.rule, r.Span, "nothing mentions the retry policy %q", r.Name).WithHint("remove it, or write retry: %s", r.Name)
		}
	}
}

func unusedLimit(p *pass) {
	breakers, rates := map[*dsl.Breaker]bool{}, map[*dsl.RateLimit]bool{}
	p.WalkAll(func(s *dsl.Step) { breakers[s.Breaker], rates[s.Rate] = true, true })
	for _, b := range p.Breakers {
		if !breakers[b] {
			p.diags.Warn(p.rule, b.Span, "no step uses the circuit breaker %q", b.Name).WithHint("remove it, or write circuit_breaker: %s", b.Name)
		}
	}
	for _, r := range p.Rates {
		if !rates[r] {
			p.diags.Warn(p.rule, r.Span, "no step uses the rate limit %q", r.Name).WithHint("remove it, or write rate_limit: %s", r.Name)
		}
	}
}
