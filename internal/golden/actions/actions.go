// Package actions holds the catalog of builtin actions that tests of the
// language go by: a few actions, whose fields are those the cases use.
package actions

import (
	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/types"
)

// Catalog knows the actions http, llm, mcp and mcp_tools.
type Catalog struct{}

// Actions lists the actions.
func (Catalog) Actions() []string { return []string{"http", "llm", "mcp", "mcp_tools"} }

// Action returns an action, and nil for every other name.
func (Catalog) Action(name string) *dsl.ActionSpec {
	switch name {
	case "http":
		return requestSpec()
	case "llm":
		return questionSpec()
	case "mcp", "mcp_tools":
		return toolSpec(name)
	}
	return nil
}

func requestSpec() *dsl.ActionSpec {
	return &dsl.ActionSpec{
		Name: "http", Doc: "sends a request",
		Input: func() fields.Declarer { return new(request) },
		Result: types.ObjectOf(
			types.Field{Name: "status", Type: types.IntType},
			types.Field{Name: "headers", Type: types.OpenObject},
			types.Field{Name: "body", Type: types.AnyType},
		),
	}
}

type request struct {
	method, url string
	headers     map[string]any
	body        any
	redirects   int
}

// Fields declares the keys of the request.
func (r *request) Fields(f *fields.Set) {
	f.Enum(&r.method, "method", "the method", []string{"GET", "POST", "PUT", "DELETE"})
	f.String(&r.url, "url", "where to", fields.Required)
	f.Map(&r.headers, "headers", "header fields", types.StringType)
	f.Any(&r.body, "body", "what is sent")
	f.Int(&r.redirects, "redirects", "how many redirects are followed", fields.AtLeast(0))
}
