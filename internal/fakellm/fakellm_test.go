package fakellm_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	anthropicsdk "github.com/anthropics/anthropic-sdk-go"
	anthropicoption "github.com/anthropics/anthropic-sdk-go/option"
	openaisdk "github.com/openai/openai-go/v3"
	openaioption "github.com/openai/openai-go/v3/option"

	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/internal/fakellm"
)

// play serves a script.
func play(t *testing.T, script string) (*fakellm.Server, string) {
	t.Helper()
	parsed, diags := fakellm.Parse(source.NewFile("script.yaml", []byte(script)))
	for _, d := range diags {
		t.Fatal(d)
	}
	s := &fakellm.Server{Script: parsed}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return s, server.URL
}

// An answer is what a client of either API got.
type answer struct {
	text, refusal, stop string
	calls               []string // NAME ID ARGUMENTS
	input, output       int64
}

// A client asks one of the two APIs through its official SDK.
type client func(t *testing.T, url, prompt string) (answer, error)

var clients = map[string]client{
	"openai": func(t *testing.T, url, prompt string) (answer, error) {
		service := openaisdk.NewChatCompletionService(openAIOptions(url)...)
		c, err := service.New(context.Background(), openAIParams(prompt))
		if err != nil {
			return answer{}, err
		}
		return openAIAnswer(c.Choices[0].Message, c.Choices[0].FinishReason, c.Usage), nil
	},
	"openai stream": func(t *testing.T, url, prompt string) (answer, error) {
		service := openaisdk.NewChatCompletionService(openAIOptions(url)...)
		stream := service.NewStreaming(context.Background(), openAIParams(prompt))
		defer stream.Close()
		var acc openaisdk.ChatCompletionAccumulator
		for stream.Next() {
			acc.AddChunk(stream.Current())
		}
		if err := stream.Err(); err != nil || len(acc.Choices) == 0 {
			return answer{}, cmpError(err)
		}
		return openAIAnswer(acc.Choices[0].Message, acc.Choices[0].FinishReason, acc.Usage), nil
	},
	"anthropic": func(t *testing.T, url, prompt string) (answer, error) {
		service := anthropicsdk.NewMessageService(anthropicOptions(url)...)
		m, err := service.New(context.Background(), anthropicParams(prompt))
		if err != nil {
			return answer{}, err
		}
		return anthropicAnswer(*m), nil
	},
	"anthropic stream": func(t *testing.T, url, prompt string) (answer, error) {
		service := anthropicsdk.NewMessageService(anthropicOptions(url)...)
		stream := service.NewStreaming(context.Background(), anthropicParams(prompt))
		defer stream.Close()
		var m anthropicsdk.Message
		for stream.Next() {
			if err := m.Accumulate(stream.Current()); err != nil {
				return answer{}, err
			}
		}
		return anthropicAnswer(m), stream.Err()
	},
}

func cmpError(err error) error {
	if err == nil {
		return io.ErrUnexpectedEOF
	}
	return err
}

func openAIOptions(url string) []openaioption.RequestOption {
	return []openaioption.RequestOption{openaioption.WithBaseURL(url + "/v1"), openaioption.WithAPIKey("k3y"), openaioption.WithMaxRetries(0)}
}

func openAIParams(prompt string) openaisdk.ChatCompletionNewParams {
	return openaisdk.ChatCompletionNewParams{
		Model: "m", Messages: []openaisdk.ChatCompletionMessageParamUnion{openaisdk.SystemMessage("Be kind."), openaisdk.UserMessage(prompt)},
		StreamOptions: openaisdk.ChatCompletionStreamOptionsParam{IncludeUsage: openaisdk.Bool(true)},
	}
}

func openAIAnswer(m openaisdk.ChatCompletionMessage, stop string, u openaisdk.CompletionUsage) answer {
	a := answer{text: m.Content, refusal: m.Refusal, stop: stop, input: u.PromptTokens, output: u.CompletionTokens}
	for _, c := range m.ToolCalls {
		a.calls = append(a.calls, strings.Join([]string{c.Function.Name, c.ID, c.Function.Arguments}, " "))
	}
	return a
}

func anthropicOptions(url string) []anthropicoption.RequestOption {
	return []anthropicoption.RequestOption{anthropicoption.WithBaseURL(url), anthropicoption.WithAPIKey("k3y"), anthropicoption.WithMaxRetries(0)}
}

func anthropicParams(prompt string) anthropicsdk.MessageNewParams {
	return anthropicsdk.MessageNewParams{
		Model: "m", MaxTokens: 100, System: []anthropicsdk.TextBlockParam{{Text: "Be kind."}},
		Messages: []anthropicsdk.MessageParam{anthropicsdk.NewUserMessage(anthropicsdk.NewTextBlock(prompt))},
	}
}

func anthropicAnswer(m anthropicsdk.Message) answer {
	a := answer{stop: string(m.StopReason), input: m.Usage.InputTokens, output: m.Usage.OutputTokens}
	for _, b := range m.Content {
		switch b.Type {
		case "text":
			a.text += b.Text
		case "tool_use":
			a.calls = append(a.calls, strings.Join([]string{b.Name, b.ID, string(b.Input)}, " "))
		}
	}
	return a
}

// each runs a test for every client.
func each(t *testing.T, script, prompt string, test func(t *testing.T, name string, s *fakellm.Server, a answer, err error)) {
	for name, ask := range clients {
		t.Run(name, func(t *testing.T) {
			s, url := play(t, script)
			a, err := ask(t, url, prompt)
			test(t, name, s, a, err)
		})
	}
}

func TestText(t *testing.T) {
	each(t, `turns: [{answer: "Grüße aus dem Fake, mit mehr als einem Stück.", usage: {input: 30, output: 12}}]`, "Hello", func(t *testing.T, name string, s *fakellm.Server, a answer, err error) {
		if err != nil || a.text != "Grüße aus dem Fake, mit mehr als einem Stück." || a.input != 30 || a.output != 12 || a.stop != "stop" && a.stop != "end_turn" {
			t.Errorf("%+v, %v", a, err)
		}
		want := fakellm.Call{Provider: strings.Fields(name)[0], Model: "m", Turn: 1, Messages: 2, Last: "Hello", Outcome: fakellm.Answered, Input: 30, Output: 12}
		got := s.Calls()
		if len(got) != 1 {
			t.Fatalf("calls %+v", got)
		}
		if want.Key = got[0].Key; got[0] != want || want.Key == "" {
			t.Errorf("noted %+v, want %+v", got[0], want)
		}
	})
}

func TestToolCalls(t *testing.T) {
	each(t, `turns: [{answer: Let me see., tool_calls: [{name: look, arguments: {id: 9007199254740993}}, {id: x, name: ring}]}]`, "Hello", func(t *testing.T, _ string, _ *fakellm.Server, a answer, err error) {
		want := []string{`look call_1_1 {"id":9007199254740993}`, "ring x {}"}
		if err != nil || a.text != "Let me see." || !slices.Equal(a.calls, want) || a.stop != "tool_calls" && a.stop != "tool_use" {
			t.Errorf("%+v, %v", a, err)
		}
	})
}

func TestRefusal(t *testing.T) {
	each(t, `turns: [{refusal: I cannot help with that.}]`, "Hello", func(t *testing.T, name string, _ *fakellm.Server, a answer, err error) {
		said := a.refusal
		if strings.HasPrefix(name, "anthropic") {
			said = a.text
		}
		if err != nil || said != "I cannot help with that." || strings.HasPrefix(name, "anthropic") && a.stop != "refusal" {
			t.Errorf("%+v, %v", a, err)
		}
	})
}

func TestErrors(t *testing.T) {
	status := map[string][2]int{ // of OpenAI's and of Anthropic's
		"rate_limit": {429, 429}, "overloaded": {503, 529}, "server_error": {500, 500}, "context_length": {400, 400},
		"authentication": {401, 401}, "quota": {429, 402}, "invalid_request": {400, 400},
	}
	for kind, want := range status {
		each(t, `turns: [{error: `+kind+`, message: no, retry_after: 2s}]`, "Hello", func(t *testing.T, name string, s *fakellm.Server, a answer, err error) {
			var fromOpenAI *openaisdk.Error
			var fromAnthropic *anthropicsdk.Error
			var got *http.Response
			code := want[0]
			switch {
			case errors.As(err, &fromOpenAI):
				got = fromOpenAI.Response
			case errors.As(err, &fromAnthropic):
				got, code = fromAnthropic.Response, want[1]
			default:
				t.Fatalf("%s: %v", kind, err)
			}
			if got.StatusCode != code || got.Header.Get("Retry-After") != "2" || s.Calls()[0].Outcome != kind {
				t.Errorf("%s: %d %v %+v", kind, got.StatusCode, got.Header, s.Calls())
			}
		})
	}
}

func TestBreakingOff(t *testing.T) {
	each(t, `turns: [{answer: A long answer that never comes to its end., breaks_off: true}]`, "Hello", func(t *testing.T, name string, s *fakellm.Server, a answer, err error) {
		if err == nil && !strings.Contains(name, "stream") || a.stop == "stop" || a.stop == "end_turn" {
			t.Errorf("%+v, %v", a, err)
		}
		if got := s.Calls()[0].Outcome; got != fakellm.Broken {
			t.Errorf("outcome %s", got)
		}
	})
}

func TestTurnsAreChosen(t *testing.T) {
	script := `
turns:
  - {when: {contains: refund, turn: 1}, answer: first}
  - {when: {contains: [refund, twice]}, answer: second}
  - {when: {system: cruel}, answer: never}
  - {when: {model: other}, answer: never}
  - {when: {provider: anthropic}, answer: to Anthropic, times: 0}
  - {when: {tool: look}, answer: never}
  - {answer: {any: thing}, times: 2}
`
	s, url := play(t, script)
	for _, one := range []struct{ client, prompt, want string }{
		{"openai", "a refund", "first"},
		{"openai", "a refund, twice", "second"},
		{"openai", "a refund, once", `{"any":"thing"}`},
		{"openai stream", "else", `{"any":"thing"}`},
		{"openai", "too much", ""},
		{"anthropic", "else", "to Anthropic"},
		{"anthropic", "other", "to Anthropic"},
	} {
		a, err := clients[one.client](t, url, one.prompt)
		if a.text != one.want || (err == nil) != (one.want != "") {
			t.Errorf("%s: %+v, %v, want %s", one.prompt, a, err, one.want)
		}
	}
	if got := s.Unplayed(); !slices.Equal(got, []int{3, 4, 6}) {
		t.Errorf("unplayed %v", got)
	}
}

func TestWhatIsPaidTwiceIsTold(t *testing.T) {
	s, url := play(t, `turns: [{error: overloaded}, {answer: one}, {answer: two}]`)
	for _, want := range []string{"", "one", "one"} {
		if a, _ := clients["openai"](t, url, "same"); a.text != want {
			t.Errorf("answer %q, want %q", a.text, want)
		}
	}
	if a, _ := clients["openai"](t, url, "another"); a.text != "two" {
		t.Errorf("answer %q", a.text)
	}
	if got := s.PaidTwice(); len(got) != 1 || got[0] != s.Calls()[1].Key {
		t.Errorf("paid twice: %v of %+v", got, s.Calls())
	}
	resp, err := http.Get(url + "/calls")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var report struct {
		Calls []fakellm.Call `json:"calls"`
		Twice []string       `json:"paid_twice"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&report); err != nil || len(report.Calls) != 4 || len(report.Twice) != 1 {
		t.Errorf("report %+v, %v", report, err)
	}
}

func TestKeyOfScript(t *testing.T) {
	each(t, `{key: k3y, turns: [{answer: fine}]}`, "Hello", func(t *testing.T, _ string, _ *fakellm.Server, a answer, err error) {
		if a.text != "fine" || err != nil {
			t.Errorf("%+v, %v", a, err)
		}
	})
	each(t, `{key: other, turns: [{answer: fine}]}`, "Hello", func(t *testing.T, _ string, s *fakellm.Server, a answer, err error) {
		if err == nil || s.Calls()[0].Outcome != "authentication" {
			t.Errorf("%+v, %v", a, err)
		}
	})
}

func TestWithoutScriptItRepeats(t *testing.T) {
	server := httptest.NewServer(&fakellm.Server{})
	defer server.Close()
	for name, ask := range clients {
		if a, err := ask(t, server.URL, "Hello"); err != nil || a.text != "You said: Hello" {
			t.Errorf("%s: %+v, %v", name, a, err)
		}
	}
}

// Providers refuse a conversation in which a tool call has no result.
func TestConversationsMustBeWhole(t *testing.T) {
	_, url := play(t, `turns: [{answer: fine}]`)
	for _, body := range []string{
		`{"model":"m","messages":[{"role":"assistant","tool_calls":[{"id":"c1","function":{"name":"look","arguments":"{}"}}]},{"role":"user","content":"x"}]}`,
		`{"model":"m","messages":[{"role":"user","content":"x"},{"role":"tool","tool_call_id":"c1","content":"x"}]}`,
		`{"model":"m","messages":[{"role":"wizard","content":"x"}]}`,
		`{"model":"m","messages":[]}`, `{"messages":[{"role":"user","content":"x"}]}`, `[]`, `{`,
	} {
		resp, err := http.Post(url+"/v1/chat/completions", "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusBadRequest {
			t.Errorf("%s: %d", body, resp.StatusCode)
		}
	}
}

func TestMistakesInScripts(t *testing.T) {
	for script, want := range map[string]string{
		"turns: [{answr: x}]":                       `did you mean answer?`,
		"turns: [{error: rate_limits}]":             "did you mean rate_limit?",
		"turns: [{times: 2}]":                       "the turn says nothing",
		"turns: [{answer: x, when: {turn: 0}}]":     "at least 1",
		"turn: [{answer: x}]":                       "did you mean turns?",
		"turns: [{tool_calls: [{arguments: {}}]}]":  `needs the key "name"`,
		"turns: [{answer: x, when: {provider: x}}]": "openai",
		"[]": "the script must be a mapping",
		"turns: [{answer: x}]\n---\nturns: [{a: b}]": "a script is one document",
	} {
		_, diags := fakellm.Parse(source.NewFile("script.yaml", []byte(script)))
		if len(diags) != 1 || !strings.Contains(diags[0].Message+"; "+diags[0].Hint, want) {
			t.Errorf("%s: %v, want %s", script, diags, want)
		}
	}
}
