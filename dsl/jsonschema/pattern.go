package jsonschema

import (
	"errors"
	"maps"
	"regexp"
	rx "regexp/syntax"
	"slices"
	"strings"

	js "github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/partitur/partitur/dsl/syntax"
)

// pattern reads a regular expression; nil if it is none.
func (c *compiler) pattern(v *syntax.Node) *regexp.Regexp {
	if !c.text(v, "a pattern") {
		return nil
	}
	re, err := regexp.Compile(goPattern(v.Value))
	if err != nil {
		c.badPattern(v, err)
		return nil
	}
	if p := v.Value; len(p) > 2 && p[0] == '/' && p[len(p)-1] == '/' {
		c.found.Warn("schema-pattern", v.Span, "the slashes are part of the pattern").
			WithHint("leave them out, unless the text itself has them")
	}
	return re
}

// goPattern writes the \uXXXX of ECMA as Go wants it.
func goPattern(p string) string {
	var out strings.Builder
	for i := 0; i < len(p); i++ {
		if p[i] != '\\' || i+1 == len(p) {
			out.WriteByte(p[i])
			continue
		}
		if hex := p[i+1:]; len(hex) >= 5 && hex[0] == 'u' && strings.Trim(hex[1:5], "0123456789abcdefABCDEF") == "" {
			out.WriteString(`\x{` + hex[1:5] + "}")
			i += 5
			continue
		}
		out.WriteString(p[i : i+2])
		i++
	}
	return out.String()
}

func (c *compiler) badPattern(v *syntax.Node, err error) {
	why, part := "it cannot be read", ""
	var bad *rx.Error
	if errors.As(err, &bad) {
		why, part = bad.Code.String(), bad.Expr
	}
	at := v.Span
	if i := strings.Index(v.Value, part); i >= 0 && part != "" {
		at = v.At(i, i+len(part))
	}
	switch {
	case strings.HasPrefix(part, "(?=") || strings.HasPrefix(part, "(?!") || strings.HasPrefix(part, "(?<"):
		c.found.Error("schema-pattern", at, "patterns cannot look ahead or behind").
			WithHint("write two patterns: allOf: [{pattern: ...}, {not: {pattern: ...}}]")
	case len(part) == 2 && part[0] == '\\' && '1' <= part[1] && part[1] <= '9':
		c.found.Error("schema-pattern", at, "patterns cannot refer back to a group")
	case why == rx.ErrMissingRepeatArgument.String():
		c.found.Error("schema-pattern", at, "the pattern has nothing to repeat before %q", part).
			WithHint("for any text write .*, for the character itself \\%s", part)
	default:
		c.found.Error("schema-pattern", at, "the pattern is not a regular expression: %s", why)
	}
}

func (c *compiler) format(s *node, v *syntax.Node) {
	if !c.text(v, "format") {
		return
	}
	valid, ok := js.Formats[v.Value]
	if !ok || formatWords[v.Value] == "" {
		if c.lenient {
			return
		}
		d := c.found.Error("schema-format", v.Span, "%q is not a format that can be checked", v.Value)
		switch t := typeMeant(v.Value); {
		case otherFormats[v.Value] != "":
			d.WithHint("write %s", otherFormats[v.Value]).WithFix(v.Span, otherFormats[v.Value])
		case t != "":
			d.WithHint("it is a type: write type: %s", t)
		default:
			d.Suggest(v.Value, slices.Collect(maps.Keys(formatWords)))
		}
		return
	}
	s.lib.Format = v.Value
	put(&s.lib.Extensions, "format", js.ExtSchema(formatCheck{valid}))
}

// formatWords says what a text in each format is.
var formatWords = map[string]string{
	"date-time":             "a date and time such as 2026-01-31T09:30:00Z",
	"date":                  "a date such as 2026-01-31",
	"time":                  "a time of day such as 09:30:00Z",
	"duration":              "an ISO 8601 duration such as P1DT12H",
	"email":                 "an e-mail address",
	"hostname":              "the name of a host",
	"ipv4":                  "an IPv4 address",
	"ipv6":                  "an IPv6 address",
	"uri":                   "an address such as https://example.com/path",
	"uri-reference":         "an address or a part of one",
	"uri-template":          "a template of an address",
	"iri":                   "an address such as https://example.com/path",
	"iri-reference":         "an address or a part of one",
	"uuid":                  "a UUID",
	"regex":                 "a regular expression",
	"json-pointer":          "a JSON pointer such as /items/0",
	"relative-json-pointer": "a relative JSON pointer such as 1/name",
}
