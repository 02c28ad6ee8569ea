package builtins

import (
	"bytes"
	"errors"
	"maps"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"github.com/partitur/partitur/builtins/call"
	"github.com/partitur/partitur/builtins/llm"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/value"
	"github.com/partitur/partitur/internal/fakellm"
)

// modelKey is the secret of the profiles. It is like those of providers.
const modelKey = "sk-proj-s3cr3t/k3y+0123456789"

// fakeModels serves a script, and makes a host with a profile for each API.
func fakeModels(t *testing.T, script string) (*fakellm.Server, *host) {
	t.Helper()
	parsed, diags := fakellm.Parse(source.NewFile("script.yaml", []byte(script)))
	for _, d := range diags {
		t.Fatal(d)
	}
	fake := &fakellm.Server{Script: parsed}
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	prices := map[string]llm.Price{"m": {Input: decimal.RequireFromString("2.00"), CachedInput: decimal.RequireFromString("0.50"), Output: decimal.RequireFromString("8.00")}}
	key := Setting{{Secret: "MODEL_KEY"}}
	return fake, newHost(Options{
		Secrets: secretsOf(map[string]string{"MODEL_KEY": modelKey}),
		Models: []ModelProfile{
			{Profile: llm.Profile{Name: "openai", Provider: llm.OpenAI, BaseURL: server.URL + "/v1", Prices: prices, IdleTimeout: time.Second}, Key: key,
				Headers: map[string]Setting{"X-Team": {{Text: "team "}, {Secret: "MODEL_KEY"}}}},
			{Profile: llm.Profile{Name: "claude", Provider: llm.Anthropic, BaseURL: server.URL, Prices: prices, IdleTimeout: time.Second}, Key: key},
			{Profile: llm.Profile{Name: "keyless", Provider: llm.OpenAI, BaseURL: server.URL, Model: "m"}, Key: Setting{{Secret: "NO_SUCH"}}},
			{Profile: llm.Profile{Name: "cloud", Provider: llm.OpenAI, BaseURL: "http://169.254.169.254/v1", Model: "m"}, Key: key},
		},
	})
}

// askModel runs the llm action. All that it logs goes to out.
func askModel(t *testing.T, h *host, out *bytes.Buffer, in map[string]any, beaten ...llm.Round) (map[string]any, error) {
	t.Helper()
	env := environment(h, out)
	env.RegisterActivityWithOptions(h.activity(llmAction), activity.RegisterOptions{Name: "llm"})
	if len(beaten) > 0 {
		env.SetHeartbeatDetails(beaten)
	}
	return execute(t, env, in)
}

func execute(t *testing.T, env *testsuite.TestActivityEnvironment, in map[string]any) (map[string]any, error) {
	t.Helper()
	encoded, err := env.ExecuteActivity("llm", call.Call{Input: in, Key: "key"})
	if err != nil {
		return nil, err
	}
	var raw converter.RawValue
	if err := encoded.Get(&raw); err != nil {
		t.Fatal(err)
	}
	v, err := value.Decode(raw.Payload().GetData())
	if err != nil {
		t.Fatal(err)
	}
	return v.(map[string]any), nil
}

// profiles are those that a script is played to, with a model.
var profiles = []string{"openai/m", "claude/m"}

func TestModelsAnswer(t *testing.T) {
	for _, model := range profiles {
		fake, h := fakeModels(t, `{key: "`+modelKey+`", turns: [{answer: {label: bug}, usage: {input: 1000, output: 100, cached: 600}}]}`)
		got, err := askModel(t, h, new(bytes.Buffer), map[string]any{"model": model, "prompt": "It is broken", "output_schema": map[string]any{"type": "object"}})
		if err != nil {
			t.Fatal(model, err)
		}
		usage := map[string]any{"input_tokens": 1000, "output_tokens": 100, "cached_tokens": 600, "tokens": 1100, "usd": "0.0019"}
		if !value.Equal(got["output"], map[string]any{"label": "bug"}) || !value.Equal(got["usage"], usage) || got["stop"] != "end" {
			t.Errorf("%s: %v", model, got)
		}
		if calls := fake.Calls(); len(calls) != 1 || calls[0].Key != "key" {
			t.Errorf("%s: %+v", model, calls)
		}
	}
}

// What a model writes as arguments and is no object reaches who asked as it is.
func TestBrokenArguments(t *testing.T) {
	for _, model := range profiles {
		_, h := fakeModels(t, `turns: [{tool_calls: [{id: c1, name: look, arguments: '{"id": '}, {id: c2, name: look, arguments: '[1]'}, {id: c3, name: look, arguments: ''}]}]`)
		got, err := askModel(t, h, new(bytes.Buffer), map[string]any{"model": model, "prompt": "Hello"})
		if err != nil {
			t.Fatal(model, err)
		}
		call := func(id string, arguments map[string]any) any {
			return map[string]any{"id": id, "name": "look", "arguments": arguments}
		}
		want := []any{call("c1", map[string]any{"invalid": `{"id": `}), call("c2", map[string]any{"invalid": "[1]"}), call("c3", map[string]any{})}
		if !value.Equal(got["tool_calls"], want) {
			t.Errorf("%s: %v", model, got["tool_calls"])
		}
	}
}

func TestErrorsOfModels(t *testing.T) {
	for script, want := range map[string]struct {
		errType   string
		retryable bool
	}{
		"error: rate_limit, retry_after: 7s":                      {"LLMRateLimited", true},
		"error: overloaded":                                       {"LLMUnavailable", true},
		"error: server_error":                                     {"LLMUnavailable", true},
		"error: overloaded, breaks_off: true, answer: abcdef":     {"LLMUnavailable", true},
		"error: rate_limit, breaks_off: true, answer: abcdef":     {"LLMRateLimited", true},
		"breaks_off: true, answer: abcdefghijklmnopqrstuvwxyz":    {"LLMUnavailable", true},
		"answer: slow, pause: 5s":                                 {"LLMUnavailable", true},
		"error: authentication, message: 'wrong key sk-p***6789'": {"LLMAuthentication", false},
		"error: quota":           {"LLMQuotaExceeded", false},
		"error: context_length":  {"LLMContextLength", false},
		"error: invalid_request": {"LLMInvalidRequest", false},
		"error: invalid_request, status: 404, message: no model": {"LLMInvalidRequest", false},
		"refusal: I will not": {"LLMRefused", false},
	} {
		for _, model := range profiles {
			t.Run(script+" "+model, func(t *testing.T) {
				t.Parallel()
				fake, h := fakeModels(t, "turns: [{"+script+"}]")
				_, err := askModel(t, h, new(bytes.Buffer), map[string]any{"model": model, "prompt": "Hello"})
				var app *temporal.ApplicationError
				if !errors.As(err, &app) || app.Type() != want.errType || app.NonRetryable() == want.retryable || len(fake.Calls()) > 1 {
					t.Fatalf("%v after %+v", err, fake.Calls())
				}
				if strings.Contains(script, "retry_after") != (app.NextRetryDelay() == 7*time.Second) || strings.Contains(err.Error(), "6789") {
					t.Errorf("%v, the next try after %s", err, app.NextRetryDelay())
				}
			})
		}
	}
}

func TestQuestionsThatAreNotAsked(t *testing.T) {
	ask := func(more map[string]any) map[string]any {
		in := map[string]any{"model": "openai/m", "prompt": "Hello"}
		maps.Copy(in, more)
		return in
	}
	for _, one := range []struct {
		in      map[string]any
		errType string
		says    string
	}{
		{ask(map[string]any{"model": "opnai/m"}), "UnknownModel", "did you mean openai?"},
		{ask(map[string]any{"model": "openai"}), "InvalidInput", "model: openai/NAME"},
		{ask(map[string]any{"model": "keyless"}), "SecretMissing", "NO_SUCH"},
		{ask(map[string]any{"model": "cloud"}), "AddressRefused", "169.254.169.254"},
		{ask(map[string]any{"prompt": ""}), "InvalidInput", "nothing to ask"},
		{ask(map[string]any{"messages": []any{map[string]any{"role": "wizard"}}}), "InvalidInput", "messages[0]"},
		{ask(map[string]any{"messages": []any{map[string]any{"role": "tool", "content": "x"}}}), "InvalidInput", "tool_call_id"},
		{ask(map[string]any{"tools": []any{map[string]any{}}}), "InvalidInput", "tools[0]"},
		{ask(map[string]any{"temperature": "hot"}), "InvalidInput", "temperature"},
		{ask(map[string]any{"seed": 1.5}), "InvalidInput", "seed"},
		{ask(map[string]any{"repairs": 99}), "InvalidInput", "repairs"},
		{ask(map[string]any{"output_schema": map[string]any{"type": "objekt"}}), "InvalidInput", "output_schema"},
		{ask(map[string]any{"budget": map[string]any{"tokens": 10}}), "LLMBudgetExceeded", "no room"},
		{ask(map[string]any{"budget": map[string]any{"usd": "0.00001"}}), "LLMBudgetExceeded", "no room"},
		{ask(map[string]any{"budget": map[string]any{"usd": "-1"}}), "InvalidInput", "budget.usd"},
		{ask(map[string]any{"model": "openai/other", "budget": map[string]any{"usd": 1}}), "LLMInvalidRequest", "needs a price"},
	} {
		fake, h := fakeModels(t, "turns: [{answer: never}]")
		_, err := askModel(t, h, new(bytes.Buffer), one.in)
		var app *temporal.ApplicationError
		if !errors.As(err, &app) || app.Type() != one.errType || !strings.Contains(err.Error(), one.says) || len(fake.Calls()) > 0 {
			t.Errorf("%v: %v after %+v, want %s: %s", one.in, err, fake.Calls(), one.errType, one.says)
		}
	}
}

// The answer of an attempt that failed on the way to a good one is not asked
// for again.
func TestAttemptsGoOnBehindWhatWasPaid(t *testing.T) {
	fake, h := fakeModels(t, "turns: [{answer: {}, when: {contains: not JSON}}]")
	paid := llm.Round{Text: "no JSON", Usage: llm.Usage{Input: 10, Output: 5}}
	got, err := askModel(t, h, new(bytes.Buffer), map[string]any{"model": "openai/m", "prompt": "Hello", "output_schema": map[string]any{"type": "object"}}, paid)
	if err != nil {
		t.Fatal(err)
	}
	if usage := got["usage"].(map[string]any); usage["tokens"].(int) <= 15 || len(fake.Calls()) != 1 || fake.Calls()[0].Key != "key/repair-1" {
		t.Errorf("%v after %+v", got, fake.Calls())
	}
}

// The key of a model is in no result, log, error or heartbeat, however the
// provider shows it, and whether the call succeeds or fails.
func TestKeysOfModelsStayHidden(t *testing.T) {
	leaks := modelKey + " Bearer " + modelKey
	for _, script := range []string{
		"{answer: " + leaks + "}",
		"{answer: " + leaks + ", tool_calls: [{name: " + leaks + ", arguments: {key: " + leaks + "}}]}",
		"{refusal: " + leaks + "}",
		"{error: invalid_request, message: " + leaks + "}",
		"{error: authentication, message: " + leaks + "}",
		"{error: overloaded, message: " + leaks + ", breaks_off: true, answer: abcdef}",
		"{answer: " + leaks + ", breaks_off: true}",
	} {
		for _, model := range profiles {
			_, h := fakeModels(t, "turns: ["+script+", {answer: "+leaks+", times: 0}]")
			for _, schema := range []any{nil, map[string]any{"type": "object"}} {
				in := map[string]any{"model": model, "prompt": "Hello", "repairs": 1}
				if schema != nil {
					in["output_schema"] = schema
				}
				var said bytes.Buffer
				env := environment(h, &said)
				env.RegisterActivityWithOptions(h.activity(llmAction), activity.RegisterOptions{Name: "llm"})
				env.SetOnActivityHeartbeatListener(func(_ *activity.Info, details converter.EncodedValues) {
					var rounds []llm.Round
					if details.HasValues() && details.Get(&rounds) == nil {
						for _, r := range rounds {
							said.WriteString(r.Text)
						}
					}
				})
				got, err := execute(t, env, in)
				text, _ := value.Encode(got)
				said.Write(text)
				if err != nil {
					said.WriteString(err.Error())
					var app *temporal.ApplicationError
					var details converter.RawValue
					if errors.As(err, &app) && app.HasDetails() && app.Details(&details) == nil {
						said.Write(details.Payload().GetData())
					}
				}
				if strings.Contains(said.String(), modelKey) || strings.Contains(said.String(), "0123456789") {
					t.Errorf("%s %s: %s", model, script, said.String())
				}
			}
		}
	}
}
