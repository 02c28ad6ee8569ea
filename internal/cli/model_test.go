//go:build !noengine

package cli_test

import "go.temporal.io/sdk/converter"

// answer is what the model of the scripts says: first it calls for a tool, then
// it answers.
func answer(args converter.EncodedValues) (any, error) {
	var asked struct {
		In struct {
			Messages []struct {
				Role string `json:"role"`
			} `json:"messages"`
		} `json:"in"`
	}
	if err := args.Get(&asked); err != nil {
		return nil, err
	}
	said := map[string]any{"text": "On its way", "stop": "end", "usage": map[string]any{"tokens": 7, "usd": "0.01"}}
	if m := asked.In.Messages; m[len(m)-1].Role == "user" {
		said["text"], said["stop"] = "Let me see.", "tool_calls"
		said["tool_calls"] = []any{map[string]any{"id": "c1", "name": "find", "arguments": map[string]any{"id": 7}}}
	}
	return said, nil
}
