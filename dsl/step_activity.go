package dsl

import (
	"fmt"
	"strings"

	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/syntax"
	"github.com/partitur/partitur/dsl/types"
)

// Activity runs an activity type that some worker has registered.
type Activity struct {
	leaf
	TypeName
	Arguments
}

// Fields declares the keys of an activity step.
func (a *Activity) Fields(f *fields.Set) {
	a.TypeName.bind(f, "activity", "inventory.reserve")
	a.Arguments.bind(f)
}

func (a *Activity) check(c *checker, s *Step, sc scope) *types.Type {
	if a.Type != nil {
		c.needsTimeout(s)
	}
	t := c.catalogued(s)
	if t == nil {
		a.unchecked(c, sc)
		return types.AnyType
	}
	a.checkArguments(c, t, sc)
	if t.Result == nil {
		return types.AnyType
	}
	return t.Result.Type()
}

// Action runs a builtin action: an activity that ships with the program.
type Action struct {
	leaf
	Spec    *ActionSpec
	Input   *expr.Value
	Secrets []string // the secrets Input names, sorted

	result *types.Type // of an action whose fields tell it
}

// A Typer is the input of an action whose result depends on its fields.
type Typer interface {
	fields.Declarer
	ResultType() *types.Type
}

// Fields declares the keys of a step with a builtin action.
func (a *Action) Fields(f *fields.Set) {
	var schema map[string]any
	if a.Spec.Input != nil && f.Describing() {
		schema = fields.ObjectSchema(a.Spec.Input())
	}
	f.Node(a.Spec.Name, a.Spec.Doc, schema, func(n *syntax.Node) {
		if n.Kind != syntax.Map {
			d := f.Diags().Error("wrong-type", n.Span, "%q takes a mapping, not %s", a.Spec.Name, shown(n))
			if a.Spec.Name == "http" && n.Kind == syntax.Scalar && n.Type == syntax.String {
				d.WithHint("write http: %s", asRequest(n.Value))
			} else {
				d.WithHint("write its fields below it")
			}
			return
		}
		if a.Input = expr.ParseValue(n, f.Diags()); a.Input == nil {
			return
		}
		in := a.Spec.Input()
		set := fields.BindValues(actionFields{in, a.Spec.Name, f.Env().Context.(Catalog)}, a.Spec.Name, n, a.Input, f.Env())
		if t, ok := in.(Typer); ok {
			a.result = t.ResultType()
		}
		for _, slot := range set.Slots {
			slot.Sees = seesSecrets
			f.AddSlots(slot)
		}
	}, fields.Required)
}

// asRequest is a request as the fields of http, of a text such as POST https://x/y.
func asRequest(text string) string {
	if method, url, ok := strings.Cut(text, " "); ok && method == strings.ToUpper(method) {
		return fmt.Sprintf("{method: %s, url: %q}", method, strings.TrimSpace(url))
	}
	return fmt.Sprintf("{url: %q}", text)
}

func (a *Action) check(c *checker, s *Step, sc scope) *types.Type {
	c.needsTimeout(s)
	if a.Input != nil {
		c.bare(a.Input, sc, 0)
		switch a.Spec.Name {
		case LLM:
			c.knownModel(a.Input.Get("model"))
		case MCPCall, MCPTools:
			c.knownMCP(a.Input.Get("server"), a.Input.Get("tool"))
		}
	}
	switch {
	case a.result != nil:
		return a.result
	case a.Spec.Result != nil:
		return a.Spec.Result
	}
	return types.AnyType
}
