package llm

import (
	"fmt"

	"github.com/shopspring/decimal"

	"github.com/partitur/partitur/dsl/value"
)

// Rehearse makes an answer of what a test gives in its place: any of text,
// output, tool_calls, stop, model and usage. The schema of the input holds as
// ever; the answer is not asked again.
func (in *Input) Rehearse(result any) (Answer, error) {
	q, err := in.Question()
	if err != nil {
		return Answer{}, invalidRequest("llm: %v", err)
	}
	if text, ok := result.(string); ok {
		result = map[string]any{"text": text}
	}
	m, ok := result.(map[string]any)
	if !ok {
		return Answer{}, invalidRequest("the result of llm is {text, output, tool_calls, stop, model, usage}")
	}
	a := Answer{Stop: End, Model: in.Model, Usage: rehearsedUsage(m["usage"])}
	if a.ToolCalls, err = callsOf(m["tool_calls"]); err != nil {
		return a, invalidRequest("the result of llm: %v", err)
	}
	if len(a.ToolCalls) > 0 {
		a.Stop = Calls
	}
	a.Text, _ = m["text"].(string)
	if stop, ok := m["stop"].(string); ok {
		a.Stop = stop
	}
	if model, ok := m["model"].(string); ok {
		a.Model = model
	}
	switch {
	case a.Stop == refusal:
		return a, refused(a)
	case q.Output == nil || a.Stop == Calls:
		return a, nil
	}
	if output, ok := m["output"]; ok {
		data, err := value.Encode(output)
		if err != nil {
			return a, invalidRequest("the output of llm: %v", err)
		}
		a.Text = string(data)
	}
	var wrong []string
	if a.Output, wrong = q.read(a.Text); wrong != nil {
		return a, unfit(a, wrong)
	}
	return a, nil
}

func rehearsedUsage(v any) (u Usage) {
	m, _ := v.(map[string]any)
	count := func(key string) int { n, _ := m[key].(int); return n }
	u.Input, u.Output, u.Cached = count("input_tokens"), count("output_tokens"), count("cached_tokens")
	if u.Input+u.Output == 0 {
		u.Input = count("tokens")
	}
	usd, err := decimal.NewFromString(fmt.Sprint(m["usd"]))
	if err != nil {
		usd = decimal.Zero
	}
	u.USD = &usd
	return u
}
