package dsl

import (
	"github.com/partitur/partitur/dsl/source"
)

// settle gives an activity step what it inherits, most specific first: the
// step, the workflow's defaults, the project's, the builtin's own.
func (c *checker) settle(s *Step, sc scope) {
	c.activityOnly(s, sc)
	if !s.IsActivity() {
		return
	}
	retry := c.named(s.Retry, 0)
	timeout := s.Timeout
	if sc.undoing {
		if k := sc.compensation; k != nil {
			retry, timeout = retry.merge(k.Retry), timeout.merge(k.Timeout)
		}
		s.Retry, s.Timeout = retry.merge(defaultCompensationRetry), timeout.merge(defaultCompensationTimeout)
		return
	}
	if t := c.catalogued(s); t != nil {
		retry = retry.merge(c.named(t.Retry, 0))
		timeout = timeout.merge(t.Timeout)
		s.queue = t.TaskQueue
	}
	retry = retry.merge(c.named(c.def.Defaults.Retry, 0))
	timeout = timeout.merge(c.def.Defaults.Timeout)
	fill(&s.queue, c.def.Defaults.TaskQueue)
	if p := c.space.Project; p != nil {
		retry = retry.merge(c.named(p.Defaults.Retry, 0))
		timeout = timeout.merge(p.Defaults.Timeout)
		fill(&s.queue, p.Defaults.TaskQueue)
	}
	if a, ok := s.Body.(*Action); ok {
		retry, timeout = retry.merge(a.Spec.Retry), timeout.merge(a.Spec.Timeout)
	}
	s.Retry, s.Timeout = retry, timeout
}

// catalogued is what the catalogues say of the activity a step runs, or nil.
func (c *checker) catalogued(s *Step) *ActivityType {
	a, ok := s.Body.(*Activity)
	if !ok || a.Type == nil {
		return nil
	}
	name, _ := a.Type.Const.(string)
	return c.space.activityType(name)
}

// policies resolves the retry policies of compensations, which steps do not
// reach through settle.
func (c *checker) policies() {
	resolve := func(k *Compensation) {
		if k != nil {
			k.Retry = c.named(k.Retry, 0)
		}
	}
	resolve(c.def.Compensation)
	c.def.WalkAll(func(s *Step) {
		if g, ok := s.Body.(*Saga); ok {
			resolve(g.Compensation)
		}
	})
}

// named resolves the policy that r extends.
func (c *checker) named(r *Retry, depth int) *Retry {
	if r == nil || r.Policy == "" {
		return r
	}
	var names []string
	policies := c.def.RetryPolicies
	if p := c.space.Project; p != nil {
		policies = append(policies[:len(policies):len(policies)], p.RetryPolicies...)
	}
	for _, p := range policies {
		if p.Name == r.Policy && depth < 10 {
			return r.merge(c.named(p.Retry, depth+1))
		}
		names = append(names, p.Name)
	}
	if depth >= 10 {
		c.diags.Error("policy-cycle", r.Span, "the retry policy %q extends itself", r.Policy)
		return r
	}
	d := c.diags.Error("unknown-policy", r.Span, "there is no retry policy %q", r.Policy)
	if len(names) == 0 {
		d.WithHint("declare it under retry_policies, or write the policy here")
	} else {
		d.Suggest(r.Policy, names)
	}
	return r
}

// activityOnly reports combinations of modifiers that cannot work.
func (c *checker) activityOnly(s *Step, sc scope) {
	if s.Local {
		switch {
		case s.TaskQueue != nil:
			c.diags.Error("local-queue", s.TaskQueue.Span, "a local activity runs in the workflow's own worker, so it has no task queue")
		case s.Timeout != nil && s.Timeout.Heartbeat > 0:
			c.diags.Error("local-heartbeat", s.Timeout.Span, "a local activity cannot send heartbeats").
				WithHint("leave out local: true for activities that take long")
		}
	}
	if t := s.Timeout; t != nil && t.StartToClose > 0 {
		if t.Heartbeat > t.StartToClose {
			c.diags.Error("bad-value", t.Span, "the heartbeat timeout is longer than the attempt may take")
		}
		if t.ScheduleToClose > 0 && t.StartToClose > t.ScheduleToClose {
			c.diags.Error("bad-value", t.Span, "one attempt may take longer than all attempts together")
		}
	}
	if s.Priority > 5 {
		c.diags.Error("bad-value", s.Span, "priorities go from 1 to 5")
	}
}

// needsTimeout reports an activity step that could hang for ever.
func (c *checker) needsTimeout(s *Step) {
	if t := s.Timeout; t != nil && (t.StartToClose > 0 || t.ScheduleToClose > 0) {
		return
	}
	c.diags.Error("missing-timeout", s.verbSpan, "nothing bounds how long this activity may take").
		WithHint("add timeout: 30s to the step, or to defaults:")
}

// idSpan is where the step's id stands.
func (s *Step) idSpan() source.Span {
	if s.idAt.IsZero() {
		return s.Span
	}
	return s.idAt
}
