package fakellm

import (
	"fmt"
	"net/http"
)

var openAI = api{
	provider: "openai",
	path:     "/chat/completions",
	messages: openAIMessages,
	whole:    openAIWhole,
	stream:   openAIStream,
	failure:  openAIFailure,
	reply:    openAIReply,
	base:     "https://api.openai.com/v1",
	behind:   "/chat/completions",
}

func openAIMessages(body map[string]any) (messages []Message, err error) {
	for i, v := range list(body["messages"]) {
		o := object(v)
		m := Message{Role: text(o["role"]), Text: contentText(o["content"])}
		switch m.Role {
		case "developer":
			m.Role = "system"
		case "system", "user", "assistant":
		case "tool":
			m.Results = []string{text(o["tool_call_id"])}
		default:
			return nil, fmt.Errorf("messages[%d]: the role %q is not known", i, m.Role)
		}
		for _, c := range list(o["tool_calls"]) {
			call := object(c)
			f := object(call["function"])
			m.Calls = append(m.Calls, ToolCall{ID: text(call["id"]), Name: text(f["name"]), Arguments: f["arguments"]})
		}
		messages = append(messages, m)
	}
	return messages, nil
}

// contentText is the text of content that may be a list of parts.
func contentText(v any) (all string) {
	if s, ok := v.(string); ok {
		return s
	}
	for _, part := range list(v) {
		all += text(object(part)["text"])
	}
	return all
}

func (p Reply) openAIFinish() string {
	switch {
	case p.Stop == "length":
		return "length"
	case len(p.Calls) > 0:
		return "tool_calls"
	}
	return "stop"
}

func (p Reply) openAIUsage() map[string]any {
	return map[string]any{
		"prompt_tokens": p.Usage.Input, "completion_tokens": p.Usage.Output, "total_tokens": p.Usage.Input + p.Usage.Output,
		"prompt_tokens_details": map[string]any{"cached_tokens": p.Usage.Cached},
	}
}

func (p Reply) openAICalls(r Request) (calls []any) {
	for i, c := range p.Calls {
		calls = append(calls, map[string]any{
			"id": c.id(i, r), "type": "function", "function": map[string]any{"name": c.Name, "arguments": c.arguments()},
		})
	}
	return calls
}

func openAIWhole(s *sender, r Request, p Reply) {
	message := map[string]any{"role": "assistant", "content": p.Text, "refusal": nil}
	if p.Refusal != "" {
		message["content"], message["refusal"] = nil, p.Refusal
	}
	if calls := p.openAICalls(r); calls != nil {
		message["tool_calls"] = calls
	}
	body := map[string]any{
		"id": "chatcmpl-fake", "object": "chat.completion", "created": created, "model": r.Model,
		"choices": []any{map[string]any{"index": 0, "message": message, "finish_reason": p.openAIFinish()}},
	}
	if !p.Usage.None {
		body["usage"] = p.openAIUsage()
	}
	s.json(body)
}

func openAIStream(s *sender, r Request, p Reply) {
	event := func(choices ...any) map[string]any {
		return map[string]any{"id": "chatcmpl-fake", "object": "chat.completion.chunk", "created": created, "model": r.Model, "choices": choices}
	}
	delta := func(d map[string]any, finish any) {
		s.event("", event(map[string]any{"index": 0, "delta": d, "finish_reason": finish}))
	}
	s.begin()
	delta(map[string]any{"role": "assistant", "content": ""}, nil)
	for _, piece := range pieces(p.Text, p.BreaksOff) {
		delta(map[string]any{"content": piece}, nil)
	}
	for _, piece := range pieces(p.Refusal, p.BreaksOff) {
		delta(map[string]any{"refusal": piece}, nil)
	}
	for i, c := range p.Calls {
		head := map[string]any{"index": i, "id": c.id(i, r), "type": "function", "function": map[string]any{"name": c.Name, "arguments": ""}}
		delta(map[string]any{"tool_calls": []any{head}}, nil)
		for _, piece := range pieces(c.arguments(), p.BreaksOff) {
			delta(map[string]any{"tool_calls": []any{map[string]any{"index": i, "function": map[string]any{"arguments": piece}}}}, nil)
		}
	}
	if p.BreaksOff {
		if p.Failure != nil {
			_, body := openAIFailure(*p.Failure)
			s.event("", body)
		}
		s.breakOff()
		return
	}
	delta(map[string]any{}, p.openAIFinish())
	if options := object(r.Body["stream_options"]); options["include_usage"] == true && !p.Usage.None {
		last := event()
		last["choices"], last["usage"] = []any{}, p.openAIUsage()
		s.event("", last)
	}
	s.last("", "[DONE]")
}

func openAIFailure(f Failure) (status int, body map[string]any) {
	var kind, code any
	switch f.Kind {
	case "rate_limit":
		status, kind, code = http.StatusTooManyRequests, "requests", "rate_limit_exceeded"
	case "overloaded":
		status, kind = http.StatusServiceUnavailable, "server_error"
	case "server_error":
		status, kind = http.StatusInternalServerError, "server_error"
	case "context_length":
		status, kind, code = http.StatusBadRequest, "invalid_request_error", "context_length_exceeded"
	case "authentication":
		status, kind, code = http.StatusUnauthorized, "invalid_request_error", "invalid_api_key"
	case "quota":
		status, kind, code = http.StatusTooManyRequests, "insufficient_quota", "insufficient_quota"
	default:
		status, kind = http.StatusBadRequest, "invalid_request_error"
	}
	return status, map[string]any{"error": map[string]any{"message": f.usual(), "type": kind, "code": code, "param": nil}}
}

func openAIReply(answer map[string]any) (p Reply) {
	for _, v := range list(answer["choices"]) {
		choice := object(v)
		m := object(choice["message"])
		p.Text, p.Refusal = text(m["content"]), text(m["refusal"])
		if choice["finish_reason"] == "length" {
			p.Stop = "length"
		}
		for _, v := range list(m["tool_calls"]) {
			call := object(v)
			f := object(call["function"])
			p.Calls = append(p.Calls, &ToolCall{ID: text(call["id"]), Name: text(f["name"]), Arguments: f["arguments"]})
		}
	}
	u := object(answer["usage"])
	p.Usage.Input, p.Usage.Output = number(u["prompt_tokens"]), number(u["completion_tokens"])
	p.Usage.Cached = number(object(u["prompt_tokens_details"])["cached_tokens"])
	return p
}
