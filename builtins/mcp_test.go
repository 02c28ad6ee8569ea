package builtins

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"

	"github.com/partitur/partitur/builtins/call"
	client "github.com/partitur/partitur/builtins/mcp"
	"github.com/partitur/partitur/dsl/value"
)

// roleVariable makes an MCP server of the test binary.
const roleVariable = "PARTITUR_TEST_MCP"

func TestMain(m *testing.M) {
	switch os.Getenv(roleVariable) {
	case "":
		os.Exit(m.Run())
	case "crash":
		fmt.Fprintln(os.Stderr, "cannot open the index, token", os.Getenv("TOKEN"))
		os.Exit(3)
	}
	if err := toolServer(nil, nil).Run(context.Background(), &mcp.StdioTransport{}); err != nil {
		os.Exit(1)
	}
}

type query struct {
	Query string `json:"query"`
}

type found struct {
	Query string `json:"query"`
	Pages int64  `json:"pages"`
}

// toolServer has tools that answer, fail, wait, and tell the environment.
func toolServer(keys *[]string, ended <-chan struct{}) *mcp.Server {
	s := mcp.NewServer(&mcp.Implementation{Name: "tools", Version: "1"}, nil)
	mcp.AddTool(s, &mcp.Tool{Name: "search", Description: "Search pages", Annotations: &mcp.ToolAnnotations{ReadOnlyHint: true}},
		func(_ context.Context, r *mcp.CallToolRequest, in query) (*mcp.CallToolResult, found, error) {
			if keys != nil {
				key, _ := r.Params.Meta["partitur/idempotency_key"].(string)
				*keys = append(*keys, key)
			}
			return nil, found{in.Query, 7}, nil
		})
	mcp.AddTool(s, &mcp.Tool{Name: "fail"}, func(context.Context, *mcp.CallToolRequest, query) (*mcp.CallToolResult, any, error) {
		return nil, nil, errors.New("there is no index, token " + modelKey)
	})
	mcp.AddTool(s, &mcp.Tool{Name: "wait"}, func(ctx context.Context, _ *mcp.CallToolRequest, _ query) (*mcp.CallToolResult, any, error) {
		select {
		case <-ctx.Done():
		case <-ended:
		}
		return nil, nil, errors.New("it was ended")
	})
	mcp.AddTool(s, &mcp.Tool{Name: "environ"}, func(context.Context, *mcp.CallToolRequest, struct{}) (*mcp.CallToolResult, any, error) {
		return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: strings.Join(os.Environ(), "\n")}}}, nil, nil
	})
	return s
}

// An mcpWorld is servers and a host that has them.
type mcpWorld struct {
	host *host
	mu   sync.Mutex
	keys []string
	auth []string
}

func newMCPWorld(t *testing.T) *mcpWorld {
	t.Helper()
	w := new(mcpWorld)
	ended := make(chan struct{})
	tools := toolServer(&w.keys, ended)
	handler := mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return tools }, nil)
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.mu.Lock()
		w.auth = append(w.auth, r.Header.Get("Authorization"))
		w.mu.Unlock()
		handler.ServeHTTP(rw, r)
	}))
	t.Cleanup(server.Close)
	t.Cleanup(func() { close(ended) })
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	token := Setting{{Secret: "MODEL_KEY"}}
	command := func(name, role string) MCPServer {
		return MCPServer{Server: client.Server{Name: name, Command: self}, Env: map[string]Setting{roleVariable: Plain(role), "TOKEN": token}}
	}
	missing := command("missing", "serve")
	missing.Command = "/no/such/program"
	few := MCPServer{Server: client.Server{Name: "few", URL: server.URL, Allow: []string{"search"}}}
	w.host = newHost(Options{Secrets: secretsOf(map[string]string{"MODEL_KEY": modelKey}), MCP: []MCPServer{
		{Server: client.Server{Name: "web", URL: server.URL}, Headers: map[string]Setting{"Authorization": {{Text: "Bearer "}, {Secret: "MODEL_KEY"}}}},
		{Server: client.Server{Name: "cloud", URL: "http://169.254.169.254/mcp"}},
		{Server: client.Server{Name: "gone", URL: "http://127.0.0.1:1/mcp"}},
		{Server: client.Server{Name: "locked", URL: status(t, http.StatusUnauthorized)}},
		{Server: client.Server{Name: "broken", URL: status(t, http.StatusServiceUnavailable)}},
		few, command("local", "serve"), command("crash", "crash"), missing,
	}})
	return w
}

// status is the url of a server that answers nothing else.
func status(t *testing.T, code int) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }))
	t.Cleanup(server.Close)
	return server.URL
}

func (w *mcpWorld) run(t *testing.T, action Action, in map[string]any) (map[string]any, error) {
	t.Helper()
	env := environment(w.host, new(bytes.Buffer))
	env.RegisterActivityWithOptions(w.host.activity(action), activity.RegisterOptions{Name: action.Name})
	encoded, err := env.ExecuteActivity(action.Name, call.Call{Input: in, Key: "key"})
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

func TestToolsAreListed(t *testing.T) {
	w := newMCPWorld(t)
	for server, want := range map[string][]string{"web": {"environ", "fail", "search", "wait"}, "local": {"environ", "fail", "search", "wait"}, "few": {"search"}} {
		got, err := w.run(t, mcpToolsAction, map[string]any{"server": server})
		if err != nil {
			t.Fatal(server, err)
		}
		var names []string
		for _, tool := range got["tools"].([]any) {
			m := tool.(map[string]any)
			names = append(names, m["name"].(string))
			if m["name"] == "search" && (m["read_only"] != true || m["description"] != "Search pages" || !strings.Contains(encodeText(t, m["input"]), `"query":{"type":"string"}`)) {
				t.Errorf("%s: %v", server, m)
			}
		}
		if !slices.Equal(names, want) {
			t.Errorf("%s: %v, want %v", server, names, want)
		}
	}
	got, err := w.run(t, mcpToolsAction, map[string]any{"server": "web", "allow": []any{"fail"}})
	if err != nil || len(got["tools"].([]any)) != 1 {
		t.Errorf("%v, %v", got, err)
	}
}

func encodeText(t *testing.T, v any) string {
	t.Helper()
	data, err := value.Encode(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestToolsAreCalled(t *testing.T) {
	w := newMCPWorld(t)
	for _, server := range []string{"web", "local"} {
		got, err := w.run(t, mcpAction, map[string]any{"server": server, "tool": "search", "arguments": map[string]any{"query": "refunds"}})
		if err != nil {
			t.Fatal(server, err)
		}
		if !value.Equal(got["data"], map[string]any{"query": "refunds", "pages": 7}) || got["text"] != `{"pages":7,"query":"refunds"}` {
			t.Errorf("%s: %v", server, got)
		}
	}
	if !slices.Equal(w.keys, []string{"key"}) || !slices.Contains(w.auth, "Bearer "+modelKey) {
		t.Errorf("keys %v, authorization %v", w.keys, w.auth)
	}
}

// A command sees nothing of the worker's environment but what it needs.
func TestCommandsSeeNoSecretsOfTheWorker(t *testing.T) {
	t.Setenv("PARTITUR_SECRET_OTHER", "another-secret")
	t.Setenv("LANG", "C.UTF-8")
	got, err := newMCPWorld(t).run(t, mcpAction, map[string]any{"server": "local", "tool": "environ"})
	if err != nil {
		t.Fatal(err)
	}
	text := got["text"].(string)
	if strings.Contains(text, "another-secret") || !strings.Contains(text, "LANG=C.UTF-8") || !strings.Contains(text, "TOKEN=***") {
		t.Error(text)
	}
}

func TestErrorsOfTools(t *testing.T) {
	w := newMCPWorld(t)
	for _, one := range []struct {
		server, tool string
		errType      string
		says         string
		retryable    bool
	}{
		{"web", "fail", "MCPToolFailed", "web: fail: there is no index, token ***", false},
		{"local", "fail", "MCPToolFailed", "there is no index", false},
		{"web", "serch", "MCPRefused", "serch", false},
		{"few", "fail", "MCPToolDenied", "partitur.yaml allows search", false},
		{"few", "serch", "MCPToolDenied", "did you mean search?", false},
		{"wb", "search", "UnknownMCPServer", "did you mean web?", false},
		{"cloud", "search", "AddressRefused", "169.254.169.254", false},
		{"locked", "search", "MCPRefused", "locked answered 401 Unauthorized", false},
		{"broken", "search", "MCPUnavailable", "broken answered 503 Service Unavailable", true},
		{"gone", "search", "MCPUnavailable", "gone: ", true},
		{"missing", "search", "MCPUnavailable", "no such file", true},
		{"crash", "search", "MCPUnavailable", "it says: cannot open the index, token ***", true},
	} {
		in := map[string]any{"server": one.server, "tool": one.tool, "arguments": map[string]any{"query": "x"}}
		_, err := w.run(t, mcpAction, in)
		var app *temporal.ApplicationError
		if !errors.As(err, &app) || app.Type() != one.errType || app.NonRetryable() == one.retryable || !strings.Contains(err.Error(), one.says) {
			t.Errorf("%s %s: %v, want %s: %s", one.server, one.tool, err, one.errType, one.says)
		}
		if err != nil && strings.Contains(err.Error(), "0123456789") {
			t.Errorf("%s %s shows the secret: %v", one.server, one.tool, err)
		}
	}
	_, err := w.run(t, mcpAction, map[string]any{"server": "web", "tool": "search", "arguments": map[string]any{"query": 7}})
	var app *temporal.ApplicationError
	if !errors.As(err, &app) || app.Type() != "MCPRefused" && app.Type() != "MCPToolFailed" || !app.NonRetryable() {
		t.Errorf("other arguments: %v", err)
	}
}

// A tool that does not end goes with its attempt, and so does its command.
func TestToolsEndWithTheirAttempt(t *testing.T) {
	w := newMCPWorld(t)
	for _, server := range []string{"web", "local"} {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		declared := w.host.MCP[slices.IndexFunc(w.host.MCP, func(s MCPServer) bool { return s.Name == server })].Server
		declared.Client = &http.Client{Transport: http.DefaultTransport}
		declared.Env = []string{roleVariable + "=serve"}
		_, err := declared.Call(ctx, "wait", map[string]any{"query": "x"}, "")
		cancel()
		if err == nil {
			t.Errorf("%s: the call ended well", server)
		}
	}
}
