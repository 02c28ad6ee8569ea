//go:build !noengine

package chaos

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"golang.org/x/sync/errgroup"

	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/internal/engine"
	"github.com/partitur/partitur/internal/fakellm"
)

// conversations is how many agents work at once. Each takes three turns and makes
// three calls of a tool, two of them together.
const conversations = 12

// modelScript is what the model says. It takes its time, so that there is one to
// die in.
const modelScript = `turns:
  - {times: 0, pause: 100ms, when: {turn: 1}, tool_calls: [{name: book, arguments: {n: 1}}, {name: book, arguments: {n: 2}}, {name: nosuch}]}
  - {times: 1, error: rate_limit}
  - {times: 0, pause: 100ms, when: {turn: 2}, tool_calls: [{name: book, arguments: {n: 3}}]}
  - {times: 0, pause: 100ms, when: {turn: 3}, answer: done}
`

const agentProject = `project: chaos
models: {fake: {provider: openai, base_url: "%s/v1", model: small, key: "${ secrets.LLM_KEY }", prices: {small: {input: 1, output: 2}}}}
`

const agentWorkflow = `workflow: booking-agent
task_queue: agents
input: {type: object, required: [id]}
steps:
  - id: agent
    agent:
      model: fake
      prompt: Book for ${ input.id }
      budget: {tokens: 100k, usd: 1}
      llm: {timeout: {start_to_close: 5s, heartbeat: 2s}, retry: {maximum_attempts: 50, initial_interval: 50ms, maximum_interval: 200ms}}
      tools:
        - name: book
          description: Book one
          http: {method: POST, url: "%s", body: {id: "${ input.id }", n: "${ args.n }"}}
          timeout: {start_to_close: 5s, heartbeat: 2s}
          retry: {maximum_attempts: 50, initial_interval: 50ms, maximum_interval: 200ms}
          input: {type: object, required: [n], properties: {n: {type: integer}}}
output: ${ steps.agent.output }
`

// A counter is a service that does one thing for each idempotency key.
type counter struct {
	mu   sync.Mutex
	done map[string]int
}

func (c *counter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	c.done[r.Header.Get("Idempotency-Key")]++
	c.mu.Unlock()
	time.Sleep(100 * time.Millisecond) // the effect is there, the answer is not: time to die
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprint(w, `{"ok": true}`)
}

// Agents survive a worker that is killed again and again, and what their history
// has is neither asked nor done again.
func TestAgentsOfAWorkerThatDies(t *testing.T) {
	script, diags := fakellm.Parse(source.NewFile("script", []byte(modelScript)))
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	model := &fakellm.Server{Script: script}
	service := &counter{done: map[string]int{}}
	c := tormented(t, model, service)
	ctx, cancel := context.WithTimeout(t.Context(), tolerance)
	defer cancel()
	var group errgroup.Group
	for i := range conversations {
		group.Go(func() error { return converse(ctx, c, fmt.Sprintf("agent-%d", i)) })
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	asked := map[string]bool{}
	for _, call := range model.Calls() {
		asked[call.Key] = true // also those whose answer went to a worker that was dead by then
	}
	if len(asked) != 3*conversations {
		t.Errorf("the model was asked %d different questions, and there were %d turns", len(asked), 3*conversations)
	}
	if len(service.done) != 3*conversations {
		said, err := c.QueryWorkflow(t.Context(), "agent-0", "", "transcript")
		var raw json.RawMessage
		if err == nil {
			err = said.Get(&raw)
		}
		t.Logf("agent-0: %s %v", raw, err)
		t.Errorf("the service has done %d things, and the agents called for %d", len(service.done), 3*conversations)
	}
	t.Logf("%d requests to the model, %v answered more than once", len(model.Calls()), len(model.PaidTwice()))
}

// tormented is a client of a server whose worker dies again and again.
func tormented(t *testing.T, model, service http.Handler) client.Client {
	t.Helper()
	s, err := engine.Start(t.Context(), engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Stop() })
	llm, tool := httptest.NewServer(model), httptest.NewServer(service)
	t.Cleanup(llm.Close)
	t.Cleanup(tool.Close)
	dir := t.TempDir()
	for name, text := range map[string]string{
		"partitur.yaml": fmt.Sprintf(agentProject, llm.URL), "agent.yaml": fmt.Sprintf(agentWorkflow, tool.URL),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, port, err := net.SplitHostPort(s.HostPort())
	if err != nil {
		t.Fatal(err)
	}
	v := &victim{role: "worker", deaths: 8, life: 1500 * time.Millisecond}
	v.env = []string{portVariable + "=" + port, definitionVariable + "=" + dir, "PARTITUR_SECRET_LLM_KEY=sk-for-the-fake-model"}
	seed := uint64(time.Now().UnixNano())
	t.Logf("the seed is %d", seed)
	ended := make(chan error, 1)
	go func() { ended <- v.torment(t, rand.New(rand.NewPCG(seed, 0))) }()
	t.Cleanup(func() {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	c, err := client.Dial(client.Options{HostPort: s.HostPort(), Logger: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// converse runs one agent to its end.
func converse(ctx context.Context, c client.Client, id string) error {
	run, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: id, TaskQueue: "agents"}, "booking-agent", map[string]any{"id": id})
	if err != nil {
		return err
	}
	for ctx.Err() == nil {
		d, err := c.DescribeWorkflowExecution(ctx, id, run.GetRunID())
		if err == nil && d.GetWorkflowExecutionInfo().GetStatus() != enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	var out struct {
		Result string `json:"result"`
		Turns  int    `json:"turns"`
		Usage  struct {
			ToolCalls int `json:"tool_calls"`
		} `json:"usage"`
	}
	if err := run.Get(ctx, &out); err != nil {
		return fmt.Errorf("%s: %w", id, err)
	}
	if out.Result != "done" || out.Turns != 3 || out.Usage.ToolCalls != 4 {
		return fmt.Errorf("%s ended with %+v", id, out)
	}
	return nil
}
