package workers

import (
	"github.com/partitur/partitur/builtins"
	"github.com/partitur/partitur/builtins/mcp"
	"github.com/partitur/partitur/dsl"
)

// MCP are the MCP servers of a project, as the builtin actions take them.
func MCP(p *dsl.Project) (list []builtins.MCPServer) {
	for _, m := range p.MCP {
		list = append(list, builtins.MCPServer{
			Server:  mcp.Server{Name: m.Name, URL: m.URL, Command: m.Command, Args: m.Args, Allow: m.Allow},
			Headers: settings(m.Headers), Env: settings(m.Env),
		})
	}
	return list
}
