package llm

import (
	"context"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/packages/param"
	"github.com/openai/openai-go/v3/shared"
)

const openAIBase = "https://api.openai.com/v1/"

// askOpenAI asks through the chat completions API, which many servers have.
func (c *Client) askOpenAI(ctx context.Context, r Request, key string, w *watch) (Answer, error) {
	base := c.Profile.BaseURL
	if base == "" {
		base = openAIBase
	}
	options := []option.RequestOption{
		option.WithBaseURL(base), option.WithHTTPClient(c.HTTP), option.WithMaxRetries(0),
		option.WithHeader("User-Agent", c.UserAgent), option.WithHeader("Idempotency-Key", key),
	}
	if c.Key != "" {
		options = append(options, option.WithAPIKey(c.Key))
	}
	for _, name := range sortedKeys(c.Headers) {
		options = append(options, option.WithHeader(name, c.Headers[name]))
	}
	for _, name := range sortedKeys(r.Extra) {
		options = append(options, option.WithJSONSet(escaped(name), r.Extra[name]))
	}
	service := openai.NewChatCompletionService(options...)
	stream := service.NewStreaming(ctx, c.openAIParams(r))
	defer stream.Close()
	var reading openAIAnswer
	for stream.Next() {
		w.came(reading.add(stream.Current()))
	}
	if err := stream.Err(); err != nil {
		return Answer{}, err
	}
	return reading.answer()
}

func (c *Client) openAIParams(r Request) openai.ChatCompletionNewParams {
	p := openai.ChatCompletionNewParams{
		Model:         r.Model,
		StreamOptions: openai.ChatCompletionStreamOptionsParam{IncludeUsage: openai.Bool(true)},
		Stop:          openai.ChatCompletionNewParamsStopUnion{OfStringArray: r.Stop},
	}
	for _, m := range r.Messages {
		p.Messages = append(p.Messages, openAIMessage(m))
	}
	for _, t := range r.Tools {
		f := shared.FunctionDefinitionParam{Name: t.Name, Parameters: t.Input}
		if t.Description != "" {
			f.Description = openai.String(t.Description)
		}
		p.Tools = append(p.Tools, openai.ChatCompletionFunctionTool(f))
	}
	p.ToolChoice = openAIChoice(r)
	p.Temperature, p.TopP = optional(r.Temperature), optional(r.TopP)
	if r.Seed != nil {
		p.Seed = openai.Int(int64(*r.Seed))
	}
	switch {
	case r.MaxTokens == 0:
	case c.Profile.BaseURL == "":
		p.MaxCompletionTokens = openai.Int(int64(r.MaxTokens))
	default: // what servers that imitate the API know
		p.MaxTokens = openai.Int(int64(r.MaxTokens))
	}
	if r.Schema != nil {
		p.ResponseFormat.OfJSONSchema = &shared.ResponseFormatJSONSchemaParam{
			JSONSchema: shared.ResponseFormatJSONSchemaJSONSchemaParam{Name: "output", Schema: r.Schema},
		}
	}
	return p
}

func optional(n *float64) param.Opt[float64] {
	if n == nil {
		return param.Opt[float64]{}
	}
	return openai.Float(*n)
}

func openAIChoice(r Request) openai.ChatCompletionToolChoiceOptionUnionParam {
	switch r.ToolChoice {
	case "":
		return openai.ChatCompletionToolChoiceOptionUnionParam{}
	case "auto", "none", "required":
		return openai.ChatCompletionToolChoiceOptionUnionParam{OfAuto: openai.String(r.ToolChoice)}
	}
	return openai.ToolChoiceOptionFunctionToolChoice(openai.ChatCompletionNamedToolChoiceFunctionParam{Name: r.ToolChoice})
}

func openAIMessage(m Message) openai.ChatCompletionMessageParamUnion {
	switch m.Role {
	case System:
		return openai.SystemMessage(m.Content)
	case ToolRole:
		return openai.ToolMessage(m.Content, m.ToolCallID)
	case User:
		return openai.UserMessage(m.Content)
	}
	var a openai.ChatCompletionAssistantMessageParam
	if m.Content != "" || len(m.ToolCalls) == 0 {
		a.Content.OfString = openai.String(m.Content)
	}
	for _, c := range m.ToolCalls {
		a.ToolCalls = append(a.ToolCalls, openai.ChatCompletionMessageToolCallUnionParam{
			OfFunction: &openai.ChatCompletionMessageFunctionToolCallParam{
				ID:       c.ID,
				Function: openai.ChatCompletionMessageFunctionToolCallFunctionParam{Name: c.Name, Arguments: argumentsText(c.Arguments)},
			},
		})
	}
	return openai.ChatCompletionMessageParamUnion{OfAssistant: &a}
}

// An openAIAnswer puts the chunks of a stream together.
type openAIAnswer struct {
	text, refusal, finish, model string
	calls                        []openAICall
	usage                        Usage
}

type openAICall struct {
	index               int64
	id, name, arguments string
}

// add takes one chunk, and returns how many characters it brought.
func (o *openAIAnswer) add(chunk openai.ChatCompletionChunk) (characters int) {
	if chunk.Model != "" {
		o.model = chunk.Model
	}
	if u := chunk.Usage; u.PromptTokens+u.CompletionTokens > 0 {
		o.usage = Usage{
			Input: int(u.PromptTokens), Output: int(u.CompletionTokens),
			Cached: int(u.PromptTokensDetails.CachedTokens), CacheWrites: int(u.PromptTokensDetails.CacheWriteTokens),
		}
	}
	for _, choice := range chunk.Choices {
		o.text += choice.Delta.Content
		o.refusal += choice.Delta.Refusal
		characters += len(choice.Delta.Content) + len(choice.Delta.Refusal)
		for _, d := range choice.Delta.ToolCalls {
			characters += len(d.Function.Arguments)
			call := o.call(d.Index, d.ID)
			call.name += d.Function.Name
			call.arguments += d.Function.Arguments
		}
		if choice.FinishReason != "" {
			o.finish = choice.FinishReason
		}
	}
	return characters
}

// call is the tool call that a chunk belongs to. Some servers give every call
// the index 0, and tell them apart by their ids.
func (o *openAIAnswer) call(index int64, id string) *openAICall {
	for i := len(o.calls) - 1; i >= 0; i-- {
		if c := &o.calls[i]; c.index == index && (id == "" || c.id == "" || c.id == id) {
			if c.id == "" {
				c.id = id
			}
			return c
		}
	}
	o.calls = append(o.calls, openAICall{index: index, id: id})
	return &o.calls[len(o.calls)-1]
}

func (o *openAIAnswer) answer() (Answer, error) {
	a := Answer{Text: o.text, Model: o.model, Usage: o.usage, Stop: End}
	for i, c := range o.calls {
		a.ToolCalls = append(a.ToolCalls, ToolCall{ID: callID(c.id, i), Name: c.name, Arguments: arguments(c.arguments)})
	}
	switch {
	case o.refusal != "":
		a.Text, a.Stop = o.refusal, refusal
	case o.finish == "content_filter":
		a.Stop = refusal
	case o.finish == "":
		return a, errBrokeOff
	case o.finish == "length":
		a.Stop = Length
	case len(a.ToolCalls) > 0:
		a.Stop = Calls
	}
	return a, nil
}
