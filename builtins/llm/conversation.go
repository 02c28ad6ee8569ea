package llm

import (
	"fmt"
	"slices"

	"github.com/partitur/partitur/dsl/value"
)

// conversation is the system message, the messages and the prompt.
func (in *Input) conversation() (list []Message, err error) {
	if in.System != "" {
		list = append(list, Message{Role: System, Content: in.System})
	}
	items, ok := in.Messages.([]any)
	if !ok && in.Messages != nil {
		return nil, fmt.Errorf("messages must be a list")
	}
	for i, item := range items {
		m, err := messageOf(item)
		if err != nil {
			return nil, fmt.Errorf("messages[%d] %v", i, err)
		}
		list = append(list, m)
	}
	if in.Prompt != "" {
		list = append(list, Message{Role: User, Content: in.Prompt})
	}
	if !slices.ContainsFunc(list, func(m Message) bool { return m.Role != System }) {
		return nil, fmt.Errorf("there is nothing to ask: write prompt or messages")
	}
	return list, nil
}

func messageOf(v any) (m Message, err error) {
	object, ok := v.(map[string]any)
	if !ok {
		return m, fmt.Errorf("must be {role, content}")
	}
	m.Role, _ = object["role"].(string)
	if !slices.Contains([]string{System, User, Assistant, ToolRole}, m.Role) {
		return m, fmt.Errorf("must have the role system, user, assistant or tool")
	}
	m.ToolCallID, _ = object["tool_call_id"].(string)
	if m.Role == ToolRole && m.ToolCallID == "" {
		return m, fmt.Errorf("must have the tool_call_id of the call that it answers")
	}
	switch content := object["content"].(type) {
	case nil:
	case string:
		m.Content = content
	default:
		text, err := value.Encode(content)
		if err != nil {
			return m, fmt.Errorf("content: %v", err)
		}
		m.Content = string(text)
	}
	m.ToolCalls, err = callsOf(object["tool_calls"])
	return m, err
}

func callsOf(v any) (list []ToolCall, err error) {
	calls, ok := v.([]any)
	if !ok && v != nil {
		return nil, fmt.Errorf("tool_calls must be a list")
	}
	for i, c := range calls {
		call, _ := c.(map[string]any)
		id, _ := call["id"].(string)
		name, _ := call["name"].(string)
		if name == "" {
			return nil, fmt.Errorf("tool_calls must be [{id, name, arguments}]")
		}
		arguments, _ := call["arguments"].(map[string]any)
		if arguments == nil {
			arguments = map[string]any{}
		}
		list = append(list, ToolCall{ID: callID(id, i), Name: name, Arguments: arguments})
	}
	return list, nil
}

func toolsOf(v any) (list []Tool, err error) {
	items, ok := v.([]any)
	if !ok && v != nil {
		return nil, fmt.Errorf("tools must be a list")
	}
	for i, item := range items {
		object, _ := item.(map[string]any)
		var t Tool
		t.Name, _ = object["name"].(string)
		t.Description, _ = object["description"].(string)
		t.Input, _ = object["input"].(map[string]any)
		if t.Name == "" {
			return nil, fmt.Errorf("tools[%d] must be {name, description, input}", i)
		}
		if t.Input == nil {
			t.Input = map[string]any{"type": "object", "properties": map[string]any{}}
		}
		list = append(list, t)
	}
	return list, nil
}
