package dsl

import (
	"strings"

	"github.com/partitur/partitur/dsl/expr"
)

// knownModel reports a model whose profile the project does not have. Without a
// project nobody knows what the workers have.
func (c *checker) knownModel(v *expr.Value) {
	if v == nil || c.space.Project == nil {
		return
	}
	name, ok := v.Const.(string)
	if !ok {
		return
	}
	profile, _, _ := strings.Cut(name, "/")
	var names []string
	for _, m := range c.space.Project.Models {
		if m.Name == profile {
			c.namedModel(v, m, name)
			return
		}
		names = append(names, m.Name)
	}
	d := c.diags.Error("unknown-model", v.Span, "the project has no model profile %q", profile)
	if len(names) == 0 {
		d.WithHint("declare it in partitur.yaml, such as models: {%s: {provider: openai, key: \"${ secrets.KEY }\"}}", profile)
		return
	}
	d.Suggest(profile, names)
}

// namedModel reports a profile alone that has no model of its own.
func (c *checker) namedModel(v *expr.Value, m *ModelProfile, name string) {
	if m.Model == "" && !strings.Contains(strings.TrimSuffix(name, "/"), "/") {
		c.diags.Error("unknown-model", v.Span, "the profile %q has no model of its own", m.Name).
			WithHint("write %s/ and the model, or give the profile a model", m.Name)
	}
}
