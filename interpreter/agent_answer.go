package interpreter

import (
	"strings"

	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/value"
)

// judge takes an answer, unless it does not do: then the model is told, and asked
// again.
func (r *run) judge(ctx workflow.Context, t *talk, p *reply) (stop string, err error) {
	switch {
	case p.stop == "refusal":
		return "", &Failure{Type: llmRefused, Message: "the model refused to answer: " + p.text, Details: map[string]any{"text": p.text}}
	case p.stop == "length" && p.capped:
		return stopBudget, nil
	case p.stop == "length":
		return "", &Failure{Type: AnswerTooLong, Message: "the answer was cut off at max_tokens", Details: map[string]any{"text": p.text}}
	}
	answer, err := t.answer(p)
	if err == nil {
		err = r.guards(ctx, t, t.body.Guardrails.Output, "answer", answer)
	}
	if f, failed := err.(*Failure); failed && (f.Type == llmOutput || f.Type == GuardrailFailed) && t.reasks < maxReasks {
		t.reasks++
		t.say("user", f.Message)
		return "", nil
	}
	if err != nil {
		return "", err
	}
	t.reasks, t.result, t.answered = 0, answer, true
	if len(t.inbox) > 0 {
		return "", nil // somebody has said something meanwhile
	}
	return stopAnswered, nil
}

// answer is the answer in a reply: a text, or data that fits the schema.
func (t *talk) answer(p *reply) (any, error) {
	schema := t.body.OutputSchema
	if schema == nil {
		return p.text, nil
	}
	data := p.data
	if data == nil {
		var err error
		if data, err = value.Decode([]byte(unfenced(p.text))); err != nil {
			return nil, &Failure{Type: llmOutput, Message: "the answer must be JSON that fits the schema, and nothing else: " + err.Error(), Details: map[string]any{"text": p.text}}
		}
	}
	data = schema.Default(data)
	if violations := schema.Validate(data); len(violations) > 0 {
		f := misfit(llmOutput, "the answer does not fit the schema: ", violations)
		return nil, f
	}
	return data, nil
}

// unfenced is a text without the fence that models like to put around JSON.
func unfenced(text string) string {
	text = strings.TrimSpace(text)
	if !strings.HasPrefix(text, "```") || !strings.HasSuffix(text, "```") {
		return text
	}
	_, rest, _ := strings.Cut(text, "\n")
	return strings.TrimSuffix(rest, "```")
}

// guards asks guardrails about a message or an answer. The first that does not
// hold is the error.
func (r *run) guards(ctx workflow.Context, t *talk, list []*dsl.Guardrail, what string, v any) error {
	for _, g := range list {
		sc := t.scope.child()
		sc.group, sc.alone = new(group), false
		sc.vars[what] = v
		if g.Do != nil {
			if err := r.steps(ctx, g.Do, sc); err != nil {
				return err
			}
		}
		holds, err := r.condition(t.step, g.Check, sc)
		if err != nil {
			return err
		}
		if holds {
			continue
		}
		reason, err := r.text(t.step, g.Reject, sc)
		if err != nil {
			return err
		}
		return &Failure{Type: GuardrailFailed, Message: reason, Span: g.Check.Span, Details: map[string]any{what: v}}
	}
	return nil
}
