package builtins

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/partitur/partitur/builtins/mcp"
	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/types"
)

//go:embed mcp.md
var mcpPage string

var mcpAction = declare(Action{
	Name:      "mcp",
	Doc:       "calls a tool of an MCP server",
	Page:      mcpPage,
	Timeout:   5 * time.Minute,
	Heartbeat: 20 * time.Second,
	Retry:     Retry{Attempts: 3, Initial: 2 * time.Second, Maximum: time.Minute},
	Result: types.ObjectOf(
		types.Field{Name: "text", Type: types.StringType},
		types.Field{Name: "data", Type: types.AnyType},
		types.Field{Name: "content", Type: types.ListOf(types.AnyType)},
	),
	rehearse: rehearseMCP,
}, func() *MCP { return new(MCP) }, runMCP)

var mcpToolsAction = declare(Action{
	Name:      "mcp_tools",
	Doc:       "lists the tools of an MCP server",
	Page:      mcpPage,
	Timeout:   time.Minute,
	Heartbeat: 20 * time.Second,
	Retry:     Retry{Attempts: 5, Initial: time.Second, Maximum: 30 * time.Second},
	Result: types.ObjectOf(types.Field{Name: "tools", Type: types.ListOf(types.ObjectOf(
		types.Field{Name: "name", Type: types.StringType},
		types.Field{Name: "description", Type: types.StringType},
		types.Field{Name: "input", Type: types.OpenObject},
		types.Field{Name: "read_only", Type: types.BoolType},
	))}),
}, func() *MCPTools { return new(MCPTools) }, runMCPTools)

// An MCPServer is one of the MCP servers of a project, with its secrets.
type MCPServer struct {
	mcp.Server
	Headers, Env map[string]Setting
}

// UnknownMCPServer is the type of the error for a server that the worker's
// project does not declare; not retryable.
const UnknownMCPServer = "UnknownMCPServer"

// MCP is the call of a tool.
type MCP struct {
	Server, Tool string
	Arguments    map[string]any
}

// Fields declares the keys of an mcp step.
func (m *MCP) Fields(f *fields.Set) {
	f.String(&m.Server, "server", "the server, as partitur.yaml calls it", fields.Required, fields.Example("docs"))
	f.String(&m.Tool, "tool", "the tool", fields.Required, fields.Example("search"))
	f.Map(&m.Arguments, "arguments", "what the tool is given", nil)
}

// MCPTools asks for the tools of a server.
type MCPTools struct {
	Server string
	Allow  []string
}

// Fields declares the keys of an mcp_tools step.
func (m *MCPTools) Fields(f *fields.Set) {
	f.String(&m.Server, "server", "the server, as partitur.yaml calls it", fields.Required, fields.Example("docs"))
	f.Strings(&m.Allow, "allow", "the tools to list, all that the project allows if not set")
}

func runMCP(ctx context.Context, j *job, in *MCP) (any, error) {
	server, err := j.mcpServer(ctx, in.Server)
	if err != nil {
		return nil, err
	}
	result, err := server.Call(ctx, in.Tool, in.Arguments, j.key)
	if err != nil {
		return nil, mcpFailure(err)
	}
	return result, nil
}

func runMCPTools(ctx context.Context, j *job, in *MCPTools) (any, error) {
	server, err := j.mcpServer(ctx, in.Server)
	if err != nil {
		return nil, err
	}
	found, err := server.Tools(ctx)
	if err != nil {
		return nil, mcpFailure(err)
	}
	list := make([]any, 0, len(found))
	for _, t := range found {
		if in.Allow == nil || slices.Contains(in.Allow, t.Name) {
			list = append(list, map[string]any{"name": t.Name, "description": t.Description, "input": t.Input, "read_only": t.ReadOnly})
		}
	}
	return map[string]any{"tools": list}, nil
}

// mcpServer is a server of the project, ready to be called.
func (j *job) mcpServer(ctx context.Context, name string) (s mcp.Server, err error) {
	i := slices.IndexFunc(j.MCP, func(s MCPServer) bool { return s.Name == name })
	if i < 0 {
		return s, j.unknownMCP(name)
	}
	declared := j.MCP[i]
	s = declared.Server
	s.Version = "1"
	if s.Client, err = j.client(); err != nil {
		return s, err
	}
	if s.Headers, err = j.revealAll(ctx, declared.Headers); err != nil {
		return s, err
	}
	env, err := j.revealAll(ctx, declared.Env)
	if err != nil {
		return s, err
	}
	s.Env = commandEnv(env)
	return s, nil
}

// passed are the variables that a command gets of the worker's: what it needs to
// find programs and files. Secrets of the worker stand in others.
var passed = []string{"PATH", "HOME", "TMPDIR", "LANG", "TZ"}

func commandEnv(own map[string]string) (env []string) {
	for _, name := range passed {
		if text, ok := os.LookupEnv(name); ok && own[name] == "" {
			env = append(env, name+"="+text)
		}
	}
	for name, text := range own {
		env = append(env, name+"="+text)
	}
	slices.Sort(env)
	return env
}

func (h *host) unknownMCP(name string) *Failure {
	names := make([]string, len(h.MCP))
	for i, s := range h.MCP {
		names[i] = s.Name
	}
	f := &Failure{Type: UnknownMCPServer, Message: fmt.Sprintf("this worker has no MCP server %q", name)}
	switch near := diag.Nearest(name, names); {
	case len(names) == 0:
		f.Message += ": its partitur.yaml has none under mcp"
	case near != "":
		f.Message += fmt.Sprintf(": did you mean %s?", near)
	default:
		f.Message += ": its partitur.yaml has " + strings.Join(names, ", ")
	}
	return f
}

// mcpFailure is the failure of an error of package mcp. What the policy refused
// stays what it is.
func mcpFailure(err error) error {
	var ours *Failure
	if errors.As(err, &ours) {
		return ours
	}
	var e *mcp.Error
	if !errors.As(err, &e) {
		return err
	}
	return &Failure{Type: e.Type, Message: e.Message, Retryable: e.Retryable, Details: e.Details}
}

// rehearseMCP treats {text, data, content} as the answer of the tool; what is
// missing is empty.
func rehearseMCP(_ map[string]any, result any) (any, error) {
	m, ok := result.(map[string]any)
	if !ok {
		return nil, invalidInput("the result of mcp is {text, data, content}")
	}
	full := map[string]any{"text": "", "data": nil, "content": []any{}}
	for key, v := range m {
		full[key] = v
	}
	return full, nil
}
