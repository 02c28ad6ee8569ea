// Package mcp calls the tools of servers that speak the Model Context Protocol,
// over HTTP or as commands that it starts. What it makes true: only servers and
// tools that the worker's project declares are reached, a command gets no more of
// the worker's environment than it needs, and each call is a connection of its
// own, so that an attempt depends on nothing before it.
//
// The activity mcp_tools takes {server, allow} and returns {tools}, of which each
// is {name, description, input: JSON Schema, read_only}. The activity mcp takes
// {server, tool, arguments} and returns {text, data, content}: the texts of the
// answer, its structured content or nil, and all of it as the server sent it. A
// tool that reports an error is the error MCPToolFailed, with its text.
package mcp

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/value"
)

// A Server is where tools are. It has either a URL or a Command.
type Server struct {
	Name    string
	URL     string
	Headers map[string]string
	Command string
	Args    []string
	Env     []string // NAME=VALUE, all that the command gets
	Allow   []string // the tools that may be called; nil for all

	Client  *http.Client
	Version string // of this program
}

// A Tool is what a server offers.
type Tool struct {
	Name, Description string
	Input             any // JSON Schema
	ReadOnly          bool
}

// Tools lists the tools that may be called, sorted by name.
func (s Server) Tools(ctx context.Context) (list []Tool, err error) {
	err = s.with(ctx, func(session *mcp.ClientSession) error {
		list, err = s.list(ctx, session)
		return err
	})
	return list, err
}

func (s Server) list(ctx context.Context, session *mcp.ClientSession) (list []Tool, err error) {
	for t, err := range session.Tools(ctx, nil) {
		if err != nil {
			return nil, err
		}
		if !s.allows(t.Name) {
			continue
		}
		input, err := plain(t.InputSchema)
		if err != nil {
			return nil, err
		}
		list = append(list, Tool{t.Name, t.Description, input, t.Annotations != nil && t.Annotations.ReadOnlyHint})
	}
	slices.SortFunc(list, func(a, b Tool) int { return strings.Compare(a.Name, b.Name) })
	return list, nil
}

// Call calls a tool. The key is equal for all attempts; the server finds it in
// the metadata of the call.
func (s Server) Call(ctx context.Context, tool string, arguments map[string]any, key string) (result map[string]any, err error) {
	if !s.allows(tool) {
		return nil, s.denied(tool)
	}
	err = s.with(ctx, func(session *mcp.ClientSession) error {
		p := &mcp.CallToolParams{Name: tool, Arguments: arguments}
		if key != "" {
			p.Meta = mcp.Meta{keyOfMeta: key}
		}
		answer, err := session.CallTool(ctx, p)
		if err != nil {
			return err
		}
		result, err = s.result(tool, answer)
		return err
	})
	return result, err
}

// keyOfMeta is where the idempotency key stands.
const keyOfMeta = "partitur/idempotency_key"

func (s Server) allows(tool string) bool { return s.Allow == nil || slices.Contains(s.Allow, tool) }

func (s Server) denied(tool string) *Error {
	e := &Error{Type: ToolDenied, Message: s.Name + " may not be asked for the tool \"" + tool + "\""}
	if near := diag.Nearest(tool, s.Allow); near != "" {
		e.Message += ": did you mean " + near + "?"
	} else {
		e.Message += ": partitur.yaml allows " + strings.Join(s.Allow, ", ")
	}
	return e
}

// result makes a result of what a tool answered.
func (s Server) result(tool string, answer *mcp.CallToolResult) (map[string]any, error) {
	var texts []string
	for _, c := range answer.Content {
		if t, ok := c.(*mcp.TextContent); ok {
			texts = append(texts, t.Text)
		}
	}
	text := strings.Join(texts, "\n")
	if answer.IsError {
		return nil, &Error{Type: ToolFailed, Message: s.Name + ": " + tool + ": " + excerpt(text), Details: map[string]any{"text": excerpt(text)}}
	}
	content, err := plain(answer.Content)
	if err != nil {
		return nil, err
	}
	data, err := plain(answer.StructuredContent)
	if err != nil {
		return nil, err
	}
	return map[string]any{"text": text, "data": data, "content": content}, nil
}

// plain is a value as JSON values, with integers as such.
func plain(v any) (any, error) {
	data, err := marshal(v)
	if err != nil {
		return nil, err
	}
	return value.Decode(data)
}
