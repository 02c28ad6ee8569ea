package schema

import (
	"fmt"
	"reflect"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
)

// definitions are the parts that the schema of workflows refers to: lists of
// steps, steps, the compensations among them, and the keys that verbs share.
func definitions(kinds []dsl.StepKind) map[string]any {
	defs := map[string]any{
		"steps": map[string]any{"type": "array", "items": ref("step"), "minItems": 1},
	}
	var steps, undo, tools []any
	for _, k := range kinds {
		name := "step." + k.Verb
		defs[name] = step(k, defs)
		steps = append(steps, ref(name))
		defs["compensate."+k.Verb] = compensation(defs[name].(map[string]any))
		undo = append(undo, ref("compensate."+k.Verb))
		defs["tool."+k.Verb] = tool(defs[name].(map[string]any))
		tools = append(tools, ref("tool."+k.Verb))
	}
	defs["step"] = map[string]any{"anyOf": steps}
	defs["tool"] = map[string]any{"anyOf": tools}
	defs["compensate"] = map[string]any{"anyOf": undo}
	return defs
}

func ref(name string) map[string]any { return map[string]any{"$ref": "#/$defs/" + name} }

// step is the schema of the steps of one verb. The modifiers, which are the
// same for most verbs, go to defs.
func step(k dsl.StepKind, defs map[string]any) map[string]any {
	own := plain(fields.SchemaOf(k.Keys))
	props := own["properties"].(map[string]any)
	if k.Action != nil {
		allowExpressions(props[k.Verb].(map[string]any), literals(k.Action))
	}
	for name, schema := range plain(fields.SchemaOf(k.Modifiers))["properties"].(map[string]any) {
		schema := schema.(map[string]any)
		if name == "compensate" {
			undoWith(schema)
		}
		props[name] = shared(name, schema, defs)
	}
	own["title"], own["description"] = k.Verb, k.Doc
	return own
}

// shared puts the schema of a modifier among defs, once for all verbs that have
// the same, and refers to it.
func shared(name string, schema, defs map[string]any) map[string]any {
	at := "key." + name
	for n := 2; defs[at] != nil && !reflect.DeepEqual(defs[at], any(schema)); n++ {
		at = fmt.Sprintf("key.%s.%d", name, n)
	}
	defs[at] = schema
	return ref(at)
}

// undoWith makes a compensation written as a single step one that may say when
// it is registered.
func undoWith(schema map[string]any) {
	for _, form := range schema["anyOf"].([]any) {
		if form := form.(map[string]any); form["$ref"] == "#/$defs/step" {
			form["$ref"] = "#/$defs/compensate"
		}
	}
}

// compensation is a step with the key that only compensations have.
func compensation(step map[string]any) map[string]any {
	c := clone(step)
	c["properties"].(map[string]any)["register"] = map[string]any{
		"const":       "before",
		"description": "`before` registers the compensation before its step runs, rather than when it has succeeded",
	}
	return c
}

// tool is a step with the keys that only the tools of an agent have.
func tool(step map[string]any) map[string]any {
	t, own := clone(step), plain(fields.SchemaOf(dsl.ToolFields()))
	props := t["properties"].(map[string]any)
	delete(props, "id")
	for name, schema := range own["properties"].(map[string]any) {
		props[name] = schema
	}
	required, _ := t["required"].([]any)
	t["required"] = append(required, own["required"].([]any)...)
	return t
}

// literals are the fields of an action in which ${ } is not allowed.
func literals(a *dsl.ActionSpec) map[string]bool {
	names := map[string]bool{}
	for _, spec := range fields.Describe(a.Input()) {
		names[spec.Name] = spec.Literal
	}
	return names
}

// allowExpressions lets the fields of an action hold ${ } in place of values of
// other types.
func allowExpressions(schema map[string]any, literal map[string]bool) {
	props, _ := schema["properties"].(map[string]any)
	for name, p := range props {
		p := p.(map[string]any)
		items, _ := p["items"].(map[string]any)
		switch {
		case literal[name] || anyText(p):
		case p["properties"] != nil:
			allowExpressions(p, nil)
		case items["properties"] != nil:
			allowExpressions(items, nil)
		default:
			props[name] = orExpression(p)
		}
	}
}

// anyText tells whether a schema accepts every text already.
func anyText(p map[string]any) bool {
	for _, keyword := range []string{"enum", "const", "pattern", "anyOf"} {
		if p[keyword] != nil {
			return false
		}
	}
	return p["type"] == nil || p["type"] == "string"
}

// orExpression is a schema that also accepts text with ${ } in it. What
// describes the field stays outside, where editors look for it.
func orExpression(p map[string]any) map[string]any {
	out := map[string]any{}
	for _, keyword := range []string{"description", "examples"} {
		if p[keyword] != nil {
			out[keyword] = p[keyword]
			delete(p, keyword)
		}
	}
	out["anyOf"] = []any{p, map[string]any{"type": "string", "pattern": `\$\{`}}
	return out
}

// examples are the values of examples, which are declared as they are written
// in a document. What is a value already stays as it is.
func examples(list []any) (values []any) {
	for _, e := range list {
		text, ok := e.(string)
		if !ok {
			values = append(values, e)
			continue
		}
		var diags diag.List
		if docs := syntax.Parse(source.NewFile("example.yaml", []byte(text)), &diags); len(docs) == 1 && len(diags) == 0 {
			values = append(values, docs[0].Data())
		}
	}
	return values
}
