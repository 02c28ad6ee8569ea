package dsl

import (
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
)

// A ToolServer is an MCP server of the project whose tools the model of an agent
// may call for.
type ToolServer struct {
	Name  string
	Allow []string

	List *Step // asks for its tools
	Call *Step // calls one of them

	at source.Span
}

// Fields declares the keys of the tools of a server.
func (t *ToolServer) Fields(f *fields.Set) {
	f.String(&t.Name, "mcp", "the MCP server, as `partitur.yaml` names it", fields.Required, fields.Example("docs"))
	f.Strings(&t.Allow, "allow", "the tools of the server that the model may call, all that the project allows if not set")
	t.at = f.ValueSpan("mcp")
}

// isServer tells whether an element of tools is an MCP server, rather than a tool
// that is a step of the verb mcp.
func isServer(n *syntax.Node) bool {
	e := n.Entry("mcp")
	return e != nil && e.Value.Kind == syntax.Scalar && n.Entry("name") == nil
}

func (a *Agent) bindServer(n *syntax.Node, f *fields.Set) {
	actions := f.Env().Context.(Catalog)
	s := &ToolServer{List: builtinStep(MCPTools, actions), Call: builtinStep(MCPCall, actions)}
	fields.Bind(s, "an MCP server of an agent", n, f.Env())
	a.Servers = append(a.Servers, s)
}

// builtinStep stands for the calls of a builtin action that an agent makes by
// itself, where an activity is dispatched.
func builtinStep(name string, actions Catalog) *Step {
	spec := actions.Action(name)
	if spec == nil {
		spec = &ActionSpec{Name: name}
	}
	return &Step{Verb: name, Body: &Action{Spec: spec}}
}

// settleServer gives the calls of an MCP server what they inherit.
func (c *checker) settleServer(agent *Step, s *ToolServer) {
	for _, step := range []*Step{s.List, s.Call} {
		spec := step.Body.(*Action).Spec
		step.Span, step.Path, step.verbSpan = agent.Span, agent.Path+"/"+s.Name, agent.verbSpan
		step.Timeout, step.Retry = spec.Timeout.merge(defaultModelTimeout), spec.Retry.merge(defaultModelRetry)
	}
	c.serverOf(s)
}

// serverOf finds the server in the project, and the tools that it allows.
func (c *checker) serverOf(s *ToolServer) {
	server := &expr.Value{Const: s.Name, Span: s.at}
	c.knownMCP(server, nil)
	for _, tool := range s.Allow {
		if !c.diags.Within(s.at) {
			c.knownMCP(server, &expr.Value{Const: tool, Span: s.at})
		}
	}
}
