package fakellm

import (
	"fmt"
	"net/http"

	"github.com/partitur/partitur/dsl/value"
)

var anthropic = api{
	provider: "anthropic",
	path:     "/messages",
	messages: anthropicMessages,
	whole:    anthropicWhole,
	stream:   anthropicStream,
	failure:  anthropicFailure,
	reply:    anthropicReply,
	base:     "https://api.anthropic.com",
	behind:   "/v1/messages",
}

func anthropicMessages(body map[string]any) (messages []Message, err error) {
	if n, ok := body["max_tokens"].(int); !ok || n < 1 {
		return nil, fmt.Errorf("max_tokens is missing")
	}
	if system := contentText(body["system"]); system != "" {
		messages = append(messages, Message{Role: "system", Text: system})
	}
	for i, v := range list(body["messages"]) {
		o := object(v)
		m := Message{Role: text(o["role"]), Text: contentText(o["content"])}
		if m.Role != "user" && m.Role != "assistant" {
			return nil, fmt.Errorf("messages[%d]: the role %q is not known", i, m.Role)
		}
		for _, b := range list(o["content"]) {
			m.block(object(b))
		}
		messages = append(messages, m)
	}
	return messages, nil
}

// block takes the parts of a message that are no text.
func (m *Message) block(b map[string]any) {
	switch b["type"] {
	case "tool_use":
		m.Calls = append(m.Calls, ToolCall{ID: text(b["id"]), Name: text(b["name"]), Arguments: b["input"]})
	case "tool_result":
		m.Results = append(m.Results, text(b["tool_use_id"]))
		m.Text += contentText(b["content"])
	}
}

func (p Reply) anthropicStop() string {
	switch {
	case p.Refusal != "":
		return "refusal"
	case p.Stop == "length":
		return "max_tokens"
	case len(p.Calls) > 0:
		return "tool_use"
	}
	return "end_turn"
}

// blocks are the parts of the answer.
func (p Reply) blocks(r Request) (list []map[string]any) {
	if said := p.Text + p.Refusal; said != "" {
		list = append(list, map[string]any{"type": "text", "text": said})
	}
	for i, c := range p.Calls {
		input, err := value.Decode([]byte(c.arguments()))
		if err != nil {
			input = map[string]any{}
		}
		list = append(list, map[string]any{"type": "tool_use", "id": c.id(i, r), "name": c.Name, "input": input})
	}
	return list
}

func (p Reply) anthropicUsage() map[string]any {
	return map[string]any{
		"input_tokens": p.Usage.Input - p.Usage.Cached, "cache_read_input_tokens": p.Usage.Cached,
		"cache_creation_input_tokens": 0, "output_tokens": p.Usage.Output,
	}
}

func anthropicWhole(s *sender, r Request, p Reply) {
	content := []any{}
	for _, b := range p.blocks(r) {
		content = append(content, b)
	}
	s.json(map[string]any{
		"id": "msg_fake", "type": "message", "role": "assistant", "model": r.Model, "content": content,
		"stop_reason": p.anthropicStop(), "stop_sequence": nil, "usage": p.anthropicUsage(),
	})
}

func anthropicStream(s *sender, r Request, p Reply) {
	event := func(name string, fields map[string]any) {
		fields["type"] = name
		s.event(name, fields)
	}
	s.begin()
	event("message_start", map[string]any{"message": map[string]any{
		"id": "msg_fake", "type": "message", "role": "assistant", "model": r.Model, "content": []any{},
		"stop_reason": nil, "stop_sequence": nil, "usage": p.anthropicUsage(),
	}})
	calls := 0
	for i, b := range p.blocks(r) {
		delta, key, said := "text_delta", "text", text(b["text"])
		if b["type"] == "tool_use" {
			delta, key, said = "input_json_delta", "partial_json", p.Calls[calls].arguments()
			b["input"] = map[string]any{}
			calls++
		} else {
			b["text"] = ""
		}
		event("content_block_start", map[string]any{"index": i, "content_block": b})
		for _, piece := range pieces(said, p.BreaksOff) {
			event("content_block_delta", map[string]any{"index": i, "delta": map[string]any{"type": delta, key: piece}})
		}
		if !p.BreaksOff {
			event("content_block_stop", map[string]any{"index": i})
		}
	}
	if p.BreaksOff {
		if p.Failure != nil {
			_, body := anthropicFailure(*p.Failure)
			s.event("error", body)
		}
		s.breakOff()
		return
	}
	event("message_delta", map[string]any{
		"delta": map[string]any{"stop_reason": p.anthropicStop(), "stop_sequence": nil},
		"usage": map[string]any{"output_tokens": p.Usage.Output},
	})
	s.last("message_stop", map[string]any{"type": "message_stop"})
}

// overloaded is a status of Anthropic's own.
const overloaded = 529

func anthropicFailure(f Failure) (status int, body map[string]any) {
	var kind string
	switch f.Kind {
	case "rate_limit":
		status, kind = http.StatusTooManyRequests, "rate_limit_error"
	case "overloaded":
		status, kind = overloaded, "overloaded_error"
	case "server_error":
		status, kind = http.StatusInternalServerError, "api_error"
	case "authentication":
		status, kind = http.StatusUnauthorized, "authentication_error"
	case "quota":
		status, kind = http.StatusPaymentRequired, "billing_error"
	default:
		status, kind = http.StatusBadRequest, "invalid_request_error"
	}
	return status, map[string]any{"type": "error", "error": map[string]any{"type": kind, "message": f.usual()}}
}

func anthropicReply(answer map[string]any) (p Reply) {
	for _, v := range list(answer["content"]) {
		b := object(v)
		switch b["type"] {
		case "text":
			p.Text += text(b["text"])
		case "tool_use":
			p.Calls = append(p.Calls, &ToolCall{ID: text(b["id"]), Name: text(b["name"]), Arguments: encoded(b["input"])})
		}
	}
	switch answer["stop_reason"] {
	case "max_tokens":
		p.Stop = "length"
	case "refusal":
		p.Text, p.Refusal = "", p.Text
	}
	u := object(answer["usage"])
	p.Usage.Cached = number(u["cache_read_input_tokens"])
	p.Usage.Input = number(u["input_tokens"]) + p.Usage.Cached + number(u["cache_creation_input_tokens"])
	p.Usage.Output = number(u["output_tokens"])
	return p
}
