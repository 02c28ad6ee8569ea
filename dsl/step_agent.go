package dsl

import (
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/jsonschema"
	"github.com/partitur/partitur/dsl/syntax"
	"github.com/partitur/partitur/dsl/types"
)

// An Agent lets a model work towards an answer: it asks the model, runs the tools
// that the model calls for, and asks again with their results.
type Agent struct {
	Model        *expr.Value
	Instructions *expr.Value
	Prompt       *expr.Value
	Tools        []*Tool
	Servers      []*ToolServer
	MaxTurns     int
	Budget       Budget
	Memory       Memory
	OutputSchema *jsonschema.Schema
	Guardrails   Guardrails
	Chat         *Chat
	LLM          ModelCall
	OnLimit      string // fail or return

	Ask *Step // the calls of the model
}

// Bounds of an agent that sets none.
const (
	DefaultTurns  = 20
	DefaultMemory = 50
)

// Fields declares the keys of an agent step.
func (a *Agent) Fields(f *fields.Set) {
	a.MaxTurns, a.Memory.Keep, a.OnLimit = DefaultTurns, DefaultMemory, "fail"
	f.Node("agent", "`{model, instructions, prompt, tools, …}`", f.ObjectOf(agentFields{a}), func(n *syntax.Node) {
		if n.Kind == syntax.Scalar {
			f.Diags().Error("wrong-type", n.Span, "`agent` takes a mapping, not %s", shown(n)).
				WithHint("write {model: PROFILE/MODEL, prompt: what to do}")
			return
		}
		f.Merge(fields.Bind(agentFields{a}, "agent", n, f.Env()))
		a.needsPrompt(n, f)
	}, fields.Required)
	if f.Diags() != nil {
		a.Ask = builtinStep(LLM, f.Env().Context.(Catalog))
	}
}

type agentFields struct{ *Agent }

// Fields declares the keys of the mapping.
func (a agentFields) Fields(f *fields.Set) {
	f.Value(&a.Model, "model", "the model, as a profile of `partitur.yaml` and a name", fields.Required, fields.Want(types.StringType), fields.Example("openai/gpt-4.1"))
	f.Value(&a.Instructions, "instructions", "what the model is told before anything else: its part, and how to go about it", fields.Want(types.StringType))
	f.Value(&a.Prompt, "prompt", "what it is asked", fields.Want(types.StringType))
	a.bindTools(f)
	f.Int(&a.MaxTurns, "max_turns", "how often the model may be asked, 20 if not set; in a chat, for each message", fields.AtLeast(1))
	f.Object(&a.Budget, "budget", "what the conversation may cost; checked before each call")
	f.Object(&a.Memory, "memory", "how much of the conversation the model is sent")
	f.Schema(&a.OutputSchema, "output_schema", "what the answer must be; the model is asked again if it is not, at most twice")
	f.Object(&a.Guardrails, "guardrails", "what must hold of what goes to the model and comes from it")
	if chat := new(Chat); f.Object(chat, "chat", "keeps the conversation open after an answer") {
		a.Chat = chat
	}
	f.Object(&a.LLM, "llm", "how the model is called")
	f.Enum(&a.OnLimit, "on_limit", "at the end of the turns or the budget, whether the step fails with `AgentLimit` or returns what there is; `fail` if not set", []string{"fail", "return"})
}

// needsPrompt reports an agent that nobody asks anything.
func (a *Agent) needsPrompt(n *syntax.Node, f *fields.Set) {
	if n.Kind == syntax.Map && n.Get("prompt") == nil && n.Get("chat") == nil && !f.Diags().Within(n.Span) {
		f.Diags().Error("missing-key", f.KeySpan("agent"), "nothing says what the model is asked").
			WithHint("add prompt: with the question, or chat: {idle: 30m} to wait for messages")
	}
}

// Memory says what of a long conversation the model is sent.
type Memory struct{ Keep int }

// Fields declares the keys of memory.
func (m *Memory) Fields(f *fields.Set) {
	f.Int(&m.Keep, "keep", "how many of the latest messages, besides the instructions and the prompt; 50 if not set; a call and its results are never separated", fields.Required, fields.AtLeast(1))
}

// A Chat keeps a conversation open: after an answer the agent waits for the next
// message.
type Chat struct{ Idle *expr.Value }

// Fields declares the keys of chat.
func (c *Chat) Fields(f *fields.Set) {
	f.Value(&c.Idle, "idle", "how long it waits for a message before the conversation is over", fields.Required, fields.Want(durationWanted), fields.Example("30m"))
}

// Blocks returns each tool and each guardrail's steps as blocks of their own,
// none of which is seen from outside.
func (a *Agent) Blocks() (blocks []Block) {
	for _, t := range a.Tools {
		if t.Confirm != nil {
			blocks = append(blocks, Block{Name: t.Name, Steps: []*Step{t.Confirm}})
		}
		blocks = append(blocks, Block{Steps: []*Step{t.Step}})
	}
	for _, g := range a.Guardrails.all() {
		if g.Do != nil {
			blocks = append(blocks, Block{Name: g.name, Steps: g.Do})
		}
	}
	return blocks
}
