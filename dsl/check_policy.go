package dsl

import (
	"slices"

	"github.com/partitur/partitur/dsl/diag"
)

// policies checks the retry policies of the definition, and every mention of
// one. Those of compensations are resolved here, since steps do not reach them
// through settle.
func (c *checker) policies() {
	c.space.checkPolicies(c.def.RetryPolicies, c.def, c.diags)
	for _, p := range c.def.RetryPolicies {
		c.def.mentions = append(c.def.mentions, p.Retry)
	}
	c.mention(c.def.Defaults.Retry)
	if c.def.Defaults.Timeout != nil {
		c.contradiction(c.def.Defaults.Timeout)
	}
	resolve := func(k *Compensation) {
		if k == nil {
			return
		}
		c.mention(k.Retry)
		k.Retry = c.space.resolve(k.Retry, c.def)
		if k.Timeout != nil {
			c.contradiction(k.Timeout)
		}
	}
	resolve(c.def.Compensation)
	c.def.WalkAll(func(s *Step) {
		c.mention(s.Retry)
		if g, ok := s.Body.(*Saga); ok {
			resolve(g.Compensation)
		}
		if a, ok := s.Body.(*Agent); ok {
			c.mention(a.LLM.Retry)
		}
	})
}

// mention notes a retry, and reports the name of a policy that does not exist.
func (c *checker) mention(r *Retry) {
	if r != nil {
		c.def.mentions = append(c.def.mentions, r)
	}
	c.space.mention(r, c.def, c.diags)
}

// retryPolicy finds a policy by its name: those of the definition come before
// those of the project.
func (w *Workspace) retryPolicy(name string, d *Definition) (*NamedRetry, []string) {
	var names []string
	for _, p := range w.retryPolicies(d) {
		if p.Name == name {
			return p, nil
		}
		names = append(names, p.Name)
	}
	return nil, names
}

func (w *Workspace) retryPolicies(d *Definition) (list []*NamedRetry) {
	if d != nil {
		list = slices.Clone(d.RetryPolicies)
	}
	if w.Project != nil {
		list = append(list, w.Project.RetryPolicies...)
	}
	return list
}

// resolve fills in what a retry takes from the policies that it names.
func (w *Workspace) resolve(r *Retry, d *Definition) *Retry {
	for depth := 0; r != nil && r.Policy != "" && depth < maxPolicies; depth++ {
		p, _ := w.retryPolicy(r.Policy, d)
		if p == nil {
			return r
		}
		merged := *r.merge(p.Retry)
		merged.Policy = p.Retry.Policy
		r = &merged
	}
	return r
}

// maxPolicies bounds how many policies extend each other.
const maxPolicies = 10

// mention reports the name of a policy that does not exist.
func (w *Workspace) mention(r *Retry, d *Definition, diags *diag.List) {
	if r == nil || r.Policy == "" {
		return
	}
	p, names := w.retryPolicy(r.Policy, d)
	if p != nil || w.loosePolicies(d) {
		return
	}
	found := diags.Error("unknown-policy", r.policyAt, "there is no retry policy %q", r.Policy)
	if len(names) == 0 {
		found.WithHint("declare it under retry_policies, or write the policy here, such as {maximum_attempts: 5}")
		return
	}
	found.Suggest(r.Policy, names)
}

// loosePolicies tells whether policies may be missing because they could not
// be read.
func (w *Workspace) loosePolicies(d *Definition) bool {
	return d != nil && d.loosePolicies || w.Project != nil && w.Project.loosePolicies
}

// checkPolicies checks declared policies: what they extend, and that none
// extends itself.
func (w *Workspace) checkPolicies(list []*NamedRetry, d *Definition, diags *diag.List) {
	inCycle := map[*NamedRetry]bool{}
	for _, p := range list {
		w.mention(p.Retry, d, diags)
		chain := []*NamedRetry{p}
		for next := p; next.Retry.Policy != ""; {
			if next, _ = w.retryPolicy(next.Retry.Policy, d); next == nil {
				break
			}
			if i := slices.Index(chain, next); i >= 0 {
				if i == 0 && !inCycle[p] {
					diags.Error("policy-cycle", p.Retry.policyAt, "the retry policy %q extends itself", p.Name).
						WithHint("take away one of the policy: keys")
				}
				for _, member := range chain[i:] {
					inCycle[member] = true
				}
				break
			}
			chain = append(chain, next)
		}
	}
}
