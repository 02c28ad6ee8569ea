package llm_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/shopspring/decimal"

	"github.com/partitur/partitur/builtins/llm"
	"github.com/partitur/partitur/dsl/value"
)

// A script answers one request after the other.
type script struct {
	t       *testing.T
	answers []http.HandlerFunc
	bodies  []string
	keys    []string
}

func (s *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		s.t.Error(err)
	}
	s.bodies, s.keys = append(s.bodies, string(body)), append(s.keys, r.Header.Get("Idempotency-Key"))
	if len(s.answers) == 0 {
		s.t.Errorf("nobody expects %s %s", r.URL, body)
		w.WriteHeader(http.StatusTeapot)
		return
	}
	answer := s.answers[0]
	s.answers = s.answers[1:]
	answer(w, r)
}

// serve is a client of a server that plays a script.
func serve(t *testing.T, provider string, answers ...http.HandlerFunc) (*llm.Client, *script) {
	t.Helper()
	s := &script{t: t, answers: answers}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	one := decimal.RequireFromString
	return &llm.Client{HTTP: server.Client(), UserAgent: "test", Key: "k3y", Profile: llm.Profile{
		Name: "fake", Provider: provider, BaseURL: server.URL, IdleTimeout: 2 * time.Second,
		Prices: map[string]llm.Price{"m": {Input: one("2.00"), CachedInput: one("0.50"), CacheWrite: one("2.5"), Output: one("8.00")}},
	}}, s
}

// events answers with server-sent events; an event of Anthropic's has a name.
func events(list ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for _, e := range list {
			if name, data, ok := strings.Cut(e, " {"); ok && !strings.HasPrefix(e, "{") {
				fmt.Fprintf(w, "event: %s\n", name)
				e = "{" + data
			}
			fmt.Fprintf(w, "data: %s\n\n", e)
		}
	}
}

func status(code int, header, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if name, text, ok := strings.Cut(header, ": "); ok {
			w.Header().Set(name, text)
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(code)
		fmt.Fprint(w, body)
	}
}

func ask(t *testing.T, input string) llm.Question {
	t.Helper()
	v, err := value.Decode([]byte(input))
	if err != nil {
		t.Fatal(err)
	}
	in := llm.NewInput()
	if err := decode(in, v.(map[string]any)); err != nil {
		t.Fatal(err)
	}
	q, err := in.Question()
	if err != nil {
		t.Fatal(err)
	}
	q.Model, q.Key = "m", "key"
	return q
}

const openAIUsage = `{"model":"m-1","choices":[],"usage":{"prompt_tokens":1000,"completion_tokens":7,"total_tokens":1007,"prompt_tokens_details":{"cached_tokens":600}}}`

func openAIText(text string) http.HandlerFunc {
	data, _ := value.Encode(text)
	return events(fmt.Sprintf(`{"model":"m-1","choices":[{"index":0,"delta":{"role":"assistant","content":%s},"finish_reason":null}]}`, data),
		`{"model":"m-1","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}`, openAIUsage, "[DONE]")
}

func TestOpenAIAnswers(t *testing.T) {
	c, s := serve(t, llm.OpenAI, events(
		`{"model":"m-1","choices":[{"index":0,"delta":{"role":"assistant","tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"look","arguments":""}}]}}]}`,
		`{"model":"m-1","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"id\":"}}]}}]}`,
		`{"model":"m-1","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"function":{"arguments":"9007199254740993}"}}]}}]}`,
		`{"model":"m-1","choices":[{"index":0,"delta":{"tool_calls":[{"index":1,"id":"c2","type":"function","function":{"name":"look","arguments":"{broken"}}]}}]}`,
		`{"model":"m-1","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}`, openAIUsage, "[DONE]"))
	a, err := c.Ask(context.Background(), ask(t, `{"model":"x","system":"S","prompt":"P","temperature":0,"max_tokens":50,"stop":["END"],"extra":{"user":"u"},
		"messages":[{"role":"user","content":"U"},{"role":"assistant","tool_calls":[{"id":"c0","name":"look","arguments":{"id":1}}]},{"role":"tool","tool_call_id":"c0","content":{"n":1}}],
		"tools":[{"name":"look","description":"Look","input":{"type":"object"}}],"tool_choice":"look"}`))
	if err != nil {
		t.Fatal(err)
	}
	same(t, a.Object(), `{"text":"","output":null,"stop":"tool_calls","model":"m-1",
		"tool_calls":[{"id":"c1","name":"look","arguments":{"id":9007199254740993}},{"id":"c2","name":"look","arguments":{"invalid":"{broken"}}],
		"usage":{"input_tokens":1000,"output_tokens":7,"cached_tokens":600,"tokens":1007,"usd":"0.001156"}}`)
	sent, err := value.Decode([]byte(s.bodies[0]))
	if err != nil {
		t.Fatal(err)
	}
	same(t, sent, `{"model":"m","stream":true,"stream_options":{"include_usage":true},"temperature":0,"max_tokens":50,"stop":["END"],"user":"u",
		"messages":[{"role":"system","content":"S"},{"role":"user","content":"U"},
			{"role":"assistant","tool_calls":[{"id":"c0","type":"function","function":{"name":"look","arguments":"{\"id\":1}"}}]},
			{"role":"tool","tool_call_id":"c0","content":"{\"n\":1}"},{"role":"user","content":"P"}],
		"tools":[{"type":"function","function":{"name":"look","description":"Look","parameters":{"type":"object"}}}],
		"tool_choice":{"type":"function","function":{"name":"look"}}}`)
	if s.keys[0] != "key" {
		t.Errorf("the key is %q", s.keys[0])
	}
}

func anthropicEvents(stop string, blocks ...string) http.HandlerFunc {
	list := []string{`message_start {"type":"message_start","message":{"id":"x","type":"message","role":"assistant","model":"m-2","content":[],"usage":{"input_tokens":300,"cache_read_input_tokens":600,"cache_creation_input_tokens":100,"output_tokens":1}}}`}
	list = append(list, blocks...)
	return events(append(list, fmt.Sprintf(`message_delta {"type":"message_delta","delta":{"stop_reason":%q},"usage":{"output_tokens":7}}`, stop),
		`message_stop {"type":"message_stop"}`)...)
}

func TestAnthropicAnswers(t *testing.T) {
	c, s := serve(t, llm.Anthropic, anthropicEvents("tool_use",
		`content_block_start {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}`,
		`content_block_delta {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Let me look."}}`,
		`content_block_stop {"type":"content_block_stop","index":0}`,
		`content_block_start {"type":"content_block_start","index":1,"content_block":{"type":"tool_use","id":"c1","name":"look","input":{}}}`,
		`content_block_delta {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"{\"id\":"}}`,
		`content_block_delta {"type":"content_block_delta","index":1,"delta":{"type":"input_json_delta","partial_json":"9007199254740993}"}}`,
		`content_block_stop {"type":"content_block_stop","index":1}`))
	a, err := c.Ask(context.Background(), ask(t, `{"model":"x","system":"S","prompt":"P","temperature":0,"stop":["END"],"extra":{"user":"u"},
		"messages":[{"role":"user","content":"U"},{"role":"assistant","content":"","tool_calls":[{"id":"c0","name":"look","arguments":{"id":1}},{"id":"c9","name":"look","arguments":{"invalid":"{"}}]},
			{"role":"tool","tool_call_id":"c0","content":{"n":1}},{"role":"tool","tool_call_id":"c9","content":"no JSON"}],
		"tools":[{"name":"look","description":"Look","input":{"type":"object","properties":{"id":{"type":"integer"}},"additionalProperties":false}}],"tool_choice":"required"}`))
	if err != nil {
		t.Fatal(err)
	}
	same(t, a.Object(), `{"text":"Let me look.","output":null,"stop":"tool_calls","model":"m-2",
		"tool_calls":[{"id":"c1","name":"look","arguments":{"id":9007199254740993}}],
		"usage":{"input_tokens":1000,"output_tokens":7,"cached_tokens":600,"tokens":1007,"usd":"0.001206"}}`)
	sent, err := value.Decode([]byte(s.bodies[0]))
	if err != nil {
		t.Fatal(err)
	}
	same(t, sent, `{"model":"m","stream":true,"temperature":0,"max_tokens":4096,"stop_sequences":["END"],"user":"u",
		"system":[{"type":"text","text":"S"}],
		"messages":[{"role":"user","content":[{"type":"text","text":"U"}]},
			{"role":"assistant","content":[{"type":"tool_use","id":"c0","name":"look","input":{"id":1}},{"type":"tool_use","id":"c9","name":"look","input":{"invalid":"{"}}]},
			{"role":"user","content":[
				{"type":"tool_result","tool_use_id":"c0","is_error":false,"content":[{"type":"text","text":"{\"n\":1}"}]},
				{"type":"tool_result","tool_use_id":"c9","is_error":false,"content":[{"type":"text","text":"no JSON"}]},
				{"type":"text","text":"P"}]}],
		"tools":[{"name":"look","description":"Look","input_schema":{"type":"object","properties":{"id":{"type":"integer"}},"additionalProperties":false}}],
		"tool_choice":{"type":"any"}}`)
}

func TestAnswersAreRepaired(t *testing.T) {
	c, s := serve(t, llm.OpenAI, openAIText("I think it is a bug."), openAIText("```json\n{\"label\": \"bog\"}\n```"), openAIText(`Here: {"label": "bug"}.`))
	a, err := c.Ask(context.Background(), ask(t, `{"model":"x","prompt":"P","output_schema":{"type":"object","properties":{"label":{"enum":["bug"]},"sure":{"type":"boolean","default":true}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	same(t, a.Output, `{"label":"bug","sure":true}`)
	if a.Usage.Tokens() != 3*1007 || a.Usage.USD.String() != "0.003468" {
		t.Errorf("usage %v", a.Usage.Object())
	}
	if !strings.Contains(s.bodies[2], "label") || !strings.Contains(s.bodies[2], "does not fit") || s.keys[2] != "key/repair-2" {
		t.Errorf("the model was told %s, key %s", s.bodies[2], s.keys[2])
	}
}

func TestRepairsGoOnBehindWhatWasPaid(t *testing.T) {
	input := `{"model":"x","prompt":"P","repairs":1,"output_schema":{"type":"object"}}`
	c, _ := serve(t, llm.OpenAI, openAIText("no"), status(429, "Retry-After: 7", `{"error":{"message":"slow down"}}`))
	q := ask(t, input)
	var kept []llm.Round
	q.Keep = func(rounds []llm.Round) { kept = rounds }
	_, err := c.Ask(context.Background(), q)
	e := failure(t, err, llm.RateLimited)
	if !e.Retryable || e.RetryAfter != 7*time.Second || len(kept) != 1 || e.Details["usage"] == nil {
		t.Fatalf("error %+v, kept %v", e, kept)
	}
	c, s := serve(t, llm.OpenAI, openAIText("{}"))
	q = ask(t, input)
	q.Rounds = kept
	a, err := c.Ask(context.Background(), q)
	if err != nil || a.Usage.Tokens() != 2*1007 || len(s.bodies) != 1 || !strings.Contains(s.bodies[0], "not JSON") {
		t.Errorf("%v, %+v after %d requests: %s", err, a, len(s.bodies), s.bodies)
	}
}

func TestAnswersThatNeverFit(t *testing.T) {
	c, s := serve(t, llm.OpenAI, openAIText("no"), openAIText("never"))
	_, err := c.Ask(context.Background(), ask(t, `{"model":"x","prompt":"P","repairs":1,"output_schema":{"type":"object"}}`))
	e := failure(t, err, llm.InvalidOutput)
	usage, _ := e.Details["usage"].(map[string]any)
	if e.Retryable || len(s.bodies) != 2 || usage["tokens"] != 2*1007 || e.Details["text"] != "never" {
		t.Errorf("%+v after %d requests", e, len(s.bodies))
	}
}

func failure(t *testing.T, err error, errType string) *llm.Error {
	t.Helper()
	var e *llm.Error
	if !errors.As(err, &e) || e.Type != errType {
		t.Fatalf("error %v (%+v), want %s", err, e, errType)
	}
	return e
}
