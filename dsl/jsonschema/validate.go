package jsonschema

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	js "github.com/santhosh-tekuri/jsonschema/v5"

	"github.com/partitur/partitur/dsl/value"
)

// A Violation is one thing that is wrong with a value.
type Violation struct {
	Path    string // of the part that is wrong, such as items[3].sku; empty for the whole
	Message string // such as: is missing
}

func (v Violation) String() string {
	if v.Path == "" {
		return v.Message
	}
	return v.Path + ": " + v.Message
}

// Validate returns all that is wrong with a value, ordered by path and message;
// nothing if it obeys the schema. Integers are compared exactly, and 3.0 is an
// integer. Defaults are not applied: see Default.
func (s *Schema) Validate(v any) []Violation { return s.validate(s.root(), v) }

func (s *Schema) validate(n *node, v any) []Violation {
	clean, err := value.Normalize(v)
	if err != nil {
		return []Violation{notJSON(err)}
	}
	if s.once.Do(s.hasten); n.obeys(clean) {
		return nil
	}
	err = n.lib.Validate(clean)
	if err == nil {
		return nil
	}
	var bad *js.ValidationError
	if !errors.As(err, &bad) {
		return []Violation{{Message: "cannot be checked"}}
	}
	r := reader{nodes: s.nodes, value: clean}
	found := plain(r.read(bad, false))
	slices.SortFunc(found, func(a, b Violation) int {
		if c := strings.Compare(a.Path, b.Path); c != 0 {
			return c
		}
		return strings.Compare(a.Message, b.Message)
	})
	return slices.Compact(found)
}

func notJSON(err error) Violation {
	var p *value.PathError
	if errors.As(err, &p) {
		return Violation{p.Path, p.Err.Error()}
	}
	return Violation{"", err.Error()}
}

// A reader turns the library's tree of errors into violations.
type reader struct {
	nodes []*node
	value any
}

// A finding is a violation, with what tells the alternatives of anyOf and oneOf
// apart.
type finding struct {
	Violation
	keyword string
	at      string // the library's pointer to the part
	node    *node
	value   any
}

func plain(found []finding) []Violation {
	out := make([]Violation, len(found))
	for i, f := range found {
		out[i] = f.Violation
	}
	return out
}

// read collects what is wrong beneath an error. names tells whether it is about
// the name of a field, the last part of the pointer.
func (r *reader) read(e *js.ValidationError, names bool) []finding {
	index, keyword, _ := strings.Cut(e.AbsoluteKeywordLocation, "/")
	i, err := strconv.Atoi(index)
	if err != nil || i >= len(r.nodes) {
		return nil
	}
	keyword, rest, _ := strings.Cut(keyword, "/")
	p := &place{node: r.nodes[i], keyword: keyword, rest: rest, at: e.InstanceLocation, names: names || r.nodes[i].names, message: e.Message}
	p.path, p.value = r.locate(p.at)
	if p.names {
		p.value = lastName(p.at)
	}
	switch {
	case keyword == "anyOf" || keyword == "oneOf" && len(e.Causes) > 0:
		return r.alternatives(p, e.Causes)
	case keyword == "contains" || keyword == "minContains" || len(e.Causes) == 0:
		return p.findings()
	}
	var found []finding
	for _, cause := range e.Causes {
		found = append(found, r.read(cause, p.names)...)
	}
	return found
}

// locate follows a pointer of the library into the value.
func (r *reader) locate(pointer string) (path string, v any) {
	v = r.value
	for _, part := range pointerParts(pointer) {
		switch in := v.(type) {
		case map[string]any:
			path, v = value.JoinField(path, part), in[part]
		case []any:
			i, err := strconv.Atoi(part)
			if err != nil || i >= len(in) {
				return path, nil
			}
			path, v = value.JoinIndex(path, i), in[i]
		}
	}
	return path, v
}

func pointerParts(pointer string) []string {
	if pointer == "" {
		return nil
	}
	parts := strings.Split(pointer[1:], "/")
	for i, p := range parts {
		if plain, err := url.PathUnescape(p); err == nil {
			p = plain
		}
		parts[i] = strings.ReplaceAll(strings.ReplaceAll(p, "~1", "/"), "~0", "~")
	}
	return parts
}

func lastName(pointer string) any {
	parts := pointerParts(pointer)
	if len(parts) == 0 {
		return ""
	}
	return parts[len(parts)-1]
}
