package actions

import (
	"time"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/fields"
)

func toolSpec(name string) *dsl.ActionSpec {
	return &dsl.ActionSpec{
		Name: name, Doc: "reaches an MCP server",
		Input:   func() fields.Declarer { return &toolCall{verb: name} },
		Timeout: &dsl.Timeout{StartToClose: time.Minute},
	}
}

type toolCall struct {
	verb, server, tool string
	arguments          map[string]any
}

// Fields declares the keys of the call.
func (c *toolCall) Fields(f *fields.Set) {
	f.String(&c.server, "server", "which server", fields.Required)
	if c.verb == "mcp" {
		f.String(&c.tool, "tool", "which tool", fields.Required)
		f.Map(&c.arguments, "arguments", "what it is given", nil)
	}
}
