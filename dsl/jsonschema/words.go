package jsonschema

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/partitur/partitur/dsl/syntax"
	"github.com/partitur/partitur/dsl/value"
)

// shown is a value as messages show it.
func shown(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		return shownText(v)
	case []any:
		return "a list"
	case map[string]any:
		return "an object"
	}
	text, err := value.Text(v)
	if err != nil {
		return "this value"
	}
	return text
}

// withKind is a value together with what it is: text "4", the number 4.
func withKind(v any) string {
	switch v := v.(type) {
	case string:
		return "text " + shownText(v)
	case int, float64:
		return "the number " + shown(v)
	}
	return shown(v)
}

// shownText quotes a text, and cuts a long one.
func shownText(s string) string {
	if utf8.RuneCountInString(s) > 40 {
		s = string([]rune(s)[:37]) + "..."
	}
	return strconv.Quote(s)
}

// shownNode is a part of a schema as messages show it.
func shownNode(n *syntax.Node) string {
	switch {
	case n.Kind == syntax.List:
		return "a list"
	case n.Kind == syntax.Map:
		return "a mapping"
	case n.Kind == syntax.Scalar && n.Type == syntax.Null:
		return "an empty value"
	case n.Kind == syntax.Scalar && n.Type != syntax.String:
		return n.Value
	}
	return "text " + shownText(n.Value)
}

// typePhrase names types in a sentence: text, an integer or a list.
func typePhrase(types []string) string {
	words := make([]string, len(types))
	for i, t := range types {
		words[i] = typePhrases[t]
	}
	return orList(words)
}

var typePhrases = map[string]string{
	"string": "text", "integer": "an integer", "number": "a number", "boolean": "true or false",
	"object": "an object", "array": "a list", "null": "null",
}

// orList joins words as in: a, b or c.
func orList(words []string) string {
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// typed tells whether a value is of one of the types.
func typed(types []string, v any) bool {
	return slices.ContainsFunc(types, func(t string) bool { return isType(t, v) })
}

func isType(t string, v any) bool {
	switch v := v.(type) {
	case nil:
		return t == "null"
	case bool:
		return t == "boolean"
	case int:
		return t == "integer" || t == "number"
	case float64:
		return t == "number" || t == "integer" && v == math.Trunc(v)
	case string:
		return t == "string"
	case []any:
		return t == "array"
	}
	return t == "object"
}

// plural counts things: 1 item, 2 items.
func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return strconv.Itoa(n) + " " + thing + "s"
}
