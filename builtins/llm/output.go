package llm

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/partitur/partitur/dsl/value"
)

// maxWrong bounds what a model is told about one answer.
const maxWrong = 10

// read makes the output of an answer, or tells what is wrong with it.
func (q Question) read(text string) (output any, wrong []string) {
	v, err := decode(text)
	if err != nil {
		return nil, []string{"it is not JSON: " + err.Error()}
	}
	v = q.Output.Default(v)
	for _, violation := range q.Output.Validate(v) {
		wrong = append(wrong, violation.String())
	}
	if len(wrong) > maxWrong {
		wrong = append(wrong[:maxWrong], fmt.Sprintf("and %d more", len(wrong)-maxWrong))
	}
	if wrong != nil {
		return nil, wrong
	}
	return v, nil
}

// decode reads JSON that a model wrote: alone, in a code block, or within a
// sentence.
func decode(text string) (any, error) {
	text = strings.TrimSpace(text)
	v, err := value.Decode([]byte(text))
	if err == nil {
		return v, nil
	}
	if _, block, ok := strings.Cut(text, "```"); ok {
		block, _, _ = strings.Cut(block, "```")
		block = strings.TrimPrefix(strings.TrimSpace(block), "json")
		if v, inner := value.Decode([]byte(strings.TrimSpace(block))); inner == nil {
			return v, nil
		}
	}
	from, to := strings.IndexAny(text, "{["), strings.LastIndexAny(text, "}]")
	if from >= 0 && to > from {
		if v, inner := value.Decode([]byte(text[from : to+1])); inner == nil {
			return v, nil
		}
	}
	return nil, err
}

func instruction(schema any, tools bool) string {
	text, err := json.Marshal(schema)
	if err != nil {
		text = []byte("{}")
	}
	when := "Answer"
	if tools {
		when = "When you need no more tools, answer"
	}
	return when + " with JSON only, without any other text, that fits this JSON Schema:\n" + string(text)
}

func complaint(wrong []string) string {
	return "Your answer does not fit the JSON Schema:\n- " + strings.Join(wrong, "\n- ") + "\nAnswer again, with JSON only."
}

func unfit(a Answer, wrong []string) *Error {
	why := strings.Join(wrong, "; ")
	if a.Stop == Length {
		why = "it was cut off at max_tokens, and then " + why
	}
	list := make([]any, len(wrong))
	for i, w := range wrong {
		list[i] = w
	}
	return &Error{
		Type: InvalidOutput, Message: "the answer does not fit output_schema: " + why,
		Details: map[string]any{"text": excerpt(a.Text), "violations": list, "usage": a.Usage.Object(), "model": a.Model},
	}
}
