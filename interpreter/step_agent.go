package interpreter

import (
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
)

// Types of errors of agents.
const (
	AgentLimit       = "AgentLimit"       // the turns or the budget have come to their end, or nobody answered
	AnswerTooLong    = "AnswerTooLong"    // the answer was cut off at max_tokens
	GuardrailFailed  = "GuardrailFailed"  // what a guardrail asks does not hold
	InvalidModelCall = "InvalidModelCall" // the result of the model's activity cannot be read
)

// Types of errors of the calls of a model that an agent knows, too.
const (
	llmBudget  = "LLMBudgetExceeded" // there is no room for an answer; nothing was sent
	llmOutput  = "LLMInvalidOutput"  // the answer breaks output_schema, also when asked again
	llmRefused = "LLMRefused"        // the model will not answer
)

// Why a conversation has ended.
const (
	stopAnswered = "answered"
	stopTurns    = "max_turns"
	stopBudget   = "budget"
	stopHuman    = "human_timeout"
)

// maxReasks is how often a model is told that its answer does not do, in a row.
const maxReasks = 2

// A talk is one conversation of an agent.
type talk struct {
	step  *dsl.Step
	body  *dsl.Agent
	scope *scope
	talkState

	purse *purse
	view  *view
	moved bool // a turn has ended in this run
	over  bool

	callers int            // of updates that wait for an answer
	refused map[int]string // why what was said is not part of the conversation, by its number
}

// A talkState is what of a conversation outlives a run.
type talkState struct {
	messages []any  // as the model is sent them
	fixed    int    // how many of them, from the first on, the model is always sent
	inbox    []said // what people have said, and the model has not been sent
	said     int    // how many things they have said, and
	heard    int    // how many of them have been taken from the inbox
	turns    int    // calls of the model
	since    int    // those since a person said something
	calls    int    // of tools
	reasks   int    // in a row
	tools    []toolCount
	served   []served // by MCP servers
	result   any      // the latest answer
	answered bool
	paused   bool
	until    time.Time // the end of a chat in which nobody says anything
}

// A toolCount is how often a tool has been called.
type toolCount struct {
	Name  string `json:"name"`
	Count int    `json:"count"`
}

// agent lets a model work until it has answered.
func (r *run) agent(ctx workflow.Context, s *dsl.Step, b *dsl.Agent, sc *scope) (any, error) {
	t, err := r.startTalk(ctx, s, b, sc)
	if err != nil {
		return nil, err
	}
	record, err := r.converse(ctx, t)
	if e := continuing(err); e != nil {
		e.frame().Agent = t.save()
		return nil, err
	}
	r.dismiss(ctx, t)
	if err != nil {
		return nil, err
	}
	return r.project(s, sc, record)
}

// startTalk begins a conversation, or takes up that of the run before.
func (r *run) startTalk(ctx workflow.Context, s *dsl.Step, b *dsl.Agent, sc *scope) (*talk, error) {
	t := &talk{step: s, body: b, scope: sc, view: r.views[s.Path], refused: map[int]string{}}
	var err error
	if t.purse, err = r.newPurse(s, &b.Budget, sc); err != nil {
		return nil, err
	}
	r.talks = append(slices.DeleteFunc(r.talks, func(old *talk) bool { return old.over && old.step == s }), t)
	if t.view != nil {
		t.view.talk = t
	}
	if f := r.arrive(); f != nil {
		t.restore(f.Agent)
		r.early(t)
		return t, nil
	}
	r.early(t)
	if err := r.listTools(ctx, t); err != nil {
		return nil, err
	}
	return t, r.prepareTalk(ctx, t)
}

// prepareTalk says what a conversation begins with.
func (r *run) prepareTalk(ctx workflow.Context, t *talk) error {
	s, b, sc := t.step, t.body, t.scope
	instructions, err := r.text(s, b.Instructions, sc)
	if err != nil {
		return err
	}
	if instructions != "" {
		t.say("system", instructions)
	}
	if t.answered = b.Prompt == nil; !t.answered {
		prompt, err := r.text(s, b.Prompt, sc)
		if err == nil {
			err = r.guards(ctx, t, b.Guardrails.Input, "message", prompt)
		}
		if err != nil {
			return err
		}
		t.say("user", prompt)
	}
	t.fixed = len(t.messages)
	return nil
}

// say adds a text to the conversation.
func (t *talk) say(role, text string) {
	t.messages = append(t.messages, map[string]any{"role": role, "content": text})
}

// converse takes one turn after the other.
func (r *run) converse(ctx workflow.Context, t *talk) (any, error) {
	for {
		over, err := r.beforeTurn(ctx, t)
		if err != nil {
			return nil, err
		}
		if over {
			return t.record(stopAnswered), nil
		}
		if t.since >= t.body.MaxTurns {
			return r.limited(t, stopTurns)
		}
		reply, stop, err := r.askModel(ctx, t)
		if err == nil && stop == "" {
			stop, err = r.takeReply(ctx, t, reply)
		}
		t.moved = true
		switch {
		case err != nil:
			return nil, err
		case stop == stopAnswered && t.body.Chat == nil:
			return t.record(stop), nil
		case stop != "" && stop != stopAnswered:
			return r.limited(t, stop)
		}
	}
}

// takeReply does what a reply of the model asks for, and tells whether it ends the
// conversation.
func (r *run) takeReply(ctx workflow.Context, t *talk, reply *reply) (stop string, err error) {
	t.messages = append(t.messages, reply.message())
	if len(reply.calls) == 0 {
		return r.judge(ctx, t, reply)
	}
	t.reasks = 0
	if !t.purse.affords(len(reply.calls)) {
		return stopBudget, nil
	}
	return r.useTools(ctx, t, reply.calls)
}

// limited is how a conversation ends that has come to a limit.
func (r *run) limited(t *talk, stop string) (any, error) {
	record := t.record(stop)
	record["result"] = nil
	if t.body.OnLimit == "return" {
		return record, nil
	}
	return nil, &Failure{Type: AgentLimit, Message: t.limitText(stop), Details: record}
}

func (t *talk) limitText(stop string) string {
	switch stop {
	case stopTurns:
		return "the agent has no answer after " + plural(t.since, "turn")
	case stopBudget:
		return "the budget of the agent does not cover the next call: " + t.purse.spent.text() + " have been used"
	}
	return "nobody answered the agent in time"
}

// record is the output of the step.
func (t *talk) record(stop string) map[string]any {
	tools := make([]any, len(t.tools))
	for i, c := range t.tools {
		tools[i] = map[string]any{"name": c.Name, "count": c.Count}
	}
	return map[string]any{
		"result": t.result, "stop": stop, "turns": t.turns, "usage": t.purse.spent.value(), "tools": tools,
	}
}
