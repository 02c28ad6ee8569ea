package jsonschema

import (
	"math/big"
	"strings"

	"github.com/partitur/partitur/dsl/syntax"
	"github.com/partitur/partitur/dsl/value"
)

// number reads a bound of numbers.
func (c *compiler) number(s *node, k string, v *syntax.Node) {
	if v.Kind != syntax.Scalar || v.Type != syntax.Int && v.Type != syntax.Float {
		c.notNumber(k, v)
		return
	}
	r := ratOf(v.Data())
	switch {
	case r == nil:
		c.found.Error("schema-value", v.Span, "%s must be a number, not %s", k, v.Value)
	case k == "multipleOf" && r.Sign() <= 0:
		c.found.Error("schema-value", v.Span, "multipleOf must be greater than 0")
	case k == "minimum":
		s.lib.Minimum = r
	case k == "maximum":
		s.lib.Maximum = r
	case k == "exclusiveMinimum":
		s.lib.ExclusiveMinimum = r
	case k == "exclusiveMaximum":
		s.lib.ExclusiveMaximum = r
	case k == "multipleOf":
		s.lib.MultipleOf = r
	}
}

func (c *compiler) notNumber(k string, v *syntax.Node) {
	d := c.found.Error("schema-value", v.Span, "%s must be a number, not %s", k, shownNode(v))
	if v.Kind == syntax.Scalar && v.Type == syntax.Bool {
		d.WithHint("write %s: 10 in the place of %s: 10", k, strings.ToLower(strings.TrimPrefix(k, "exclusive")))
		return
	}
	c.unquote(v, "a number")
}

// unquote adds, to the mistake reported last, that the quotes are too much.
func (c *compiler) unquote(v *syntax.Node, what string) {
	if v.Kind == syntax.Scalar && v.Type == syntax.String && isNumber(v.Value) {
		c.found[len(c.found)-1].WithHint("without quotes it is %s", what).WithFix(v.Span, v.Value)
	}
}

func isNumber(text string) bool {
	v, err := value.Decode([]byte(text))
	return err == nil && ratOf(v) != nil
}

// ratOf is the exact number of an integer, and of a float the number that its
// shortest decimal form says.
func ratOf(v any) *big.Rat {
	switch v := v.(type) {
	case int:
		return new(big.Rat).SetInt64(int64(v))
	case float64:
		if text, err := value.FormatFloat(v); err == nil {
			r, _ := new(big.Rat).SetString(text)
			return r
		}
	}
	return nil
}

// maxCount is far above any number of characters or items that could be sent.
const maxCount = 1 << 31

// count reads a bound of lengths.
func (c *compiler) count(s *node, k string, v *syntax.Node) {
	n, ok := v.Data().(int)
	switch {
	case v.Kind != syntax.Scalar || !ok || n < 0:
		c.found.Error("schema-value", v.Span, "%s must be 0 or a positive integer, not %s", k, shownNode(v))
		c.unquote(v, "a number")
		return
	case n > maxCount:
		n = maxCount
	}
	*countField(s, k) = n
}

func countField(s *node, k string) *int {
	switch k {
	case "minLength":
		return &s.lib.MinLength
	case "maxLength":
		return &s.lib.MaxLength
	case "minItems":
		return &s.lib.MinItems
	case "maxItems":
		return &s.lib.MaxItems
	case "minProperties":
		return &s.lib.MinProperties
	case "maxProperties":
		return &s.lib.MaxProperties
	case "minContains":
		return &s.lib.MinContains
	}
	return &s.lib.MaxContains
}

func (c *compiler) boolean(v *syntax.Node, k string) bool {
	if v.Kind == syntax.Scalar && v.Type == syntax.Bool {
		return true
	}
	c.found.Error("schema-value", v.Span, "%s must be true or false, not %s", k, shownNode(v))
	return false
}

func (c *compiler) text(v *syntax.Node, k string) bool {
	switch {
	case v.Kind != syntax.Scalar:
		c.found.Error("schema-value", v.Span, "%s must be text, not %s", k, shownNode(v))
	case v.Type == syntax.Null:
		c.found.Error("schema-value", v.Span, "%s is empty", k)
	case v.Type != syntax.String:
		c.found.Error("schema-value", v.Span, "%s must be text, not %s", k, shownNode(v)).
			WithHint("put it in quotes").WithFix(v.Span, "'"+v.Value+"'")
	default:
		return true
	}
	return false
}
