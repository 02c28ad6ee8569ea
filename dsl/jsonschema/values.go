package jsonschema

import (
	"strings"

	js "github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/partitur/partitur/dsl/syntax"
)

// values reads keywords that hold values of the author.
func (c *compiler) values(s *node, k string, v *syntax.Node) {
	if isList := v.Kind == syntax.List; (k == "enum" || k == "examples") && !isList {
		d := c.found.Error("schema-value", v.Span, "%s is a list of values, not %s", k, shownNode(v))
		if v.Kind == syntax.Scalar && v.Type != syntax.Null {
			d.WithHint("write [%s]", v.Span.Text()).WithFix(v.Span, "["+v.Span.Text()+"]")
		}
		return
	}
	c.literal(v)
	switch k {
	case "enum":
		s.enum = v.Data().([]any)
		put(&s.lib.Extensions, "enum", js.ExtSchema(enumCheck(s.enum)))
		if len(v.Items) == 0 {
			c.found.Error("schema-value", v.Span, "enum lists no value, so nothing would be allowed")
		}
	case "const":
		s.lib.Constant = []any{v.Data()}
	case "default":
		s.dflt, s.fallback = v, v.Data()
	}
}

// literal warns of expressions: schemas are literal.
func (c *compiler) literal(v *syntax.Node) {
	if v.Kind == syntax.Scalar && v.Type == syntax.String && strings.Contains(v.Value, "${") {
		i := strings.Index(v.Value, "${")
		c.found.Warn("schema-literal", v.At(i, i+2), "schemas are literal: ${ } is not replaced here")
		return
	}
	for _, item := range v.Items {
		c.literal(item)
	}
	for _, e := range v.Entries {
		c.literal(e.Value)
	}
}
