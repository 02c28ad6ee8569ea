package jsonschema

import (
	"slices"
	"strings"

	js "github.com/santhosh-tekuri/jsonschema/v5"
)

// alternatives says why none of the forms of anyOf or oneOf fits. Where it is
// plain which of them was meant, only that one's objections count.
func (r *reader) alternatives(p *place, causes []*js.ValidationError) []finding {
	forms := make([][]finding, 0, len(causes))
	for _, cause := range causes {
		if found := r.read(cause, p.names); len(found) > 0 {
			forms = append(forms, found)
		}
	}
	if f, ok := p.sameKeyword(forms); ok {
		return f
	}
	meant := slices.DeleteFunc(slices.Clone(forms), func(form []finding) bool { return otherForm(form, p.at) })
	switch len(meant) {
	case 1:
		return meant[0]
	case 0:
		meant = forms
	}
	words := make([]string, 0, 3)
	for _, form := range meant[:min(len(meant), 3)] {
		words = append(words, formWords(form))
	}
	if len(meant) > 3 {
		words = append(words, "...")
	}
	return p.one("fits none of the %d forms it may have: %s", len(causes), strings.Join(words, "; or "))
}

// otherForm tells whether a form is plainly not the one that was meant: the
// value is of another type, or another constant tells it apart.
func otherForm(form []finding, at string) bool {
	return slices.ContainsFunc(form, func(f finding) bool {
		switch f.keyword {
		case "type":
			return f.at == at
		case "const", "enum":
			return strings.Count(f.at, "/") <= strings.Count(at, "/")+1
		}
		return false
	})
}

// sameKeyword merges forms that object to the value itself, all for its type or
// all for its not being one of certain values.
func (p *place) sameKeyword(forms [][]finding) ([]finding, bool) {
	var types []string
	var allowed []any
	for _, form := range forms {
		f := form[0]
		switch {
		case len(form) > 1 || f.at != p.at:
			return nil, false
		case f.keyword == "type":
			types = append(types, f.node.lib.Types...)
		case f.keyword == "const":
			allowed = append(allowed, f.node.lib.Constant[0])
		case f.keyword == "enum":
			allowed = append(allowed, f.node.enum...)
		default:
			return nil, false
		}
	}
	switch {
	case len(allowed) == 0 && len(types) > 0:
		slices.Sort(types)
		merged := *p
		merged.keyword = "type"
		return merged.one("must be %s, not %s", typePhrase(slices.Compact(types)), withKind(p.value)), true
	case len(types) == 0 && len(allowed) > 0:
		merged := *p
		merged.keyword = "enum"
		return merged.enum(allowed), true
	}
	return nil, false
}

// formWords says in a few words why a form does not fit.
func formWords(form []finding) string {
	found := plain(form)
	slices.SortFunc(found, func(a, b Violation) int { return strings.Compare(a.String(), b.String()) })
	words := found[0].String()
	if len(found) > 1 {
		words += " and " + plural(len(found)-1, "other problem")
	}
	return words
}
