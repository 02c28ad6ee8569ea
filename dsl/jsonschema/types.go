package jsonschema

import (
	"slices"
	"strings"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/syntax"
)

var typeNames = []string{"string", "integer", "number", "boolean", "object", "array", "null"}

// otherTypes are what people call the types elsewhere.
var otherTypes = map[string]string{
	"int": "integer", "int32": "integer", "int64": "integer", "long": "integer", "short": "integer", "uint": "integer",
	"str": "string", "text": "string", "char": "string", "varchar": "string", "bytes": "string",
	"bool": "boolean", "float": "number", "double": "number", "float64": "number", "num": "number", "numeric": "number", "real": "number",
	"dict": "object", "map": "object", "mapping": "object", "hash": "object", "struct": "object", "record": "object", "json": "object",
	"list": "array", "tuple": "array", "sequence": "array", "set": "array", "slice": "array",
	"nil": "'null'", "none": "'null'", "null": "'null'",
}

// otherFormats are types elsewhere that JSON has as text.
var otherFormats = map[string]string{
	"date": "date", "datetime": "date-time", "date-time": "date-time", "timestamp": "date-time", "time": "time",
	"uuid": "uuid", "email": "email", "uri": "uri", "url": "uri",
}

// typeMeant is the type that a word stands for, or "".
func typeMeant(word string) string {
	word = strings.ToLower(word)
	if slices.Contains(typeNames, word) && word != "null" {
		return word
	}
	return otherTypes[word]
}

func (c *compiler) types(s *node, v *syntax.Node) {
	before := len(c.found)
	defer func() { s.badType = len(c.found) > before }()
	switch {
	case v.Kind == syntax.Scalar:
		c.addType(s, v)
	case v.Kind == syntax.List && len(v.Items) > 0:
		for _, item := range v.Items {
			if item.Kind != syntax.Scalar {
				c.typeKind(item)
				continue
			}
			c.addType(s, item)
		}
	default:
		c.typeKind(v)
	}
}

func (c *compiler) typeKind(v *syntax.Node) {
	if v.Kind != syntax.Broken {
		c.found.Error("schema-type", v.Span, "the type is the name of one, or a list of names, not %s", shownNode(v)).
			WithHint("it can be %s", strings.Join(typeNames, ", "))
	}
}

func (c *compiler) addType(s *node, v *syntax.Node) {
	name := v.Value
	switch {
	case v.Type == syntax.Null:
		c.nullType(v)
	case !slices.Contains(typeNames, name):
		c.otherType(v, c.found.Error("schema-type", v.Span, "%q is not a type of JSON Schema", name))
	case slices.Contains(s.lib.Types, name):
		c.found.Error("schema-type", v.Span, "the type %q is listed twice", name)
	default:
		s.lib.Types = append(s.lib.Types, name)
	}
}

// nullType reports a bare null, or nothing, where the name of the type is meant.
func (c *compiler) nullType(v *syntax.Node) {
	if v.Value == "" || v.Span.Start == v.Span.End {
		c.found.Error("schema-type", v.Span, "the type is empty").WithHint("it can be %s", strings.Join(typeNames, ", "))
		return
	}
	c.found.Error("schema-type", v.Span, "%s without quotes is an empty value, not the name of a type", v.Value).
		WithHint("write 'null'").WithFix(v.Span, "'null'")
}

func (c *compiler) otherType(v *syntax.Node, d *diag.Diagnostic) {
	word := strings.ToLower(v.Value)
	switch {
	case typeMeant(word) != "":
		t := typeMeant(word)
		d.WithHint("write %s", t).WithFix(v.Span, t)
	case otherFormats[word] != "":
		d.WithHint("write type: string, format: %s", otherFormats[word])
	case word == "any" || word == "mixed" || word == "unknown":
		d.WithHint("leave type out to allow any value")
	case word == "decimal" || word == "money":
		d.WithHint(`write type: string: exact decimals are text, such as "12.30"`)
	case word == "enum":
		d.WithHint("leave type out, enum: [...] is enough")
	case word == "file" || word == "binary":
		d.WithHint("write type: string, and send its address or its content as base64")
	default:
		d.Suggest(v.Value, typeNames)
	}
}
