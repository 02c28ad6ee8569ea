package interpreter

import (
	"time"

	"go.temporal.io/sdk/workflow"
)

// beforeTurn is what happens between two turns: the run may be continued, the
// conversation may be paused, and people may have said something. It tells
// whether nothing is left to say.
func (r *run) beforeTurn(ctx workflow.Context, t *talk) (over bool, err error) {
	if t.moved && r.due(ctx, t.scope) {
		return false, continued(new(frame))
	}
	for {
		closed, err := r.awaitTalk(ctx, t)
		if err != nil {
			return false, err
		}
		if err := r.hear(ctx, t); err != nil {
			return false, err
		}
		if !t.idle() {
			return false, nil
		}
		if t.body.Chat == nil || closed {
			return true, nil
		}
	}
}

// idle tells whether nobody has anything to say.
func (t *talk) idle() bool { return t.answered && len(t.inbox) == 0 }

// hear takes what people have said into the conversation, unless a guardrail is
// against it.
func (r *run) hear(ctx workflow.Context, t *talk) error {
	for len(t.inbox) > 0 {
		m := t.inbox[0]
		err := r.guards(ctx, t, t.body.Guardrails.Input, "message", m.Text)
		f, failed := err.(*Failure)
		if err != nil && (!failed || f.Type != GuardrailFailed) {
			return err
		}
		t.inbox = t.inbox[1:]
		t.heard = m.Number
		if failed {
			t.refused[m.Number] = f.Message
			r.mail.reject(addMessage, f.Message)
			workflow.GetLogger(ctx).Warn("a message to an agent is dropped", "agent", t.step.Path, "error", f.Message)
			continue
		}
		t.say("user", m.Text)
		t.since, t.answered = 0, false
	}
	return nil
}

// awaitTalk waits while the conversation is paused, and in a chat for the next
// message. It tells whether the chat has come to its end.
func (r *run) awaitTalk(ctx workflow.Context, t *talk) (closed bool, err error) {
	if t.paused {
		if err := r.rests(ctx, t, func() bool { return !t.paused }); err != nil {
			return false, err
		}
	}
	if t.body.Chat == nil || !t.idle() {
		return false, nil
	}
	idle, err := r.duration(t.step, t.body.Chat.Idle, t.scope)
	if err != nil {
		return false, err
	}
	if !t.until.IsZero() {
		idle = rest(ctx, t.until)
	}
	t.until = workflow.Now(ctx).Add(idle)
	up := false
	stop := r.limit(ctx, idle, "end of the chat "+t.name(), func() { up = true })
	err = r.rests(ctx, t, func() bool { return !t.paused && (up || len(t.inbox) > 0) })
	stop()
	if continuing(err) == nil {
		t.until = time.Time{}
	}
	return up && len(t.inbox) == 0, err
}

// rests waits for something, and shows the agent as waiting meanwhile.
func (r *run) rests(ctx workflow.Context, t *talk, over func() bool) error {
	if over() {
		return nil
	}
	r.shows(t.step, t.scope, "waiting")
	err := r.idle(ctx, t.scope, over)
	if continuing(err) == nil {
		r.shows(t.step, t.scope, "running")
	}
	return err
}
