package dsl

import (
	"regexp"
	"slices"
	"strings"

	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/jsonschema"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
)

// A Tool is a step that the model can call for.
type Tool struct {
	Name        string
	Description string
	Input       *jsonschema.Schema // of its arguments; nil if it takes none
	MaxCalls    int                // in a conversation; 0 is any number
	Confirm     *Step              // asks people first; nil if nobody is asked
	Edits       bool               // and who approves may change the arguments
	Step        *Step

	nameAt source.Span
}

// toolKeys are those of a tool that are not keys of its step.
var toolKeys = []string{"name", "description", "input", "max_calls", "confirm"}

// Fields declares the keys that a tool has besides those of its step.
func (t *Tool) Fields(f *fields.Set) {
	f.String(&t.Name, "name", "what the model calls it by", fields.Required, fields.Example("crm_search"))
	f.String(&t.Description, "description", "what it does, and when to use it: the model goes by this", fields.Required)
	f.Schema(&t.Input, "input", "its arguments, an object; none if not set")
	f.Int(&t.MaxCalls, "max_calls", "how often it may be called in a conversation", fields.AtLeast(1))
	f.Node("confirm", "people who have to approve a call: the keys of an approval, and `when`, `edit`, `timeout` and `on_timeout`", f.ObjectOf(Confirmation{}), func(*syntax.Node) {})
	t.nameAt = f.ValueSpan("name")
}

// ToolName is what people know the step of a tool by: the agent and the tool, as
// in analyst.search; of any other step it is "".
func (s *Step) ToolName() string {
	if s.tool == "" {
		return ""
	}
	around := strings.Split(s.Path, "/")
	if s.confirms {
		around = around[:len(around)-1]
	}
	return strings.Join(around[max(0, len(around)-2):], ".")
}

// Confirms tells whether the step asks people about the call of a tool.
func (s *Step) Confirms() bool { return s.confirms }

// Delegates tells whether the step may have models of its own do something: in a
// child, or in another agent.
func (t *Tool) Delegates() bool {
	found := false
	Walk([]*Step{t.Step}, func(s *Step) {
		switch s.Body.(type) {
		case *Child, *Agent:
			found = true
		}
	})
	return found
}

// agents tells whether some step is an agent.
func (d *Definition) agents() (found bool) {
	d.WalkAll(func(s *Step) {
		_, is := s.Body.(*Agent)
		found = found || is
	})
	return found
}

// ToolFields describes the keys that a tool has besides those of its step.
func ToolFields() []fields.Spec { return fields.Describe(new(Tool)) }

func (a *Agent) bindTools(f *fields.Set) {
	var schema map[string]any
	if f.Describing() {
		schema = map[string]any{"type": "array", "items": map[string]any{"anyOf": []any{
			map[string]any{"$ref": "#/$defs/tool"}, fields.ObjectSchema(new(ToolServer)),
		}}}
	}
	f.Node("tools", "what the model can call for: steps with a name, a description and `input`, which see `args`, and the tools of MCP servers", schema, func(n *syntax.Node) {
		if n.Kind != syntax.List {
			f.Diags().Error("wrong-type", n.Span.Sub(0, firstLine(n)), "%q must be a list, not %s", "tools", shown(n)).
				WithHint("begin each tool with `- `")
			return
		}
		for _, item := range n.Items {
			a.bindTool(item, f)
		}
	})
}

func (a *Agent) bindTool(n *syntax.Node, f *fields.Set) {
	switch {
	case n.Kind == syntax.Map && isServer(n):
		a.bindServer(n, f)
	case n.Kind == syntax.Map:
		a.Tools = append(a.Tools, parseTool(n, f))
	case n.Kind != syntax.Broken:
		f.Diags().Error("wrong-type", n.Span, "a tool is a step with a name and a description, not %s", shown(n)).
			WithHint("write {name: NAME, description: what it does, activity: TYPE, with: \"${ args }\", input: {…}}")
	}
}

// parseTool reads a tool: its own keys, and the step that the others make.
func parseTool(n *syntax.Node, f *fields.Set) *Tool {
	t := new(Tool)
	own, rest := *n, *n
	own.Entries, rest.Entries = nil, nil
	for _, e := range n.Entries {
		if slices.Contains(toolKeys, e.Key.Value) {
			own.Entries = append(own.Entries, e)
		} else {
			rest.Entries = append(rest.Entries, e)
		}
	}
	fields.Bind(t, "a tool", &own, f.Env())
	t.checkOwn(n, f)
	if e := n.Entry("confirm"); e != nil && e.Value.Kind != syntax.Broken {
		t.parseConfirm(e.Key, e.Value, n.Get("input"), f)
	}
	t.Step = parseStep(&rest, f)
	t.Step.tool = t.Name
	return t
}

// toolName is what the models of every vendor take for the name of a tool.
var toolName = regexp.MustCompile(`^[a-zA-Z0-9_-]{1,64}$`)

func (t *Tool) checkOwn(n *syntax.Node, f *fields.Set) {
	if t.Name != "" && !toolName.MatchString(t.Name) {
		f.Diags().Error("bad-name", t.nameAt, "%q cannot be the name of a tool", t.Name).
			WithHint("write up to 64 letters, digits, _ or -: models take no other names")
	}
	if e := n.Entry("id"); e != nil {
		f.Diags().Error("misplaced-key", e.Key.Span, "a tool has a name, and no id").
			WithHint("leave it out: what the model has called is in the output of the agent")
	}
	if t.Input == nil {
		return
	}
	if raw, _ := t.Input.Raw().(map[string]any); raw["type"] != "object" {
		f.Diags().Error("bad-value", n.Entry("input").Value.Span, "the arguments of a tool are an object").
			WithHint("write input: {type: object, properties: {…}}")
	}
}
