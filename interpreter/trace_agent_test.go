package interpreter_test

import (
	"fmt"
	"strings"

	"go.temporal.io/sdk/converter"

	"github.com/partitur/partitur/builtins/call"
	"github.com/partitur/partitur/dsl/value"
)

// askedText is what a model is asked: how many messages there are, and those
// that are new since it has last said something.
func askedText(args []any) string {
	c, err := call.Decode(args[0].(converter.RawValue).Payload().GetData())
	if err != nil {
		return err.Error()
	}
	messages, _ := c.Input["messages"].([]any)
	fresh := 0
	for i, m := range messages {
		if m.(map[string]any)["role"] == "assistant" {
			fresh = i
		}
	}
	line := fmt.Sprintf("asks %v, %d messages", c.Input["model"], len(messages))
	for _, m := range messages[fresh:] {
		line += " | " + messageText(m.(map[string]any))
	}
	for _, key := range []string{"temperature", "max_tokens", "stop", "budget", "output_schema"} {
		if v, ok := c.Input[key]; ok {
			text, _ := value.Encode(v)
			line += fmt.Sprintf(" %s=%s", key, text)
		}
	}
	return line
}

func messageText(m map[string]any) string {
	text := fmt.Sprint(m["role"])
	if id, ok := m["tool_call_id"].(string); ok {
		text += " " + id
	}
	text += ": " + strings.ReplaceAll(fmt.Sprint(m["content"]), "\n", " ")
	if calls, ok := m["tool_calls"].([]any); ok {
		data, _ := value.Encode(calls)
		text += " " + string(data)
	}
	return text
}
