//go:build !noengine

package chaos

import (
	"context"
	"encoding/json"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/types/known/fieldmaskpb"

	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/internal/engine"
	"github.com/partitur/partitur/internal/fakellm"
)

// A trial is one example of agents, and what comes of it when hardly anything
// goes well.
type trial struct {
	workflow, input, want string
	skips                 bool // the time in which it waits for people
}

var trials = []trial{
	{"research-assistant", `{"goal": "Trouble"}`, `{"achieved":true,"result":"There is trouble.","tools":["search_database","web_search","read_file","request_human_help"]}`, true},
	{"research-report", `{"task": "e-bikes"}`, `{"analysis":"The market doubles.","report":"Invest.","research":"Two million were sold.","task":"e-bikes","tools_used":1}`, false},
	{"editor-in-chief", `{"topic": "Sleep"}`, `{"url":"https://example.com/Sleep"}`, false},
	{"support-chat", `{"name": "Ann"}`, `{"last":"You are welcome.","turns":3}`, false},
	{"librarian", `null`, `{"stop":"human_timeout","tools":[{"count":1,"name":"search_database"},{"count":1,"name":"search"},{"count":1,"name":"fail"},{"count":1,"name":"ask_expert"}]}`, true},
}

// standing is how many calls of tools are under way when the worker is killed:
// one of each agent that works then.
const standing = 6

// TestExamplesInTrouble runs the examples of agents through what goes wrong with
// models, tools and people, and kills their worker while each of them is in the
// middle of its conversation. What the histories have is neither asked nor done
// again: each answer of the model, and each effect of a tool, is paid once.
func TestExamplesInTrouble(t *testing.T) {
	text, err := os.ReadFile("testdata/agents/model.fake")
	if err != nil {
		t.Fatal(err)
	}
	script, diags := fakellm.Parse(source.NewFile("model.fake", text))
	if len(diags) > 0 {
		t.Fatal(diags)
	}
	model := &fakellm.Server{Script: script}
	tools := newToolbox()
	c := troubled(t, model, tools)
	ctx, cancel := context.WithTimeout(t.Context(), tolerance)
	defer cancel()
	for _, one := range trials {
		one.start(ctx, t, c)
	}
	talk(ctx, t, c)
	for _, one := range trials {
		var raw converter.RawValue
		err := c.GetWorkflow(ctx, one.workflow, "").Get(ctx, &raw)
		if got := string(raw.Payload().GetData()); err != nil || got != one.want {
			t.Errorf("%s ended with %s, %v, want %s", one.workflow, got, err, one.want)
		}
	}
	audited(t, model, tools)
}

// start begins a run.
func (one trial) start(ctx context.Context, t *testing.T, c client.Client) {
	t.Helper()
	input, err := converter.GetDefaultDataConverter().ToPayloads(json.RawMessage(one.input))
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.WorkflowService().StartWorkflowExecution(ctx, &workflowservice.StartWorkflowExecutionRequest{
		Namespace: client.DefaultNamespace, RequestId: one.workflow, WorkflowId: one.workflow, Input: input,
		WorkflowType: &commonpb.WorkflowType{Name: one.workflow}, TaskQueue: &taskqueuepb.TaskQueue{Name: "examples"},
		TimeSkippingConfig: &commonpb.TimeSkippingConfig{Enabled: one.skips},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// talk says two things in the chat, and lets the time pass after which it is over.
func talk(ctx context.Context, t *testing.T, c client.Client) {
	t.Helper()
	for _, said := range [][2]string{{"Where is my order A-1?", "It will be there tomorrow."}, {"Thanks", "You are welcome."}} {
		if answer, err := say(ctx, c, said[0]); err != nil || answer != said[1] {
			t.Fatalf("the answer to %q is %q, %v", said[0], answer, err)
		}
	}
	_, err := c.WorkflowService().UpdateWorkflowExecutionOptions(ctx, &workflowservice.UpdateWorkflowExecutionOptionsRequest{
		Namespace: client.DefaultNamespace, WorkflowExecution: &commonpb.WorkflowExecution{WorkflowId: "support-chat"},
		WorkflowExecutionOptions: &workflowpb.WorkflowExecutionOptions{TimeSkippingConfig: &commonpb.TimeSkippingConfig{Enabled: true}},
		UpdateMask:               &fieldmaskpb.FieldMask{Paths: []string{"time_skipping_config"}},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// say says something in the chat, as soon as that has begun, and returns the answer.
func say(ctx context.Context, c client.Client, text string) (string, error) {
	for {
		h, err := c.UpdateWorkflow(ctx, client.UpdateWorkflowOptions{
			WorkflowID: "support-chat", UpdateName: "add_message", WaitForStage: client.WorkflowUpdateStageCompleted, Args: []any{text},
		})
		var said struct {
			Answer string `json:"answer"`
		}
		if err == nil {
			err = h.Get(ctx, &said)
		}
		if err == nil || ctx.Err() != nil || !strings.Contains(err.Error(), "no agent is at work") {
			return said.Answer, err
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// audited looks into the books of the model and of the tools.
func audited(t *testing.T, model *fakellm.Server, tools *toolbox) {
	t.Helper()
	if twice, left := model.PaidTwice(), model.Unplayed(); len(twice)+len(left) > 0 {
		t.Errorf("paid twice: %v; turns that nobody came for: %v", twice, left)
	}
	for _, call := range model.Calls() {
		if call.Outcome == fakellm.Unmatched || call.Outcome == fakellm.Unread || call.Outcome == fakellm.Abandoned {
			t.Errorf("a request was in vain: %+v", call)
		}
	}
	want := map[string]int{
		"search_database": standing, "search_database failed": 1, "send_notification": 1, "publish failed": 1, "publish": 1,
		"web_search": 1, "mcp search": 1, "mcp fail": 1, "mcp away": 1,
	}
	tools.mu.Lock()
	defer tools.mu.Unlock()
	for what, n := range tools.done {
		if n != want[what] {
			t.Errorf("%s: %d times, want %d", what, n, want[what])
		}
		delete(want, what)
	}
	if len(want) > 0 {
		t.Errorf("never done: %v", want)
	}
}

// troubled is a client of a server with a worker that is killed once, when all
// agents are in the middle of a call of a tool.
func troubled(t *testing.T, model *fakellm.Server, tools *toolbox) client.Client {
	t.Helper()
	s, err := engine.Start(t.Context(), engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Stop() })
	llm, web := httptest.NewServer(model), httptest.NewServer(tools)
	t.Cleanup(llm.Close)
	t.Cleanup(web.Close)
	_, port, err := net.SplitHostPort(s.HostPort())
	if err != nil {
		t.Fatal(err)
	}
	v := &victim{role: "worker"}
	v.env = []string{portVariable + "=" + port, definitionVariable + "=" + copied(t, llm.URL, web.URL), "SEARCH_URL=" + web.URL + "/search"}
	if err := v.start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { v.kill() })
	c, err := client.Dial(client.Options{HostPort: s.HostPort(), Logger: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	tools.serve(t, c)
	go func() {
		defer close(tools.released)
		for range standing {
			<-tools.arrived
		}
		v.kill()
		if err := v.start(); err != nil {
			t.Error(err)
		}
	}()
	return c
}

// copied is a folder with the examples of agents and what they share. Their
// activities have a worker of their own, which lives on, and the time that a
// worker takes to be killed and started.
func copied(t *testing.T, modelURL, toolURL string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	files, err := filepath.Glob("../../examples/agents/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(files, "../../examples/partitur.yaml", "testdata/agents/librarian.yaml") {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		text := strings.ReplaceAll(string(data), "{timeout: 30s", "{timeout: 5m")
		switch {
		case strings.HasSuffix(name, ".test.yaml"):
			continue
		case strings.HasSuffix(name, "partitur.yaml"):
			text = strings.ReplaceAll(text, "    task_queue: examples", "    task_queue: services")
			text = strings.Replace(text, "http://localhost:8089/v1", modelURL+"/v1", 1)
			text = strings.Replace(text, "groups:", "mcp: {docs: {url: \""+toolURL+"/mcp\"}}\ngroups:", 1)
		}
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(name)), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}
