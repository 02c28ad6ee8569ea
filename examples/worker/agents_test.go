//go:build !noengine

package main

import (
	"log/slog"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"
	sdkworker "go.temporal.io/sdk/worker"

	"github.com/partitur/partitur/builtins"
	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/internal/engine"
	"github.com/partitur/partitur/internal/fakellm"
	"github.com/partitur/partitur/internal/registry"
	"github.com/partitur/partitur/internal/workers"
	"github.com/partitur/partitur/interpreter"
)

// agentInputs are what the examples of agents are run with. The chat has its
// messages from the test.
var agentInputs = map[string]any{
	"research-assistant": map[string]any{"goal": "Analyze the sales data from Q4 2024"},
	"research-report":    map[string]any{"task": "e-bikes"},
	"editor-in-chief":    map[string]any{"topic": "Sleep"},
	"support-chat":       map[string]any{"name": "Ann"},
}

// TestAgents runs the examples of agents on a real server against the fake model
// server, with what their scripts say: errors of the model among it. Nothing is
// asked twice, every turn is taken, and the histories replay.
func TestAgents(t *testing.T) {
	server, err := engine.Start(t.Context(), engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Stop()
	quiet := log.NewStructuredLogger(slog.New(slog.DiscardHandler))
	c, err := client.Dial(client.Options{HostPort: server.HostPort(), Logger: quiet})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	space := load(t)
	for _, p := range space.Programs {
		if !strings.Contains(p.Span.File.Name, "examples/agents/") { // the plain calls of models run in internal/workers
			continue
		}
		t.Run(p.Name, func(t *testing.T) {
			if agentInputs[p.Name] == nil {
				t.Fatal("the example has no input in this test")
			}
			model := scripted(t, p)
			defer asks(t, c, space, model)()
			if p.Name == "support-chat" {
				chat(t, c, p)
				return
			}
			run := finish(t, c, p, []any{agentInputs[p.Name]})
			replay(t, history(t, c, run), quiet)
			if twice, rest := model.PaidTwice(), model.Unplayed(); len(twice)+len(rest) > 0 {
				t.Errorf("asked twice: %v, never asked: %v", twice, rest)
			}
		})
	}
}

// scripted is a model that says what the script beside an example has.
func scripted(t *testing.T, p *dsl.Program) *fakellm.Server {
	t.Helper()
	name := "../../" + strings.TrimSuffix(p.Span.File.Name, ".yaml") + ".fake"
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	script, diags := fakellm.Parse(source.NewFile(name, text))
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	return &fakellm.Server{Script: script}
}

// asks starts a worker whose agents ask a model.
func asks(t *testing.T, c client.Client, space *dsl.Workspace, model *fakellm.Server) (stop func()) {
	t.Helper()
	web := httptest.NewServer(model)
	profiles := workers.Models(space.Project)
	for i := range profiles {
		profiles[i].BaseURL = web.URL + "/v1"
	}
	all := repertoire{}
	for _, p := range space.Programs {
		if !usesModels(p) {
			continue
		}
		all[p.Name] = &registry.Registry{Actions: workers.Catalog{}, Lookup: settings(web.URL, p)}
		if _, err := all[p.Name].Set([]*dsl.Program{p}); err != nil {
			t.Fatal(err)
		}
	}
	i := &interpreter.Interpreter{Programs: all}
	w := sdkworker.New(c, queue, i.Options(sdkworker.Options{}))
	i.Register(w)
	register(w, newWorld())
	builtins.Register(w, builtins.Options{Models: profiles})
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	return func() { w.Stop(); web.Close() }
}

// chat says something to the agent of the chat, and reads its answer.
func chat(t *testing.T, c client.Client, p *dsl.Program) {
	t.Helper()
	run, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{ID: p.Name, TaskQueue: queue}, p.Name, agentInputs[p.Name])
	if err != nil {
		t.Fatal(err)
	}
	var answer struct {
		Answer string `json:"answer"`
	}
	for range 100 { // until the agent is at work
		var h client.WorkflowUpdateHandle
		h, err = c.UpdateWorkflow(t.Context(), client.UpdateWorkflowOptions{
			WorkflowID: p.Name, RunID: run.GetRunID(), UpdateName: "add_message", WaitForStage: client.WorkflowUpdateStageCompleted,
			Args: []any{map[string]any{"agent": "chat", "text": "Where is my order A-1?"}},
		})
		if err == nil {
			err = h.Get(t.Context(), &answer)
		}
		if err == nil {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	if err != nil || answer.Answer != "It will be there tomorrow." {
		t.Errorf("the answer is %q, %v", answer.Answer, err)
	}
	if err := c.TerminateWorkflow(t.Context(), p.Name, "", ""); err != nil {
		t.Fatal(err)
	}
}
