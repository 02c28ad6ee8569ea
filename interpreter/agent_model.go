package interpreter

import (
	"strconv"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/dsl/value"
)

// A reply is what a model has said.
type reply struct {
	text  string
	data  any // the answer as data, if it has to fit a schema
	calls []toolCall
	stop  string
	used  usage

	written int  // tokens of the answer
	capped  bool // it is as short as it is because of the budget
}

// A toolCall is what the model calls for.
type toolCall struct {
	id, name  string
	arguments any
}

// askModel has the model take a turn, if the budget has enough for it.
func (r *run) askModel(ctx workflow.Context, t *talk) (rep *reply, stop string, err error) {
	input, err := r.modelInput(t)
	if err != nil {
		return nil, "", err
	}
	wanted := number(input, "max_tokens")
	answer, ok := t.purse.reserve(estimate(input), wanted)
	if !ok {
		return nil, stopBudget, nil
	}
	if answer > 0 {
		input["max_tokens"] = answer
	}
	if left := t.purse.value(); left != nil {
		input["budget"] = left
	}
	t.turns++
	t.since++
	t.answered = false
	raw, err := r.builtin(ctx, t, t.body.Ask, input, "turn "+strconv.Itoa(t.turns))
	if err != nil {
		return r.noReply(t, err)
	}
	if rep, err = readReply(raw, t.turns); err != nil {
		return nil, "", err
	}
	rep.capped = input["budget"] != nil && (answer != wanted && wanted > 0 || rep.written < answer)
	t.purse.spend(rep.used)
	return rep, "", nil
}

// noReply is what comes of a call of the model that has failed. It may have been
// paid for all the same.
func (r *run) noReply(t *talk, err error) (*reply, string, error) {
	f, failed := r.failure(t.step, t.scope, err).(*Failure)
	if !failed {
		return nil, "", err
	}
	details, _ := f.Details.(map[string]any)
	paid := usageOf(details["usage"])
	paid.toolCalls = 0
	t.purse.spend(paid)
	if f.Type == llmBudget {
		return nil, stopBudget, nil
	}
	return nil, "", f
}

// name is what the conversation is called where people read it.
func (t *talk) name() string {
	if t.scope.loop != "" {
		return t.scope.instance(t.step.Path)
	}
	return name(t.step)
}

// modelInput is what the model is sent.
func (r *run) modelInput(t *talk) (map[string]any, error) {
	s, b, sc := t.step, t.body, t.scope
	model, err := r.text(s, b.Model, sc)
	if err != nil {
		return nil, err
	}
	input := map[string]any{"model": model, "messages": t.window()}
	if tools := t.offered(); len(tools) > 0 {
		input["tools"] = tools
	}
	if b.OutputSchema != nil {
		input["output_schema"] = b.OutputSchema.Raw()
	}
	temperature, err := r.eval(s, b.LLM.Temperature, sc)
	if err != nil {
		return nil, err
	}
	longest, err := r.eval(s, b.LLM.MaxTokens, sc)
	if err != nil {
		return nil, err
	}
	stop, err := r.eval(s, b.LLM.Stop, sc)
	if err != nil {
		return nil, err
	}
	put(input, "temperature", temperature)
	put(input, "max_tokens", longest)
	put(input, "stop", stop)
	return input, nil
}

func put(m map[string]any, key string, v any) {
	if v != nil {
		m[key] = v
	}
}

// window is what the model is sent of the conversation: the instructions and the
// prompt, and the latest messages. It never begins with the result of a call
// that is not in it.
func (t *talk) window() []any {
	from := max(t.fixed, len(t.messages)-t.body.Memory.Keep)
	for from > t.fixed && text(t.messages[from], "role") == "tool" {
		from--
	}
	return append(t.messages[:t.fixed:t.fixed], t.messages[from:]...)
}

// offered are the tools as the model is told of them.
func (t *talk) offered() []any {
	list := make([]any, 0, len(t.body.Tools))
	for _, tool := range t.body.Tools {
		input := any(map[string]any{"type": "object", "properties": map[string]any{}})
		if tool.Input != nil {
			input = tool.Input.Raw()
		}
		list = append(list, map[string]any{"name": tool.Name, "description": tool.Description, "input": input})
	}
	for _, tool := range t.served {
		input := any(map[string]any{"type": "object", "properties": map[string]any{}})
		if tool.Input != nil {
			input = tool.Input.v
		}
		list = append(list, map[string]any{"name": tool.Name, "description": tool.Description, "input": input})
	}
	return list
}

// estimate is how many tokens a prompt has at most, nearly: a token is four bytes
// of English and fewer of other texts.
func estimate(input map[string]any) int { return value.Size(input)/3 + 1 }

// message is the reply as a part of the conversation.
func (p *reply) message() map[string]any {
	m := map[string]any{"role": "assistant", "content": p.text}
	if len(p.calls) == 0 {
		return m
	}
	calls := make([]any, len(p.calls))
	for i, c := range p.calls {
		calls[i] = map[string]any{"id": c.id, "name": c.name, "arguments": c.arguments}
	}
	m["tool_calls"] = calls
	return m
}

// readReply reads the result of a call of the model, which may be the text alone.
// What identifies a call of a tool is made up where it is missing.
func readReply(raw converter.RawValue, turn int) (*reply, error) {
	v, err := decodeRaw(raw)
	if said, isText := v.(string); isText {
		return &reply{text: said}, nil
	}
	m, isObject := v.(map[string]any)
	if err != nil || !isObject {
		return nil, &Failure{Type: InvalidModelCall, Message: "the reply of the model cannot be read"}
	}
	p := &reply{text: text(m, "text"), data: m["output"], stop: text(m, "stop"), used: usageOf(m["usage"])}
	p.used.toolCalls = 0
	p.written = number(m["usage"], "output_tokens")
	for i, c := range items(m["tool_calls"]) {
		one, _ := c.(map[string]any)
		called := toolCall{id: text(one, "id"), name: text(one, "name"), arguments: one["arguments"]}
		if called.id == "" {
			called.id = "call_" + strconv.Itoa(turn) + "_" + strconv.Itoa(i+1)
		}
		if called.arguments == nil {
			called.arguments = map[string]any{}
		}
		p.calls = append(p.calls, called)
	}
	return p, nil
}
