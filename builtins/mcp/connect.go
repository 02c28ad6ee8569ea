package mcp

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"os/exec"
	"sync"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// stopWithin is how long a command may take to end when it is asked to.
const stopWithin = 2 * time.Second

// with connects to the server for one piece of work.
func (s Server) with(ctx context.Context, work func(*mcp.ClientSession) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	said := new(heard)
	client := mcp.NewClient(&mcp.Implementation{Name: "partitur", Version: s.Version}, &mcp.ClientOptions{Capabilities: &mcp.ClientCapabilities{}})
	session, err := client.Connect(ctx, s.transport(ctx, said), nil)
	if err != nil {
		return s.explain(err, said)
	}
	defer session.Close()
	if err := work(session); err != nil {
		return s.explain(err, said)
	}
	return nil
}

func (s Server) transport(ctx context.Context, said *heard) mcp.Transport {
	if s.URL != "" {
		client := *s.Client
		client.Transport = headers{s.Headers, client.Transport, said}
		return &mcp.StreamableClientTransport{Endpoint: s.URL, HTTPClient: &client, MaxRetries: -1, DisableStandaloneSSE: true}
	}
	cmd := exec.CommandContext(ctx, s.Command, s.Args...)
	cmd.Env, cmd.Stderr = s.Env, &said.tail
	cmd.WaitDelay = stopWithin
	return &mcp.CommandTransport{Command: cmd, TerminateDuration: stopWithin}
}

// heard is what a server let us know besides its answers, which the SDK does not
// hand on.
type heard struct {
	tail // of what a command wrote to its standard error

	fault  error // of the last HTTP request
	status int   // of the last response
}

func (h *heard) set(resp *http.Response, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.fault, h.status = err, 0
	if resp != nil {
		h.status = resp.StatusCode
	}
}

func (h *heard) last() (fault error, status int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.fault, h.status
}

// headers adds the headers of the project to each request.
type headers struct {
	add  map[string]string
	next http.RoundTripper
	said *heard
}

// RoundTrip implements http.RoundTripper.
func (h headers) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	for name, text := range h.add {
		r.Header.Set(name, text)
	}
	resp, err := h.next.RoundTrip(r)
	h.said.set(resp, err)
	return resp, err
}

// maxTail is how much of what a command complained about is kept.
const maxTail = 2000

// A tail keeps the end of what is written to it.
type tail struct {
	mu   sync.Mutex
	text []byte
}

// Write implements io.Writer.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p...)
	if over := len(t.text) - maxTail; over > 0 {
		t.text = t.text[over:]
	}
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(bytes.TrimSpace(bytes.ToValidUTF8(t.text, nil)))
}

func marshal(v any) ([]byte, error) { return json.Marshal(v) }
