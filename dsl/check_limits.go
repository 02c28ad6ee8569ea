package dsl

// limited finds the circuit breaker and the rate limit that an activity step
// names.
func (c *checker) limited(s *Step) {
	if ref := s.CircuitBreaker; ref != nil {
		c.breaker(s, ref)
	}
	if ref := s.RateLimit; ref != nil {
		c.rate(s, ref)
	}
}

func (c *checker) breaker(s *Step, ref *LimitRef) {
	var lists [][]*Breaker
	loose := false
	for _, l := range c.space.limits(c.def) {
		lists, loose = append(lists, l.Breakers), loose || l.looseBreakers
	}
	b, names, ok := limitNames(lists, func(b *Breaker) string { return b.Name }, ref.Name)
	if !ok {
		if !loose {
			d := c.diags.Error("unknown-breaker", ref.Span, "there is no circuit breaker %q", ref.Name)
			suggestLimit(d, ref, names, "circuit_breakers: {"+ref.Name+": {failures: 5, open_for: 1m}}")
		}
		return
	}
	s.Breaker = b
	switch _, builtin := s.Body.(*Action); {
	case b.Scope == ScopeRun:
		c.lonelyLimit(ref, "circuit breaker", b.Name)
	case b.Scope == ScopeWorker && !builtin:
		c.diags.Error("worker-scope", ref.Span, "the circuit breaker %q is that of a worker of ours, and this activity is another worker's", b.Name).
			WithHint("use it on http and other builtin actions, or declare it with scope: namespace")
	}
}

func (c *checker) rate(s *Step, ref *LimitRef) {
	var lists [][]*RateLimit
	loose := false
	for _, l := range c.space.limits(c.def) {
		lists, loose = append(lists, l.Rates), loose || l.looseRates
	}
	r, names, ok := limitNames(lists, func(r *RateLimit) string { return r.Name }, ref.Name)
	if !ok {
		if !loose {
			d := c.diags.Error("unknown-rate-limit", ref.Span, "there is no rate limit %q", ref.Name)
			suggestLimit(d, ref, names, "rate_limits: {"+ref.Name+": {limit: 100, per: 1m}}")
		}
		return
	}
	if s.Rate = r; r.Scope == ScopeRun {
		c.lonelyLimit(ref, "rate limit", r.Name)
	}
}

// lonelyLimit warns of a limit that counts the attempts of one run, where a run
// hardly makes several.
func (c *checker) lonelyLimit(ref *LimitRef, what, name string) {
	repeats := false
	for _, list := range c.def.handlers() {
		repeats = repeats || len(list.Steps) > 0
	}
	c.def.WalkAll(func(s *Step) {
		_, loop := s.Body.(repeated)
		_, each := s.Body.(*ForEach)
		repeats = repeats || loop || each
	})
	if !repeats && !c.diags.Within(c.def.Span) {
		c.diags.Warn("lonely-limit", ref.Span, "the %s %q counts the attempts of one run, and this workflow has no loop: it hardly ever has an effect", what, name).
			WithHint("use it where a run does the same many times")
	}
}
