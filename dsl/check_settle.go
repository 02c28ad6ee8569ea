package dsl

import (
	"github.com/partitur/partitur/dsl/source"
)

// settle gives an activity step what it inherits, most specific first: the
// step, the workflow's defaults, the project's, the builtin's own.
func (c *checker) settle(s *Step, sc scope) {
	c.pivot(s)
	if !s.IsActivity() {
		return
	}
	c.local(s)
	c.limited(s)
	retry, timeout := c.space.resolve(s.Retry, c.def), s.Timeout
	t := c.catalogued(s)
	c.queue(s, t)
	if sc.undoing {
		if k := sc.compensation; k != nil {
			retry, timeout = retry.merge(k.Retry), timeout.merge(k.Timeout)
		}
		s.Retry, s.Timeout = retry.merge(defaultCompensationRetry), timeout.merge(defaultCompensationTimeout)
		if a, ok := s.Body.(*Action); ok {
			s.Timeout = s.Timeout.merge(a.Spec.Timeout) // its heartbeat, without which a dead worker is missed late
		}
		c.consistent(s)
		return
	}
	if t != nil {
		retry = retry.merge(c.space.resolve(t.Retry, c.def))
		timeout = timeout.merge(t.Timeout)
	}
	retry = retry.merge(c.space.resolve(c.def.Defaults.Retry, c.def))
	timeout = timeout.merge(c.def.Defaults.Timeout)
	if p := c.space.Project; p != nil {
		retry = retry.merge(c.space.resolve(p.Defaults.Retry, c.def))
		timeout = timeout.merge(p.Defaults.Timeout)
	}
	if a, ok := s.Body.(*Action); ok {
		retry, timeout = retry.merge(a.Spec.Retry), timeout.merge(a.Spec.Timeout)
	}
	s.Retry, s.Timeout = retry, timeout
	c.consistent(s)
	if sc.saga {
		c.endless(s)
	}
}

// queue is where the activity of a step runs unless the step says so itself,
// compensations included: they undo where the step has done.
// Builtin actions run in the workflow's own workers, which have them; what
// defaults name are the queues of other workers.
func (c *checker) queue(s *Step, t *ActivityType) {
	if _, builtin := s.Body.(*Action); builtin {
		return
	}
	if t != nil {
		s.queue = t.TaskQueue
	}
	fill(&s.queue, c.def.Defaults.TaskQueue)
	if p := c.space.Project; p != nil {
		fill(&s.queue, p.Defaults.TaskQueue)
	}
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

// local reports modifiers that a local activity cannot have.
func (c *checker) local(s *Step) {
	if !s.Local {
		return
	}
	switch t := s.Timeout; {
	case s.TaskQueue != nil:
		c.diags.Error("local-queue", s.TaskQueue.Span, "a local activity runs in the workflow's own worker, so it has no task queue").
			WithHint("leave out task_queue, or local: true")
	case t != nil && t.Heartbeat > 0:
		c.diags.Error("local-heartbeat", t.Span, "a local activity cannot send heartbeats").
			WithHint("leave out heartbeat, or local: true for an activity that takes long")
	}
}

// consistent reports timeouts that contradict each other, where one of them
// stands on the step; those of defaults are reported there.
func (c *checker) consistent(s *Step) {
	t := s.Timeout
	if t == nil || t.Span.IsZero() || c.diags.Within(t.Span) || !encloses(s.Span, t.Span) {
		return
	}
	c.contradiction(t)
}

// encloses tells whether a span lies within another.
func encloses(outer, inner source.Span) bool {
	return outer.File == inner.File && outer.Start <= inner.Start && inner.End <= outer.End
}

// contradiction reports timeouts that contradict each other.
func (c *checker) contradiction(t *Timeout) {
	switch {
	case t.StartToClose > 0 && t.Heartbeat > t.StartToClose:
		c.diags.Error("timeout-conflict", t.Span, "the heartbeat timeout is longer than an attempt may take, so it never applies").
			WithHint("make %q shorter than %q", "heartbeat", "start_to_close")
	case t.ScheduleToClose > 0 && t.StartToClose > t.ScheduleToClose:
		c.diags.Error("timeout-conflict", t.Span, "one attempt may take longer than all attempts together").
			WithHint("make %q shorter than %q", "start_to_close", "schedule_to_close")
	case t.ScheduleToClose > 0 && t.ScheduleToStart > t.ScheduleToClose:
		c.diags.Error("timeout-conflict", t.Span, "the wait for a worker may take longer than all attempts together").
			WithHint("make %q shorter than %q", "schedule_to_start", "schedule_to_close")
	}
}

// endless warns of a step in a saga that is tried for ever: it never fails, and
// so nothing is ever undone.
func (c *checker) endless(s *Step) {
	if s.Retry.Bounded() || s.Timeout != nil && s.Timeout.ScheduleToClose > 0 || c.diags.Within(s.Span) {
		return
	}
	at := s.verbSpan
	if s.Retry != nil && !s.Retry.Span.IsZero() && encloses(s.Span, s.Retry.Span) {
		at = s.Retry.Span
	}
	c.diags.Warn("endless-retry", at, "this step is tried without end, so the saga does not undo anything when it keeps failing").
		WithHint("add retry: {maximum_attempts: 5}, or timeout: {schedule_to_close: 1h}, to the step or to defaults")
}

// pivot warns of a pivot before which nothing can be undone.
func (c *checker) pivot(s *Step) {
	if !s.Pivot {
		return
	}
	undoes := false
	c.def.WalkAll(func(other *Step) {
		undoes = undoes || other.Compensate != nil && !other.Compensate.None
	})
	if !undoes && !c.diags.Within(c.def.Span) {
		c.diags.Warn("useless-modifier", s.startSpan(), "`pivot` has no effect: no step of this workflow has a compensation").
			WithHint("add compensate: to the steps that must be undone, or leave pivot out")
	}
}

// needsTimeout reports an activity step that could hang for ever.
func (c *checker) needsTimeout(s *Step) {
	if t := s.Timeout; t != nil && (t.StartToClose > 0 || t.ScheduleToClose > 0) || c.timeoutBroken(s) {
		return
	}
	c.diags.Error("missing-timeout", s.verbSpan, "nothing bounds how long this activity may take").
		WithHint("add timeout: 30s to the step, or to defaults: for all steps")
}

// timeoutBroken tells whether a timeout that would apply could not be read.
func (c *checker) timeoutBroken(s *Step) bool {
	if s.looseTimeout || c.def.Defaults.looseTimeout {
		return true
	}
	return c.space.Project != nil && c.space.Project.Defaults.looseTimeout
}

// idSpan is where the step's id stands.
func (s *Step) idSpan() source.Span {
	if s.idAt.IsZero() {
		return s.Span
	}
	return s.idAt
}

// startSpan is where the step says what it does.
func (s *Step) startSpan() source.Span {
	if !s.verbSpan.IsZero() {
		return s.verbSpan
	}
	return s.Span.Sub(0, 1)
}
