package fakellm

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"

	"gopkg.in/yaml.v3"

	"github.com/partitur/partitur/dsl/value"
)

// A Recorder passes requests on to a provider, and makes a script of what it
// answers. Keys are passed on and not recorded.
type Recorder struct {
	Client *http.Client
	Base   string // of the provider; its own when empty
	// Save is given the script after each answer.
	Save func(script []byte) error

	mu    sync.Mutex
	turns []recorded
}

// A recorded turn, as a script has it.
type recorded struct {
	When      map[string]string `yaml:"when"`
	Answer    string            `yaml:"answer,omitempty"`
	ToolCalls []recordedCall    `yaml:"tool_calls,omitempty"`
	Refusal   string            `yaml:"refusal,omitempty"`
	Stop      string            `yaml:"stop,omitempty"`
	Usage     map[string]int    `yaml:"usage,flow"`
}

type recordedCall struct {
	ID        string `yaml:"id"`
	Name      string `yaml:"name"`
	Arguments string `yaml:"arguments"`
}

// Ask asks the provider, and records its answer.
func (rec *Recorder) Ask(from *http.Request, r Request) (Reply, error) {
	a := apiOf(from.URL.Path)
	answer, status, err := rec.pass(from, a, r)
	if err != nil {
		return Reply{}, err
	}
	if status != http.StatusOK {
		message := text(object(answer["error"])["message"])
		return Reply{Failure: &Failure{Kind: "invalid_request", Status: status, Message: message}}, nil
	}
	reply := a.reply(answer)
	rec.mu.Lock()
	defer rec.mu.Unlock()
	rec.turns = append(rec.turns, record(r, reply))
	script, err := yaml.Marshal(map[string]any{"turns": rec.turns})
	if err != nil {
		return reply, err
	}
	return reply, rec.Save(script)
}

// pass sends the request to the provider, not streamed.
func (rec *Recorder) pass(from *http.Request, a *api, r Request) (answer map[string]any, status int, err error) {
	body := map[string]any{}
	for k, v := range r.Body {
		if k != "stream" && k != "stream_options" {
			body[k] = v
		}
	}
	base := rec.Base
	if base == "" {
		base = a.base
	}
	req, err := http.NewRequestWithContext(context.WithoutCancel(from.Context()), http.MethodPost, strings.TrimSuffix(base, "/")+a.behind, bytes.NewReader([]byte(encoded(body))))
	if err != nil {
		return nil, 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	for _, name := range []string{"Authorization", "X-Api-Key", "Anthropic-Version", "Openai-Organization", "Openai-Project"} {
		if text := from.Header.Get(name); text != "" {
			req.Header.Set(name, text)
		}
	}
	resp, err := rec.Client.Do(req)
	if err != nil {
		return nil, 0, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxRequest))
	if err != nil {
		return nil, 0, err
	}
	v, err := value.Decode(data)
	if err != nil {
		return nil, 0, fmt.Errorf("the provider answered %s, and no JSON", resp.Status)
	}
	return object(v), resp.StatusCode, nil
}

// record is the turn of a script that gives this answer to this request only.
func record(r Request, p Reply) recorded {
	t := recorded{
		When: map[string]string{"request": r.digest()}, Answer: p.Text, Refusal: p.Refusal, Stop: p.Stop,
		Usage: map[string]int{"input": p.Usage.Input, "output": p.Usage.Output, "cached": p.Usage.Cached},
	}
	for _, c := range p.Calls {
		t.ToolCalls = append(t.ToolCalls, recordedCall{c.ID, c.Name, c.arguments()})
	}
	return t
}
