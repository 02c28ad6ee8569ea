package interpreter

import (
	"slices"
	"strconv"
	"strings"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	"github.com/partitur/partitur/builtins/call"
	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/jsonschema"
)

// A served tool is one of an MCP server, as the server described it when the
// conversation began.
type served struct {
	Server      int    `json:"server"` // which of the agent
	Tool        string `json:"tool"`   // as the server calls it
	Name        string `json:"name"`   // as the model does
	Description string `json:"description"`
	Input       *kept  `json:"input"`
}

// fitName is a name of which each sign is one that models take in names of tools.
func fitName(name string) string {
	return strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-' {
			return c
		}
		return '_'
	}, name)
}

// listTools asks the MCP servers of an agent for their tools. They stay the same
// for the conversation, whatever becomes of the servers.
func (r *run) listTools(ctx workflow.Context, t *talk) error {
	for i, server := range t.body.Servers {
		input := map[string]any{"server": server.Name}
		if server.Allow != nil {
			input["allow"] = texts(server.Allow)
		}
		raw, err := r.builtin(ctx, t, server.List, input, "tools of "+server.Name)
		if err != nil {
			return err
		}
		v, err := decodeRaw(raw)
		if err != nil {
			return err
		}
		m, _ := v.(map[string]any)
		for _, tool := range items(m["tools"]) {
			t.serves(i, server, tool)
		}
	}
	return nil
}

// serves adds a tool of a server. Where its name is taken, that of the server
// stands before it.
func (t *talk) serves(i int, server *dsl.ToolServer, tool any) {
	object, _ := tool.(map[string]any)
	one := served{Server: i, Tool: text(tool, "name"), Description: text(tool, "description"), Input: keep(object["input"])}
	one.Name = fitName(one.Tool)
	if slices.Contains(t.toolNames(), one.Name) {
		one.Name = fitName(server.Name) + "_" + one.Name
	}
	one.Name = one.Name[:min(64, len(one.Name))]
	t.served = append(t.served, one)
}

// servedTool prepares the call of a tool of a server.
func (t *talk) servedTool(v *invocation) {
	i := slices.IndexFunc(t.served, func(s served) bool { return s.Name == v.name })
	tool := &t.served[i]
	var schema *jsonschema.Schema
	if tool.Input != nil {
		schema, _ = jsonschema.FromData(tool.Input.v) // what cannot be read is for the server to check
	}
	var wrong string
	if v.args, wrong = fitArguments(schema, v.arguments); wrong != "" {
		v.result = "error: " + wrong
		return
	}
	t.note(tool.Name)
	v.served = tool
}

// callServer makes a call of a tool of a server.
func (r *run) callServer(ctx workflow.Context, t *talk, v *invocation) {
	server := t.body.Servers[v.served.Server]
	input := map[string]any{"server": server.Name, "tool": v.served.Tool, "arguments": v.args}
	raw, err := r.builtin(ctx, t, server.Call, input, strconv.Itoa(v.number)+" "+v.served.Tool)
	f, failed := r.failure(t.step, t.scope, err).(*Failure)
	switch {
	case err == nil:
		v.result = servedResult(raw)
	case failed && ctx.Err() == nil:
		v.result = "error: " + f.Error()
	case failed:
		v.err = cancelled
	default:
		v.err = err
	}
}

// servedResult is what a server has said: its text, or else its data.
func servedResult(raw converter.RawValue) string {
	v, err := decodeRaw(raw)
	if err != nil {
		return "error: " + err.Error()
	}
	m, ok := v.(map[string]any)
	switch {
	case !ok:
		return shown(v)
	case text(m, "text") != "":
		return shown(m["text"])
	case m["data"] != nil:
		return shown(m["data"])
	}
	return shown(m["content"])
}

// builtin runs the activity of a builtin action for an agent. Its key names what
// it is for, so that no attempt is taken for another's.
func (r *run) builtin(ctx workflow.Context, t *talk, s *dsl.Step, input map[string]any, what string) (raw converter.RawValue, err error) {
	if err := r.awaitRoom(ctx, s); err != nil {
		return raw, err
	}
	arg, err := r.encode(call.Call{Input: input, Key: r.key(t.step, t.scope.round(t.step, what))}.Object())
	if err != nil {
		return raw, err
	}
	inner, err := r.options(ctx, s, t.scope)
	if err != nil {
		return raw, err
	}
	o := workflow.GetActivityOptions(inner)
	o.Summary = recorded(ctx, shorten(t.name()+" "+what, maxSummary))
	future := r.execute(workflow.WithActivityOptions(inner, o), s, prepared{activity: s.Verb, args: []any{arg}})
	err = future.Get(ctx, &raw)
	r.pending--
	return raw, err
}
