package dsl

import (
	"regexp"
	"slices"
	"strings"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
)

// bareExpression is how a text begins that may be an expression without ${ }.
var bareExpression = regexp.MustCompile(`^(input|state|steps|env|item|result|error|message|workflow)(\?\.[a-zA-Z_]|\.[a-zA-Z_]|\[)`)

// fileName is a text that only looks like a field of input.
var fileName = regexp.MustCompile(`^\w+\.(csv|json|jsonl|txt|pdf|ya?ml|log|md|xml|zip|gz|png|jpe?g|html?|sql|parquet)$`)

// bare points out texts without quotes that would be an expression here, if
// they were within ${ }. Where the text is an error already, it explains that.
func (c *checker) bare(v *expr.Value, sc scope, before int) {
	for _, item := range v.List {
		c.bare(item, sc, before)
	}
	for _, e := range v.Entries {
		c.bare(e.Value, sc, before)
	}
	c.shellSettings(v)
	text, isText := v.Const.(string)
	if !isText || !bareExpression.MatchString(text) || fileName.MatchString(text) || !unquoted(v.Span) || !c.wouldCompile(text, sc) {
		return
	}
	same := func(d diag.Diagnostic) bool { return d.Span == v.Span }
	i := slices.IndexFunc((*c.diags)[before:], same)
	if i < 0 {
		c.diags.Warn("bare-expression", v.Span, "this is text, although it reads like an expression")
		i = len(*c.diags) - 1 - before
	}
	(*c.diags)[before+i].WithHint("an expression in a value is written ${ %s }; quote it if it is text", text).
		WithFix(v.Span, inBraces(v.Span, text))
}

var shellName = regexp.MustCompile(`(?:^|[^$\w])(\$([A-Z][A-Z0-9_]*))`)

// shellSettings points out $NAME in a text, where NAME is a setting or a secret.
func (c *checker) shellSettings(v *expr.Value) {
	text, isText := v.Const.(string)
	if !isText || !strings.Contains(text, "$") {
		return
	}
	for _, m := range shellName.FindAllStringSubmatch(text, -1) {
		root := ""
		if slices.Contains(c.def.Secrets, m[2]) {
			root = "secrets"
		}
		if slices.ContainsFunc(c.def.Env, func(e EnvVar) bool { return e.Name == m[2] }) {
			root = "env"
		}
		if root != "" {
			c.diags.Warn("foreign-expression", v.Span, "%s stays as it is: expressions are written ${ }", m[1]).WithHint("write ${ %s.%s }", root, m[2])
		}
	}
}

// inBraces is an expression as it is written in the place of a text: within
// brackets and braces, or with a colon in it, it needs quotes.
func inBraces(at source.Span, text string) string {
	before := string(at.File.Text[:at.Start])
	line := before[strings.LastIndexByte(before, '\n')+1:]
	braced := "${ " + text + " }"
	if strings.ContainsAny(line, "[{") || strings.Contains(text, ": ") {
		return `"` + braced + `"`
	}
	return braced
}

func unquoted(at source.Span) bool {
	text := at.Text()
	return text != "" && !strings.ContainsAny(text[:1], "'\"|>") && !strings.ContainsAny(text, "\"\n")
}

// wouldCompile tells whether a text is an expression without mistakes.
func (c *checker) wouldCompile(text string, sc scope) bool {
	var found diag.List
	e := expr.ParseNode(&syntax.Node{Kind: syntax.Scalar, Value: text}, &found)
	if e == nil || len(found) > 0 {
		return false
	}
	e.Check(sc.expr(), &found)
	return len(found) == 0
}
