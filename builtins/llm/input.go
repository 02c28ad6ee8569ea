package llm

import (
	"fmt"

	"github.com/shopspring/decimal"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/jsonschema"
	"github.com/partitur/partitur/dsl/types"
)

// An Input is the fields of an llm step.
type Input struct {
	Model, System, Prompt   string
	Messages, OutputSchema  any
	Tools                   any
	ToolChoice              string
	Repairs, MaxTokens      int
	Temperature, TopP, Seed any
	Stop                    []string
	Budget                  *BudgetInput
	Extra                   map[string]any

	schema *jsonschema.Schema // of a step that is checked
}

// A BudgetInput is the bound of one question.
type BudgetInput struct{ Tokens, USD any }

const (
	defaultRepairs = 2
	maxRepairs     = 10
)

// NewInput is an input with its defaults.
func NewInput() *Input { return &Input{Repairs: defaultRepairs} }

// Fields declares the keys of an llm step.
func (in *Input) Fields(f *fields.Set) {
	f.String(&in.Model, "model", "the profile in partitur.yaml, and the model if not its own: openai, or openai/gpt-4.1", fields.Required, fields.Example("openai/gpt-4.1"))
	f.String(&in.System, "system", "what the model is told about its task", fields.Example("You sort tickets."))
	f.String(&in.Prompt, "prompt", "the question", fields.Example("${ input.text }"))
	f.Any(&in.Messages, "messages", "a conversation, before the prompt", shape(messagesSchema), fields.Want(types.ListOf(types.AnyType)))
	f.SchemaValue(&in.schema, &in.OutputSchema, "output_schema", "the JSON Schema of the answer, which is then JSON")
	f.Int(&in.Repairs, "repairs", "how often an answer that breaks output_schema is asked again, 2 if not set", fields.AtLeast(0), fields.AtMost(maxRepairs))
	f.Any(&in.Tools, "tools", "what the model may ask to call", shape(toolsSchema), fields.Want(types.ListOf(types.AnyType)))
	f.String(&in.ToolChoice, "tool_choice", "auto, none, required, or the name of the tool to call", fields.Example("required"))
	f.Any(&in.Temperature, "temperature", "how freely it answers; the provider's default if not set", shape(map[string]any{"type": "number"}), fields.Want(types.NumberType), fields.Example("0.2"))
	f.Any(&in.TopP, "top_p", "the share of likely words it chooses from", shape(map[string]any{"type": "number"}), fields.Want(types.NumberType))
	f.Any(&in.Seed, "seed", "makes equal questions have equal answers, where the provider can", shape(map[string]any{"type": "integer"}), fields.Want(types.IntType))
	f.Int(&in.MaxTokens, "max_tokens", "the longest answer", fields.AtLeast(0), fields.Example("500"))
	f.Strings(&in.Stop, "stop", "texts at which the answer ends")
	if b := new(BudgetInput); f.Object(b, "budget", "the most that the question may take, its repairs included") {
		in.Budget = b
	}
	f.Map(&in.Extra, "extra", "further parameters of the provider's API, sent as they are", nil)
}

// Fields declares the keys of a budget.
func (b *BudgetInput) Fields(f *fields.Set) {
	amount := shape(map[string]any{"type": []string{"number", "string"}})
	f.Any(&b.Tokens, "tokens", "the most tokens, of question and answer", amount, fields.Example("20k"))
	f.Any(&b.USD, "usd", "the most US dollars; the model needs a price", amount, fields.Example("0.05"))
}

var (
	messagesSchema = map[string]any{"type": "array", "items": map[string]any{"type": "object", "required": []string{"role"}, "properties": map[string]any{
		"role": map[string]any{"enum": []string{System, User, Assistant, ToolRole}},
	}}}
	toolsSchema = map[string]any{"type": "array", "items": map[string]any{"type": "object", "required": []string{"name"}}}
)

func shape(schema map[string]any) fields.Option {
	return func(s *fields.Spec) { s.Schema = schema }
}

// ResultType is what the result of a step is, as far as its schema tells.
func (in *Input) ResultType() *types.Type {
	if in.schema == nil {
		return resultOf(&types.Type{Kind: types.Any, Maybe: "without output_schema there is none"})
	}
	return resultOf(in.schema.Type())
}

// Result is what the result of any step is.
func Result() *types.Type { return resultOf(types.AnyType) }

func resultOf(output *types.Type) *types.Type {
	return types.ObjectOf(
		types.Field{Name: "text", Type: types.StringType},
		types.Field{Name: "output", Type: output},
		types.Field{Name: "tool_calls", Type: types.ListOf(types.ObjectOf(
			types.Field{Name: "id", Type: types.StringType},
			types.Field{Name: "name", Type: types.StringType},
			types.Field{Name: "arguments", Type: types.OpenObject},
		))},
		types.Field{Name: "stop", Type: types.StringType},
		types.Field{Name: "model", Type: types.StringType},
		types.Field{Name: "usage", Type: types.ObjectOf(
			types.Field{Name: "input_tokens", Type: types.IntType},
			types.Field{Name: "output_tokens", Type: types.IntType},
			types.Field{Name: "cached_tokens", Type: types.IntType},
			types.Field{Name: "tokens", Type: types.IntType},
			types.Field{Name: "usd", Type: &types.Type{Kind: types.String, Maybe: "the price of the model may not be known"}},
			types.Field{Name: "estimated", Type: &types.Type{Kind: types.Bool, Maybe: "only a server that does not count leaves an estimate"}},
		)},
	)
}

// Question makes the question of an input.
func (in *Input) Question() (q Question, err error) {
	q.Repairs = in.Repairs
	q.MaxTokens, q.Stop, q.Extra, q.ToolChoice = in.MaxTokens, in.Stop, in.Extra, in.ToolChoice
	if in.Repairs < 0 || in.Repairs > maxRepairs {
		return q, fmt.Errorf("repairs must be 0 to %d, not %d", maxRepairs, in.Repairs)
	}
	if q.Temperature, err = number("temperature", in.Temperature); err != nil {
		return q, err
	}
	if q.TopP, err = number("top_p", in.TopP); err != nil {
		return q, err
	}
	if in.Seed != nil {
		seed, ok := in.Seed.(int)
		if !ok {
			return q, fmt.Errorf("seed must be a whole number")
		}
		q.Seed = &seed
	}
	if in.OutputSchema != nil {
		if q.Output, err = jsonschema.FromData(in.OutputSchema); err != nil {
			return q, fmt.Errorf("output_schema: %v", err)
		}
	}
	if q.Budget, err = in.budget(); err != nil {
		return q, err
	}
	if q.Tools, err = toolsOf(in.Tools); err != nil {
		return q, err
	}
	q.Request.Messages, err = in.conversation()
	return q, err
}

func number(key string, v any) (*float64, error) {
	switch n := v.(type) {
	case nil:
		return nil, nil
	case int:
		f := float64(n)
		return &f, nil
	case float64:
		return &n, nil
	}
	return nil, fmt.Errorf("%s must be a number", key)
}

func (in *Input) budget() (b Budget, err error) {
	if in.Budget == nil {
		return b, nil
	}
	if in.Budget.Tokens != nil {
		if b.Tokens, err = dsl.ParseTokens(in.Budget.Tokens); err != nil {
			return b, fmt.Errorf("budget.tokens: %v", err)
		}
	}
	if in.Budget.USD != nil {
		usd, err := dsl.ParseUSD(in.Budget.USD)
		if err != nil {
			return b, fmt.Errorf("budget.usd: %v", err)
		}
		exact := decimal.RequireFromString(usd.String())
		b.USD = &exact
	}
	return b, nil
}
