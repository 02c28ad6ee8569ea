//go:build !noengine

package chaos

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
)

// A toolbox is what the agents of the examples work with: activities, a web
// search, and an MCP server. It keeps books of what was done.
type toolbox struct {
	mcp http.Handler

	arrived  chan struct{} // of calls that the worker is killed in
	released chan struct{} // closed when it lives again

	mu   sync.Mutex
	done map[string]int
}

func newToolbox() *toolbox {
	b := &toolbox{arrived: make(chan struct{}, standing), released: make(chan struct{}), done: map[string]int{}}
	s := mcp.NewServer(&mcp.Implementation{Name: "docs", Version: "1"}, nil)
	for _, name := range []string{"search", "fail"} {
		mcp.AddTool(s, &mcp.Tool{Name: name, Description: "Looks for pages"}, b.mcpTool(name))
	}
	b.mcp = mcp.NewStreamableHTTPHandler(func(*http.Request) *mcp.Server { return s }, &mcp.StreamableHTTPOptions{Stateless: true})
	return b
}

type asked struct {
	Query string `json:"query"`
}

// mcpTool is a tool that answers, or fails if its name says so.
func (b *toolbox) mcpTool(name string) mcp.ToolHandlerFor[asked, any] {
	return func(context.Context, *mcp.CallToolRequest, asked) (*mcp.CallToolResult, any, error) {
		b.note("mcp " + name)
		if name == "fail" {
			return nil, nil, errors.New("there is no index")
		}
		return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: "a list of steps"}}}, nil, nil
	}
}

func (b *toolbox) note(what string) (times int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.done[what]++
	return b.done[what]
}

// ServeHTTP answers web searches with nothing, and the MCP protocol; the first
// time it is away.
func (b *toolbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case strings.HasPrefix(r.URL.Path, "/search"):
		b.note("web_search")
		http.Error(w, "nothing is found", http.StatusNotFound)
	case b.away():
		http.Error(w, "back soon", http.StatusServiceUnavailable)
	default:
		b.mcp.ServeHTTP(w, r)
	}
}

// away is true once.
func (b *toolbox) away() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.done["mcp away"] > 0 {
		return false
	}
	b.done["mcp away"]++
	return true
}

// serve starts a worker with the activities.
func (b *toolbox) serve(t *testing.T, c client.Client) {
	t.Helper()
	w := worker.New(c, "services", worker.Options{})
	w.RegisterActivityWithOptions(b.search, activity.RegisterOptions{Name: "search_database"})
	w.RegisterActivityWithOptions(b.publish, activity.RegisterOptions{Name: "publish"})
	w.RegisterActivityWithOptions(func(context.Context, string) error {
		b.note("send_notification")
		return nil
	}, activity.RegisterOptions{Name: "send_notification"})
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Stop)
}

// search is the tool that every agent is in when the worker is killed.
func (b *toolbox) search(ctx context.Context, in asked) (map[string]any, error) {
	if in.Query == "broken" {
		b.note("search_database failed")
		return nil, temporal.NewNonRetryableApplicationError("the database is down", "DatabaseDown", nil)
	}
	b.arrived <- struct{}{}
	select {
	case <-b.released:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	b.note("search_database")
	return map[string]any{"rows": []string{"one"}}, nil
}

// publish fails at its first attempt.
func (b *toolbox) publish(ctx context.Context, in map[string]any) (map[string]any, error) {
	if activity.GetInfo(ctx).Attempt == 1 {
		b.note("publish failed")
		return nil, errors.New("the site is busy")
	}
	b.note("publish")
	return map[string]any{"url": fmt.Sprint("https://example.com/", in["id"])}, nil
}
