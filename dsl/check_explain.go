package dsl

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/partitur/partitur/dsl/diag"
)

var noField = regexp.MustCompile(`^(steps|env|secrets|state|steps\.\w+) has no field "(.*)"$`)

var unknownName = regexp.MustCompile(`^unknown name "(.*)"$`)

// settingName is what the environment calls its variables.
var settingName = regexp.MustCompile(`^[A-Z][A-Z0-9_]+$`)

// elsewhereNames says where names are known that are not known everywhere.
var elsewhereNames = map[string]string{
	"error":  "it is there in catch, on_failure, on_cancel, finally and dead_letter; of a step that has failed write steps.<id>.error",
	"result": "it is there in expect and output of an activity step; of a step before write steps.<id>.output",
	"item":   "it is there in the steps of a for_each, unless as: names the element",
	"index":  "it is there in the steps of a for_each, while or repeat",
}

// explain puts findings about names that the document declares, or fails to
// declare, into the words of the document.
func (c *checker) explain(found []diag.Diagnostic, sc scope) {
	for i := range found {
		d := &found[i]
		if m := unknownName.FindStringSubmatch(d.Message); d.Code == "unknown-name" && m != nil && elsewhereNames[m[1]] != "" {
			d.Hint = elsewhereNames[m[1]]
			continue
		}
		if d.Code == "not-available" && d.Message == secretsHidden {
			d.Hint = `pass it to a builtin action as it is, such as headers: {Authorization: "Bearer ${ secrets.NAME }"}; an activity of your own reads its secrets in its worker`
			continue
		}
		if m := unknownName.FindStringSubmatch(d.Message); d.Code == "unknown-name" && m != nil && settingName.MatchString(m[1]) && !strings.HasPrefix(d.Hint, "did you") && !strings.HasPrefix(d.Hint, "write") {
			d.WithHint("a setting of the worker is read as env.%s, and declared in the document: env: {%s: null}; text stands in quotes", m[1], m[1])
			continue
		}
		if m := noField.FindStringSubmatch(d.Message); d.Code == "unknown-field" && m != nil {
			c.explainName(d, m[1], m[2], sc)
		}
	}
}

func (c *checker) explainName(d *diag.Diagnostic, root, name string, sc scope) {
	switch root {
	case "steps":
		c.explainStep(d, name, sc)
	case "env":
		d.Code, d.Message, d.Hint = "unknown-env", fmt.Sprintf("the setting %q is not declared", name), ""
		var names []string
		for _, v := range c.def.Env {
			names = append(names, v.Name)
		}
		suggestOr(d, name, names, fmt.Sprintf("add it to the document: env: {%s: null}", name))
	case "secrets":
		d.Code, d.Message, d.Hint = "unknown-secret", fmt.Sprintf("the secret %q is not declared", name), ""
		suggestOr(d, name, c.def.Secrets, fmt.Sprintf("add it to the document: secrets: [%s]", name))
	case "state":
		if c.state.read == nil {
			d.Code, d.Message, d.Hint = "not-available", "there is no state yet when this is computed", "it can read input, env and workflow"
			return
		}
		d.Code, d.Message, d.Hint = "unknown-variable", fmt.Sprintf("the state has no variable %q", name), ""
		suggestOr(d, name, c.state.read.Names(), fmt.Sprintf("add it to the document: state: {%s: null}", name))
	default: // steps.<id>
		if strings.HasPrefix(d.Hint, "did you mean") {
			return
		}
		d.WithHint("what the step yields is its output: write %s.output.%s", root, name)
	}
}

// suggestOr hints at the nearest name, or else at something else.
func suggestOr(d *diag.Diagnostic, name string, names []string, other string) {
	if near := diag.Nearest(name, names); near != "" {
		d.WithHint("did you mean %s?", near)
		return
	}
	d.WithHint("%s", other)
}

// explainStep says why a step cannot be seen.
func (c *checker) explainStep(d *diag.Diagnostic, id string, sc scope) {
	d.Code, d.Hint = "unknown-step", ""
	if place := c.place(id); place != nil {
		message, hint := place.unseenBy(c.step, c.def)
		d.Message = message
		d.Hint = hint
		d.Related = append(d.Related, diag.Note{Span: place.step.startSpan(), Message: "it is here"})
		return
	}
	var names []string
	for _, f := range sc.steps {
		names = append(names, f.Name)
	}
	d.Message = fmt.Sprintf("there is no step %q", id)
	switch {
	case len(names) == 0:
		d.Hint = "no step with an id comes before this place"
	default:
		d.Suggest(id, names)
	}
}
