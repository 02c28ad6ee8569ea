package llm

import (
	"context"
	"strings"

	"github.com/anthropics/anthropic-sdk-go"
	"github.com/anthropics/anthropic-sdk-go/option"
	"github.com/anthropics/anthropic-sdk-go/packages/param"
)

const (
	anthropicBase   = "https://api.anthropic.com/"
	anthropicTokens = 4096 // the API demands a limit; every model knows this one
)

func (c *Client) askAnthropic(ctx context.Context, r Request, key string, w *watch) (Answer, error) {
	base := c.Profile.BaseURL
	if base == "" {
		base = anthropicBase
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
	service := anthropic.NewMessageService(options...)
	stream := service.NewStreaming(ctx, anthropicParams(r))
	defer stream.Close()
	var message anthropic.Message
	written := map[int64]string{} // the arguments of calls, which the SDK drops where they are broken
	whole := false
	for stream.Next() {
		event := stream.Current()
		if err := message.Accumulate(event); err != nil {
			return Answer{}, err
		}
		whole = whole || event.Type == "message_stop"
		written[event.Index] += event.Delta.PartialJSON
		w.came(len(event.Delta.Text) + len(event.Delta.PartialJSON) + len(event.Delta.Thinking))
	}
	if err := stream.Err(); err != nil {
		return Answer{}, err
	}
	if !whole {
		return Answer{}, errBrokeOff
	}
	return anthropicAnswer(message, written)
}

func anthropicParams(r Request) anthropic.MessageNewParams {
	p := anthropic.MessageNewParams{Model: r.Model, MaxTokens: int64(r.MaxTokens), StopSequences: r.Stop}
	if p.MaxTokens == 0 {
		p.MaxTokens = anthropicTokens
	}
	for _, m := range r.Messages {
		if m.Role == System {
			p.System = append(p.System, anthropic.TextBlockParam{Text: m.Content})
			continue
		}
		p.Messages = addAnthropic(p.Messages, m)
	}
	for _, t := range r.Tools {
		tool := anthropic.ToolParam{Name: t.Name, InputSchema: anthropicSchema(t.Input)}
		if t.Description != "" {
			tool.Description = anthropic.String(t.Description)
		}
		p.Tools = append(p.Tools, anthropic.ToolUnionParam{OfTool: &tool})
	}
	p.ToolChoice = anthropicChoice(r)
	if r.Temperature != nil {
		p.Temperature = param.NewOpt(*r.Temperature)
	}
	if r.TopP != nil {
		p.TopP = param.NewOpt(*r.TopP)
	}
	if r.Schema != nil {
		p.OutputConfig.Format.Schema = r.Schema
	}
	return p
}

// anthropicSchema is a schema of an object, whatever the other keywords.
func anthropicSchema(schema map[string]any) (s anthropic.ToolInputSchemaParam) {
	s.ExtraFields = map[string]any{}
	for key, v := range schema {
		switch key {
		case "type":
		case "properties":
			s.Properties = v
		default:
			s.ExtraFields[key] = v
		}
	}
	if s.Properties == nil {
		s.Properties = map[string]any{}
	}
	return s
}

func anthropicChoice(r Request) anthropic.ToolChoiceUnionParam {
	switch r.ToolChoice {
	case "":
		return anthropic.ToolChoiceUnionParam{}
	case "auto":
		return anthropic.ToolChoiceUnionParam{OfAuto: &anthropic.ToolChoiceAutoParam{}}
	case "none":
		return anthropic.ToolChoiceUnionParam{OfNone: &anthropic.ToolChoiceNoneParam{}}
	case "required":
		return anthropic.ToolChoiceUnionParam{OfAny: &anthropic.ToolChoiceAnyParam{}}
	}
	return anthropic.ToolChoiceParamOfTool(r.ToolChoice)
}

// addAnthropic adds a message. Results of tools are the user's there, and all
// results of one answer must stand in one message.
func addAnthropic(list []anthropic.MessageParam, m Message) []anthropic.MessageParam {
	role := anthropic.MessageParamRoleUser
	var blocks []anthropic.ContentBlockParamUnion
	switch {
	case m.Role == ToolRole:
		blocks = append(blocks, anthropic.NewToolResultBlock(m.ToolCallID, m.Content, false))
	case m.Content != "":
		blocks = append(blocks, anthropic.NewTextBlock(m.Content))
	}
	if m.Role == Assistant {
		role = anthropic.MessageParamRoleAssistant
		for _, c := range m.ToolCalls {
			blocks = append(blocks, anthropic.NewToolUseBlock(c.ID, c.Arguments, c.Name))
		}
	}
	if len(blocks) == 0 {
		return list
	}
	if last := len(list) - 1; last >= 0 && list[last].Role == role {
		list[last].Content = append(list[last].Content, blocks...)
		return list
	}
	return append(list, anthropic.MessageParam{Role: role, Content: blocks})
}

func anthropicAnswer(m anthropic.Message, written map[int64]string) (Answer, error) {
	u := m.Usage
	a := Answer{Model: m.Model, Stop: End, Usage: Usage{
		Input:  int(u.InputTokens + u.CacheReadInputTokens + u.CacheCreationInputTokens),
		Output: int(u.OutputTokens), Cached: int(u.CacheReadInputTokens), CacheWrites: int(u.CacheCreationInputTokens),
	}}
	var text strings.Builder
	for i, block := range m.Content {
		switch block.Type {
		case "text":
			text.WriteString(block.Text)
		case "tool_use":
			a.ToolCalls = append(a.ToolCalls, ToolCall{ID: callID(block.ID, i), Name: block.Name, Arguments: arguments(written[int64(i)])})
		}
	}
	a.Text = text.String()
	switch m.StopReason {
	case anthropic.StopReasonRefusal:
		a.Stop = refusal
	case anthropic.StopReasonModelContextWindowExceeded:
		return a, &Error{Type: ContextLength, Message: said[ContextLength], Details: map[string]any{"usage": a.Usage.Object()}}
	case anthropic.StopReasonMaxTokens:
		a.Stop = Length
	default:
		if len(a.ToolCalls) > 0 {
			a.Stop = Calls
		}
	}
	return a, nil
}
