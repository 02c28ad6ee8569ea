package interpreter

import (
	"fmt"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"
)

// An AgentStatus is what a Status says of the conversation of an agent.
type AgentStatus struct {
	Turns     int    `json:"turns"`
	Tokens    int    `json:"tokens"`
	USD       string `json:"usd"`
	ToolCalls int    `json:"tool_calls,omitempty"`
	Paused    bool   `json:"paused,omitempty"`
}

func (t *talk) status() *AgentStatus {
	u := t.purse.spent
	return &AgentStatus{Turns: t.turns, Tokens: u.tokens, USD: u.usd.String(), ToolCalls: u.toolCalls, Paused: t.paused}
}

// waits is what a conversation waits for.
func (t *talk) waits() string {
	if t.paused {
		return "the update resume"
	}
	return "a message"
}

// transcripts registers the query `transcript`: what has been said. Of a
// conversation that was continued that is what the model is still sent. The
// argument is the id of the agent, which can be left out if there is one.
func (r *run) transcripts(ctx workflow.Context) error {
	if !r.program.Agents() {
		return nil
	}
	for _, name := range []string{"transcript", enginePart + "transcript"} {
		if r.program.Query(name) != nil {
			continue
		}
		answer := func(arg converter.RawValue) (any, error) { return r.transcript(arg) }
		if err := workflow.SetQueryHandlerWithOptions(ctx, name, answer, workflow.QueryHandlerOptions{Description: "What an agent and its model have said"}); err != nil {
			return err
		}
	}
	return nil
}

func (r *run) transcript(arg converter.RawValue) (any, error) {
	v, err := decodeRaw(arg)
	if err != nil {
		return nil, err
	}
	agent, _ := v.(string)
	var found []*talk
	for _, t := range r.talks {
		if agent == "" || agent == t.step.ID || agent == t.scope.instance(t.step.Path) {
			found = append(found, t)
		}
	}
	switch {
	case len(found) == 0 && agent == "":
		return nil, fmt.Errorf("no agent has begun")
	case len(found) == 0:
		return nil, fmt.Errorf("no agent %q has begun", agent)
	case len(found) > 1 && agent == "":
		return nil, fmt.Errorf("there are several agents; give the id of one")
	}
	t := found[len(found)-1]
	return r.encode(map[string]any{
		"agent": t.name(), "status": t.view.status, "messages": t.messages, "turns": t.turns,
		"tokens": t.purse.spent.tokens, "usd": t.purse.spent.usd.String(), "tool_calls": t.purse.spent.toolCalls, "paused": t.paused,
	})
}
