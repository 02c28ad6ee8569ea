package interpreter

import (
	"fmt"
	"strings"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"
)

// What agents are told while they run: signals, which nobody waits for, and
// updates.
const (
	addMessage  = "add_message"
	pauseAgent  = "pause"
	resumeAgent = "resume"
	enginePart  = "partitur."
)

// said is what a person has said to an agent.
type said struct {
	Number int    `json:"number"`
	Text   string `json:"text"`
}

// forAgents tells whether a message is for the agents of the run. A signal of
// that name that the workflow declares is the workflow's.
func (r *run) forAgents(name string) (command string, ok bool) {
	command = strings.TrimPrefix(name, enginePart)
	ok = r.program.Agents() && (command == addMessage || command == pauseAgent || command == resumeAgent)
	return command, ok
}

// tellAgent hands a signal to the agent it is for. What is said before an agent
// begins waits for it.
func (r *run) tellAgent(ctx workflow.Context, command string, l *letter, err error) {
	var t *talk
	var text string
	if err == nil {
		var agent string
		agent, text, err = readCommand(command, l.value)
		if err == nil {
			if command == addMessage && len(r.openTalks(agent)) == 0 {
				r.mail.unread = append(r.mail.unread, *l)
				return
			}
			t, err = r.talkOf(agent)
		}
	}
	if err != nil {
		r.mail.reject(l.name, err.Error())
		workflow.GetLogger(ctx).Warn("a message to an agent is dropped", "signal", l.name, "error", err.Error())
		return
	}
	t.told(command, text)
}

// told carries out what an agent is told.
func (t *talk) told(command, text string) {
	switch command {
	case addMessage:
		t.said++
		t.inbox = append(t.inbox, said{t.said, text})
	case pauseAgent:
		t.paused = true
	case resumeAgent:
		t.paused = false
	}
}

// readCommand reads what an agent is told: {agent, text}, or the text itself;
// and {agent}, its id, or nothing.
func readCommand(command string, v any) (agent, text string, err error) {
	m, isObject := v.(map[string]any)
	plain, isText := v.(string)
	if isObject {
		agent, _ = m["agent"].(string)
		plain, isText = m["text"].(string)
	}
	switch {
	case command == addMessage && (!isText || plain == ""):
		return "", "", fmt.Errorf("%s takes {agent, text}, or the text itself", command)
	case command != addMessage && isText && !isObject:
		return plain, "", nil
	case command != addMessage && !isObject && v != nil:
		return "", "", fmt.Errorf("%s takes {agent}, or nothing", command)
	}
	return agent, plain, nil
}

// openTalks are the conversations that go on, of one agent or of all.
func (r *run) openTalks(agent string) (open []*talk) {
	for _, t := range r.talks {
		if !t.over && (agent == "" || agent == t.step.ID || agent == t.scope.instance(t.step.Path)) {
			open = append(open, t)
		}
	}
	return open
}

// talkOf finds the one conversation that is meant.
func (r *run) talkOf(agent string) (*talk, error) {
	open := r.openTalks(agent)
	switch {
	case len(open) == 1:
		return open[0], nil
	case len(open) > 1:
		names := make([]string, len(open))
		for i, t := range open {
			names[i] = t.scope.instance(t.step.Path)
		}
		return nil, fmt.Errorf("several agents are at work; name one: %s", strings.Join(names, ", "))
	case agent != "":
		return nil, fmt.Errorf("no agent %q is at work", agent)
	}
	return nil, fmt.Errorf("no agent is at work")
}

// early takes what was said to an agent before it began.
func (r *run) early(t *talk) {
	kept := r.mail.unread[:0]
	for _, l := range r.mail.unread {
		command, ours := r.forAgents(l.name)
		agent, text, err := readCommand(addMessage, l.value)
		if !ours || command != addMessage || r.program.Signal(l.name) != nil || err != nil || agent != "" && agent != t.step.ID {
			kept = append(kept, l)
			continue
		}
		t.told(addMessage, text)
	}
	r.mail.unread = kept
}

// agentUpdates registers the updates that agents take.
func (r *run) agentUpdates(ctx workflow.Context) error {
	if !r.program.Agents() {
		return nil
	}
	docs := []struct{ name, doc string }{
		{addMessage, "Say something to an agent; the answer is the agent's"},
		{pauseAgent, "Let an agent take no further turn"},
		{resumeAgent, "Let a paused agent go on"},
	}
	for _, u := range docs {
		for _, name := range []string{u.name, enginePart + u.name} {
			if r.program.Update(name) != nil {
				continue
			}
			if err := r.agentUpdate(ctx, name, u.name, u.doc); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *run) agentUpdate(ctx workflow.Context, name, command, doc string) error {
	find := func(args []converter.RawValue) (*talk, string, error) {
		v, err := oneOrList(args)
		if err != nil {
			return nil, "", refuse("the message cannot be read: %v", err)
		}
		agent, text, err := readCommand(command, v)
		if err != nil {
			return nil, "", refuse("%v", err)
		}
		t, err := r.talkOf(agent)
		if err != nil {
			return nil, "", refuse("%v", err)
		}
		return t, text, nil
	}
	o := workflow.UpdateHandlerOptions{
		Description:      doc,
		UnfinishedPolicy: workflow.HandlerUnfinishedPolicyAbandon,
		Validator: validator(func(_ workflow.Context, args []converter.RawValue) error {
			if r.mail.closing {
				return closing()
			}
			_, _, err := find(args)
			return err
		}),
	}
	h := answerer(func(ctx workflow.Context, args []converter.RawValue) (any, error) {
		t, text, err := find(args)
		if err != nil {
			return nil, err
		}
		t.told(command, text)
		if command != addMessage {
			return nil, nil
		}
		return r.answerOf(ctx, t, t.said)
	})
	return workflow.SetUpdateHandlerWithOptions(ctx, name, h, o)
}

// dismiss ends a conversation. Who waits for an answer learns that there is none.
func (r *run) dismiss(ctx workflow.Context, t *talk) {
	if t.over = true; t.callers > 0 {
		patient, _ := workflow.NewDisconnectedContext(ctx)
		_ = workflow.Await(patient, func() bool { return t.callers == 0 })
	}
}

// answerOf waits for the answer to what a person has said.
func (r *run) answerOf(ctx workflow.Context, t *talk, number int) (any, error) {
	r.mail.callers++
	t.callers++
	err := workflow.Await(ctx, func() bool { return t.over || t.heard >= number && (t.answered || t.refused[number] != "") })
	r.mail.callers--
	t.callers--
	if err != nil {
		return nil, err
	}
	if reason := t.refused[number]; reason != "" {
		return nil, refuse("%s", reason)
	}
	if !t.answered {
		return nil, refuse("the conversation ended without an answer")
	}
	return r.encode(map[string]any{"answer": t.result})
}
