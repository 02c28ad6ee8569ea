// Package llm asks language models, through the official Go SDKs of the two
// APIs that nearly all of them speak. What it makes true: one question is one
// HTTP request, never repeated here, and every way it can end has a name.
//
// The activity llm takes an Input and returns an Answer, both as JSON:
//
//	{model: "profile/model" or "profile", system, prompt, messages, tools,
//	 tool_choice, output_schema, repairs, temperature, top_p, seed, max_tokens,
//	 stop, budget: {tokens, usd}, extra}
//
// A message is {role: system|user|assistant|tool, content, tool_calls,
// tool_call_id}, a tool {name, description, input: JSON Schema}. Content that is
// no text is sent as JSON. `system` goes before the messages, `prompt` after
// them, as the user's.
//
//	{text, output, tool_calls, stop, model, usage}
//
// Stop is end, tool_calls or length. A tool call is {id, name, arguments}; the
// arguments are an object, or {invalid: TEXT} where the model wrote none.
// Output is the answer as output_schema describes it, else nil; an answer with
// tool calls has none. Usage is {input_tokens, output_tokens, cached_tokens,
// tokens, usd}, over all repairs of the attempt: input_tokens has the cached
// ones in it, tokens is input and output together, usd is a decimal as text, or
// nil where no price of the model is known, and estimated is true where the
// server counted nothing.
//
// The budget bounds one question and its repairs: max_tokens is lowered to what
// fits, and LLMBudgetExceeded says that nothing does, before anything is sent.
// A refusal is the error LLMRefused. The details of an error that was paid for
// have the usage.
package llm

import (
	"context"
	"net/http"
	"time"
)

// The roles of messages.
const (
	System    = "system"
	User      = "user"
	Assistant = "assistant"
	ToolRole  = "tool"
)

// What ended an answer.
const (
	End     = "end"
	Calls   = "tool_calls"
	Length  = "length"
	refusal = "refusal" // becomes an error
)

// A Message is one part of a conversation.
type Message struct {
	Role, Content string
	ToolCalls     []ToolCall
	ToolCallID    string
}

// A ToolCall is what the model wants to be done.
type ToolCall struct {
	ID, Name  string
	Arguments map[string]any
}

// invalidArguments is the key of arguments that are no JSON object.
const invalidArguments = "invalid"

// A Tool is what the model may call.
type Tool struct {
	Name, Description string
	Input             map[string]any // JSON Schema of an object
}

// A Request is one question to a model.
type Request struct {
	Model             string // as the provider names it
	Messages          []Message
	Tools             []Tool
	ToolChoice        string
	Schema            map[string]any // of the answer, for providers that follow one; nil for none
	Temperature, TopP *float64
	Seed              *int
	MaxTokens         int // 0 for the provider's own limit
	Stop              []string
	Extra             map[string]any // goes into the body as it is
}

// An Answer is what a model said.
type Answer struct {
	Text      string
	Output    any
	ToolCalls []ToolCall
	Stop      string
	Model     string
	Usage     Usage
}

// Object is the answer as a JSON object.
func (a Answer) Object() map[string]any {
	calls := make([]any, len(a.ToolCalls))
	for i, c := range a.ToolCalls {
		calls[i] = map[string]any{"id": c.ID, "name": c.Name, "arguments": c.Arguments}
	}
	return map[string]any{
		"text": a.Text, "output": a.Output, "tool_calls": calls, "stop": a.Stop, "model": a.Model, "usage": a.Usage.Object(),
	}
}

// A Client asks the models of one profile.
type Client struct {
	HTTP      *http.Client
	UserAgent string
	Profile   Profile
	Key       string // of the provider, resolved
	Headers   map[string]string
	// Progress is told how many characters have come, again and again.
	Progress func(characters int)
}

// ask sends one request and reads the whole answer, which has neither output
// nor price. The key of the attempt tells the provider that an equal request is
// the same one.
func (c *Client) ask(ctx context.Context, r Request, key string) (Answer, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	w := watch{cancel: cancel, idle: c.Profile.IdleTimeout, progress: c.Progress}
	w.start()
	defer w.stop()
	var a Answer
	var err error
	if c.Profile.Provider == Anthropic {
		a, err = c.askAnthropic(ctx, r, key, &w)
	} else {
		a, err = c.askOpenAI(ctx, r, key, &w)
	}
	if err == nil && a.Stop == refusal {
		err = refused(a)
	}
	if err != nil {
		return a, c.explain(ctx, err)
	}
	if a.Usage.Input == 0 && a.Usage.Output == 0 {
		a.Usage = Usage{Input: estimate(r), Output: estimateAnswer(a), Estimated: true}
	}
	return a, nil
}

// A watch ends a request whose answer stands still.
type watch struct {
	cancel     context.CancelCauseFunc
	idle       time.Duration
	progress   func(int)
	timer      *time.Timer
	characters int
}

func (w *watch) start() {
	if w.idle <= 0 {
		w.idle = defaultIdle
	}
	w.timer = time.AfterFunc(w.idle, func() { w.cancel(errIdle) })
}

func (w *watch) stop() { w.timer.Stop() }

// came notes that more of the answer has come.
func (w *watch) came(characters int) {
	w.timer.Reset(w.idle)
	w.characters += characters
	if w.progress != nil {
		w.progress(w.characters)
	}
}
