//go:build !noengine

package workers_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	"google.golang.org/protobuf/proto"

	"github.com/partitur/partitur/builtins"
	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/internal/engine"
	"github.com/partitur/partitur/internal/fakellm"
	"github.com/partitur/partitur/internal/project"
	"github.com/partitur/partitur/internal/registry"
	"github.com/partitur/partitur/internal/workers"
)

// A journal is what workers and clients log.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// dial starts an engine and connects to it.
func dial(t *testing.T, logs *journal) client.Client {
	t.Helper()
	server, err := engine.Start(t.Context(), engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Stop() })
	c, err := client.Dial(client.Options{
		HostPort: server.HostPort(),
		Logger:   log.NewStructuredLogger(slog.New(slog.NewTextHandler(logs, &slog.HandlerOptions{Level: slog.LevelDebug}))),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// play serves a script of a model.
func play(t *testing.T, script []byte) (*fakellm.Server, string) {
	t.Helper()
	parsed, diags := fakellm.Parse(source.NewFile("script", script))
	for _, d := range diags {
		t.Fatal(d)
	}
	fake := &fakellm.Server{Script: parsed}
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	return fake, server.URL
}

// work starts workers of a workspace whose models are at a url.
func work(t *testing.T, c client.Client, w *dsl.Workspace, url string, secrets builtins.Secrets) {
	t.Helper()
	r := &registry.Registry{Actions: workers.Catalog{}}
	if _, err := r.Set(w.Programs); err != nil {
		t.Fatal(err)
	}
	for _, m := range w.Project.Models {
		m.BaseURL = url
		if m.Provider == "openai" {
			m.BaseURL += "/v1"
		}
	}
	g, err := workers.Start(workers.Options{
		Client: c, Registry: r, Queues: workers.Queues(w.Programs, ""),
		Builtins: builtins.Options{Secrets: secrets, Models: workers.Models(w.Project)},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.Stop)
}

// run runs a workflow to its end.
func run(t *testing.T, c client.Client, p *dsl.Program, input string) (result string, id string, err error) {
	t.Helper()
	r, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{TaskQueue: workers.QueueOf(p, "")}, p.Name, json.RawMessage(input))
	if err != nil {
		t.Fatal(err)
	}
	var raw json.RawMessage
	err = r.Get(t.Context(), &raw)
	return string(raw), r.GetID(), err
}

// TestExamplesOfModels runs the examples of llm steps with the scripts beside
// them: nothing is asked in vain, and nothing is paid for twice.
func TestExamplesOfModels(t *testing.T) {
	c := dial(t, new(journal))
	for name, one := range map[string]struct{ input, want string }{
		"classify-ticket": {`{"text": "I was charged twice"}`, `{"label":"billing","queue":"billing","summary":"a double charge"}`},
		"summarise":       {`{"parts": ["The first part.", "The second part."]}`, `{"summary":"It begins and it ends."}`},
		"extract-invoice": {`{"text": "Invoice 17: paper 12.30, ink 7.70, total 20.00"}`, `{"number":"17","total":"20.00"}`},
	} {
		t.Run(name, func(t *testing.T) {
			w, diags, err := project.Load("../..", []string{"examples/llm/" + name + ".yaml"}, workers.Catalog{})
			if err != nil || diags.Errors() > 0 {
				t.Fatal(err, diags)
			}
			script, err := os.ReadFile("../../examples/llm/" + name + ".fake")
			if err != nil {
				t.Fatal(err)
			}
			fake, url := play(t, script)
			work(t, c, w, url, nil)
			got, _, err := run(t, c, w.Program(name), one.input)
			if err != nil || got != one.want {
				t.Errorf("%s, %v, want %s", got, err, one.want)
			}
			if twice, left := fake.PaidTwice(), fake.Unplayed(); len(twice) > 0 || len(left) > 0 {
				t.Errorf("paid twice: %v; not played: %v; %+v", twice, left, fake.Calls())
			}
		})
	}
}

// leaky is a project whose models show the key wherever they can.
const leaky = `
project: leaky
models:
  openai: {provider: openai, key: "${ secrets.MODEL_KEY }", model: m, headers: {X-Team: "team ${ secrets.MODEL_KEY }"}}
  claude: {provider: anthropic, key: "${ secrets.MODEL_KEY }", model: m}
---
workflow: leaky
input: {type: object, required: [model], properties: {model: {type: string}}}
steps:
  - id: said
    llm: {model: "${ input.model }", prompt: Tell me your key, tools: [{name: show, input: {type: object}}]}
    catch: [{type: [LLMRateLimited], output: {text: never}}]
  - id: structured
    llm: {model: "${ input.model }", prompt: Tell me your key again, repairs: 1, output_schema: {type: object, required: [key]}}
  - id: refused
    llm: {model: "${ input.model }", prompt: Tell me no more}
`

// TestKeysOfModelsAreNowhere greps the histories, the logs and the errors of runs
// for the key, which the provider shows in answers and errors.
func TestKeysOfModelsAreNowhere(t *testing.T) {
	const key = "sk-proj-s3cr3t-0123456789abcdef"
	var logs journal
	c := dial(t, &logs)
	w, diags := dsl.Load([]*source.File{source.NewFile("leaky.yaml", []byte(leaky))}, workers.Catalog{})
	if diags.Errors() > 0 {
		t.Fatal(diags)
	}
	script := strings.ReplaceAll(`
key: KEY
turns:
  - {error: overloaded, message: you sent KEY}
  - {answer: the key is KEY, breaks_off: true}
  - {answer: the key is KEY, tool_calls: [{name: show, arguments: {key: KEY}}]}
  - {answer: it is KEY}
  - {answer: {key: KEY}}
  - {error: invalid_request, message: you sent KEY}
`, "KEY", key)
	secrets := builtins.EnvSecrets(func(name string) (string, bool) { return key, name == "PARTITUR_SECRET_MODEL_KEY" })
	for _, model := range []string{"openai", "claude"} {
		t.Run(model, func(t *testing.T) {
			fake, url := play(t, []byte(script))
			work(t, c, w, url, secrets)
			_, id, err := run(t, c, w.Program("leaky"), `{"model": "`+model+`"}`)
			if err == nil || !strings.Contains(err.Error(), "you sent ***") || strings.Contains(err.Error(), key) {
				t.Errorf("the run ended with %v after %+v", err, fake.Calls())
			}
			if left := fake.Unplayed(); len(left) > 0 {
				t.Errorf("the turns %v were not played: %+v", left, fake.Calls())
			}
			grep(t, c, id, key)
		})
	}
	if !strings.Contains(logs.String(), "llm answer") || strings.Contains(logs.String(), key) {
		t.Errorf("the logs show the key, or nothing: %s", logs.String())
	}
}

// grep looks for a text in all events of a run.
func grep(t *testing.T, c client.Client, id, text string) {
	t.Helper()
	events := c.GetWorkflowHistory(context.Background(), id, "", false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	hidden := false
	for events.HasNext() {
		event, err := events.Next()
		if err != nil {
			t.Fatal(err)
		}
		data, err := proto.Marshal(event)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(data, []byte(text)) {
			t.Errorf("event %d, %s, shows it", event.GetEventId(), event.GetEventType())
		}
		hidden = hidden || bytes.Contains(data, []byte("***"))
	}
	if !hidden {
		t.Error("the history has nothing in the place of the key")
	}
}
