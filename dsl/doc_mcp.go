package dsl

import (
	"slices"
	"strings"

	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/source"
)

// An MCPServer is a server whose tools the steps and agents of a project may
// call: one that is reached at a url, or a command that workers start.
type MCPServer struct {
	Span    source.Span
	Name    string
	URL     string
	Headers map[string]Setting
	Command string
	Args    []string
	Env     map[string]Setting
	Allow   []string // nil for all tools
}

// Fields declares the keys of an MCP server.
func (m *MCPServer) Fields(f *fields.Set) {
	f.String(&m.URL, "url", "where the server is, for streamable HTTP", fields.Example("https://docs.example/mcp"))
	bindSettings(f, &m.Headers, "headers", "headers to send, such as a key")
	f.String(&m.Command, "command", "the program to start instead, which is talked to through its standard input and output", fields.Example("mcp-files"))
	f.Strings(&m.Args, "args", "the arguments of the program")
	bindSettings(f, &m.Env, "env", "environment variables of the program, besides PATH, HOME, TMPDIR, LANG and TZ")
	f.Strings(&m.Allow, "allow", "the only tools that may be called; all if not set")
	if f.Diags() != nil {
		m.check(f)
	}
}

// check reports servers that are not at one place.
func (m *MCPServer) check(f *fields.Set) {
	if f.Has("url") && f.Has("command") {
		f.Diags().Error("two-keys", f.KeySpan("command"), "a server has either %q or %q", "url", "command").WithHint("remove one of them")
		return
	}
	if !f.Has("url") && !f.Has("command") {
		if slices.ContainsFunc(fields.Describe(m), func(s fields.Spec) bool { return f.Has(s.Name) }) || len(f.Entries()) == 0 {
			f.Diags().Error("missing-key", f.Span(), "the server needs the key %q or %q", "url", "command").WithHint("write such as url: https://docs.example/mcp")
		}
		return
	}
	has, others := "url", []string{"args", "env"}
	if f.Has("command") {
		has, others = "command", []string{"headers"}
	}
	for _, key := range others {
		if f.Has(key) {
			f.Diags().Error("useless-key", f.KeySpan(key), "a server with %q has no %q", has, key).WithHint("leave it out")
		}
	}
	if m.URL != "" && !strings.HasPrefix(m.URL, "https://") && !strings.HasPrefix(m.URL, "http://") {
		f.Diags().Error("bad-value", f.ValueSpan("url"), "%q must begin with https:// or http://", "url").WithHint("write https://%s", m.URL)
	}
}
