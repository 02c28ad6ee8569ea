package dsl

import (
	"slices"

	"github.com/partitur/partitur/dsl/expr"
)

// The actions that reach MCP servers.
const (
	MCPCall  = "mcp"
	MCPTools = "mcp_tools"
)

// knownMCP reports a server that the project does not have, and a tool that it
// does not allow. Without a project nobody knows what the workers have.
func (c *checker) knownMCP(server, tool *expr.Value) {
	if server == nil || c.space.Project == nil {
		return
	}
	name, ok := server.Const.(string)
	if !ok {
		return
	}
	var names []string
	for _, m := range c.space.Project.MCP {
		if m.Name == name {
			c.allowedTool(m, tool)
			return
		}
		names = append(names, m.Name)
	}
	d := c.diags.Error("unknown-mcp-server", server.Span, "the project has no MCP server %q", name)
	if len(names) == 0 {
		d.WithHint("declare it in partitur.yaml, such as mcp: {%s: {url: https://docs.example/mcp}}", name)
		return
	}
	d.Suggest(name, names)
}

func (c *checker) allowedTool(m *MCPServer, tool *expr.Value) {
	if tool == nil || m.Allow == nil {
		return
	}
	name, ok := tool.Const.(string)
	if !ok || slices.Contains(m.Allow, name) {
		return
	}
	c.diags.Error("unknown-mcp-server", tool.Span, "the project does not allow the tool %q of %q", name, m.Name).Suggest(name, m.Allow)
}
