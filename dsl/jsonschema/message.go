package jsonschema

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/value"
)

// A place is where a keyword of a schema refused a part of the value.
type place struct {
	node    *node
	keyword string
	rest    string // what follows the keyword in the pointer
	at      string
	path    string
	value   any
	names   bool
	message string // the library's
}

func (p *place) finding(path, format string, args ...any) finding {
	message := fmt.Sprintf(format, args...)
	if p.names {
		message = "the name " + message
	}
	return finding{Violation{path, message}, p.keyword, p.at, p.node, p.value}
}

func (p *place) one(format string, args ...any) []finding {
	return []finding{p.finding(p.path, format, args...)}
}

// findings says what a keyword has to object.
func (p *place) findings() []finding {
	lib := p.node.lib
	switch p.keyword {
	case "type":
		return p.one("must be %s, not %s", typePhrase(lib.Types), withKind(p.value))
	case "const":
		return p.one("must be %s, is %s", shown(lib.Constant[0]), shown(p.value))
	case "enum":
		return p.enum(p.node.enum)
	case "required":
		return p.missing(lib.Required)
	case "dependentRequired":
		return p.dependent()
	case "additionalProperties":
		return p.extra()
	case "pattern":
		return p.one("must match the pattern %s, is %s", p.node.at.Get("pattern").Value, shown(p.value))
	case "format":
		return p.one("must be %s, is %s", formatWords[lib.Format], shown(p.value))
	case "uniqueItems":
		return p.repeated()
	case "contains", "minContains", "maxContains":
		return p.contains()
	case "oneOf":
		return p.one("fits more than one of the forms of which it must be exactly one")
	case "not":
		return p.not()
	case "":
		return p.forbidden()
	}
	return p.bounds()
}

func (p *place) bounds() []finding {
	limit := shown(p.node.at.Get(p.keyword).Data())
	is := shown(p.value)
	switch p.keyword {
	case "minimum":
		return p.one("must be at least %s, is %s", limit, is)
	case "maximum":
		return p.one("must be at most %s, is %s", limit, is)
	case "exclusiveMinimum":
		return p.one("must be more than %s, is %s", limit, is)
	case "exclusiveMaximum":
		return p.one("must be less than %s, is %s", limit, is)
	case "multipleOf":
		return p.one("must be a multiple of %s, is %s", limit, is)
	}
	return p.lengths()
}

func (p *place) lengths() []finding {
	lib := p.node.lib
	var least, most, has int
	var thing string
	switch v := p.value.(type) {
	case string:
		least, most, has, thing = lib.MinLength, lib.MaxLength, utf8.RuneCountInString(v), "character"
	case []any:
		least, most, has, thing = lib.MinItems, lib.MaxItems, len(v), "item"
	case map[string]any:
		least, most, has, thing = lib.MinProperties, lib.MaxProperties, len(v), "field"
	}
	switch {
	case has == 0 && least == 1:
		return p.one("must not be empty")
	case strings.HasPrefix(p.keyword, "min"):
		return p.one("must have at least %s, has %d", plural(least, thing), has)
	}
	return p.one("must have at most %s, has %d", plural(most, thing), has)
}

func (p *place) enum(allowed []any) []finding {
	words := make([]string, min(len(allowed), 12))
	for i := range words {
		words[i] = shown(allowed[i])
	}
	list := orList(words)
	if len(allowed) > len(words) {
		list = strings.Join(words, ", ") + ", ..."
	}
	return p.one("must be %s, is %s%s", list, shown(p.value), nearest(p.value, allowed))
}

// nearest suggests the text that was probably meant, among more than one.
func nearest(v any, allowed []any) string {
	text, ok := v.(string)
	if !ok || len(allowed) < 2 {
		return ""
	}
	var names []string
	for _, a := range allowed {
		name, ok := a.(string)
		if ok && strings.EqualFold(name, text) {
			return fmt.Sprintf(" (did you mean %q?)", name)
		}
		if ok {
			names = append(names, name)
		}
	}
	if near := diag.Nearest(text, names); near != "" {
		return fmt.Sprintf(" (did you mean %q?)", near)
	}
	return ""
}

func (p *place) missing(required []string) []finding {
	object, _ := p.value.(map[string]any)
	var found []finding
	for _, name := range required {
		if _, ok := object[name]; !ok {
			found = append(found, p.finding(value.JoinField(p.path, name), "is missing"))
		}
	}
	return found
}

func (p *place) dependent() []finding {
	given := pointerParts("/" + p.rest)[0]
	object, _ := p.value.(map[string]any)
	var found []finding
	for _, name := range p.node.lib.DependentRequired[given] {
		if _, ok := object[name]; !ok {
			found = append(found, p.finding(value.JoinField(p.path, name), "is missing: it is required together with %s", given))
		}
	}
	return found
}

// extra names the fields that additionalProperties: false excludes.
func (p *place) extra() []finding {
	object, _ := p.value.(map[string]any)
	known := p.node.propNames()
	var found []finding
	for name := range object {
		if slices.Contains(known, name) || slices.ContainsFunc(p.node.patterns, func(f pattern) bool { return f.matches(name) }) {
			continue
		}
		found = append(found, p.finding(value.JoinField(p.path, name), "is not a known field%s", nearestField(name, known, object)))
	}
	return found
}

// nearestField suggests a known field that is not given.
func nearestField(name string, known []string, given map[string]any) string {
	var free []string
	for _, k := range known {
		if _, ok := given[k]; !ok {
			free = append(free, k)
		}
	}
	if near := diag.Nearest(name, free); near != "" {
		return fmt.Sprintf(" (did you mean %s?)", near)
	}
	return ""
}

func (p *place) repeated() []finding {
	list, _ := p.value.([]any)
	for j := range list {
		for i := range j {
			if value.Equal(list[i], list[j]) {
				return []finding{p.finding(value.JoinIndex(p.path, j), "is the same as [%d]: no item may stand twice", i)}
			}
		}
	}
	return p.one("has an item twice")
}

func (p *place) contains() []finding {
	lib := p.node.lib
	list, _ := p.value.([]any)
	fit := 0
	for _, item := range list {
		if lib.Contains.Validate(item) == nil {
			fit++
		}
	}
	if p.keyword == "maxContains" {
		return p.one("must have at most %s %s, has %d", plural(lib.MaxContains, "item"), p.node.containsWords(), fit)
	}
	return p.one("must have at least %s %s, has %d", plural(lib.MinContains, "item"), p.node.containsWords(), fit)
}

// containsWords describes what contains asks for, where a word can.
func (n *node) containsWords() string {
	lib := n.lib.Contains
	switch {
	case len(lib.Constant) == 1:
		return "equal to " + shown(lib.Constant[0])
	case len(lib.Types) > 0:
		return "of type " + orList(lib.Types)
	}
	return "of the form given by contains"
}

func (p *place) not() []finding {
	lib := p.node.lib.Not
	switch {
	case len(lib.Constant) == 1:
		return p.one("must not be %s", shown(lib.Constant[0]))
	case p.node.excluded().enum != nil:
		return p.one("must not be %s", shown(p.value))
	case len(lib.Types) > 0 && len(p.node.at.Get("not").Entries) == 1:
		return p.one("must not be %s", typePhrase(lib.Types))
	case lib.Pattern != nil:
		return p.one("must not match the pattern %s, is %s", p.node.at.Get("not").Get("pattern").Value, shown(p.value))
	case len(lib.Required) == 1:
		return []finding{p.finding(value.JoinField(p.path, lib.Required[0]), "must not be given here")}
	}
	return p.one("has a form that is not allowed here")
}

// excluded is the schema of not.
func (n *node) excluded() *node {
	not := n.at.Get("not")
	return n.inPlace[slices.IndexFunc(n.inPlace, func(m *node) bool { return m.at == not })]
}

// forbidden is what the schema false says.
func (p *place) forbidden() []finding {
	parent := p.node.parent
	if parent != nil && parent.uneval == p.node {
		return p.one("is not a known field")
	}
	return p.one("is not allowed")
}
