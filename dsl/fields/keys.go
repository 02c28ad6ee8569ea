package fields

import (
	"slices"
	"strings"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/syntax"
)

// An Explainer is a Declarer that knows keys which do not belong to it.
type Explainer interface {
	Declarer
	// ExplainKey reports a key that is not one of the known, if it has more to
	// say than that, and returns the key that was meant, or "".
	ExplainKey(e syntax.Entry, known []string, diags *diag.List) (meant string, done bool)
}

// An unknown is a key that nobody has declared, and the one that was meant as
// far as that can be told.
type unknown struct{ meant string }

// rejectUnknown reports keys nobody has declared.
func (s *Set) rejectUnknown(d Declarer, others []string) (found []unknown) {
	known := append(make([]string, 0, len(others)+len(s.Specs)), others...)
	for _, spec := range s.Specs {
		known = append(known, spec.Name)
	}
	explainer, _ := d.(Explainer)
	for _, e := range s.node.Entries {
		if e.Key.Kind == syntax.Broken {
			found = append(found, unknown{})
			continue
		}
		if slices.Contains(known, e.Key.Value) {
			continue
		}
		if explainer != nil {
			if meant, done := explainer.ExplainKey(e, known, s.diags); done {
				found = append(found, unknown{meant})
				continue
			}
		}
		found = append(found, unknown{s.rejectKey(e, known)})
	}
	return found
}

func (s *Set) rejectKey(e syntax.Entry, known []string) (meant string) {
	free := slices.DeleteFunc(slices.Clone(known), s.Has)
	d := s.diags.Error("unknown-key", e.Key.Span, "%s has no key %q", s.what, e.Key.Value)
	near := diag.Nearest(e.Key.Value, free)
	if snake := SnakeCase(e.Key.Value); slices.Contains(known, snake) {
		near = snake
	}
	switch {
	case near != "" && s.Has(near):
		d.WithHint("keys are written in small letters with _: did you mean %s? That key is there already", near)
	case near != "":
		d.WithHint("did you mean %s?", near).WithFix(e.Key.Span, near)
	case diag.Nearest(e.Key.Value, known) != "":
		d.WithHint("did you mean %s? That key is there already", diag.Nearest(e.Key.Value, known))
	case len(free) == 0:
		d.Suggest(e.Key.Value, known)
	default:
		d.Suggest(e.Key.Value, free)
	}
	return near
}

// SnakeCase is a key such as maximumAttempts or Task-Queue as it would be
// written here.
func SnakeCase(key string) string {
	var b strings.Builder
	for i, r := range key {
		switch {
		case r == '-' || r == ' ':
			b.WriteByte('_')
		case r >= 'A' && r <= 'Z':
			if i > 0 && key[i-1] >= 'a' && key[i-1] <= 'z' {
				b.WriteByte('_')
			}
			b.WriteRune(r - 'A' + 'a')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// rejectMissing reports required keys that are not there, unless a mistake in
// another key hides them.
func (s *Set) rejectMissing(found []unknown) {
	for _, spec := range s.Specs {
		if !spec.Required || s.node.Get(spec.Name) != nil || s.lost() {
			continue
		}
		hidden := slices.ContainsFunc(found, func(u unknown) bool { return u.meant == "" || u.meant == spec.Name })
		if hidden {
			continue
		}
		s.diags.Error("missing-key", firstKey(s.node), "%s needs the key %q", s.what, spec.Name).
			WithHint("%s: %s", spec.Name, spec.Doc)
	}
}

// lost tells whether an entry of the mapping could not be kept, such as a merge
// key: its mistake stands in the mapping, but in none of its entries.
func (s *Set) lost() bool { return Lost(s.node, s.diags) }

// Lost tells whether an entry of a mapping could not be kept, such as a merge
// key: its mistake stands in the mapping, but in none of its entries. Keys that
// are indented too far stand in the entry above.
func Lost(n *syntax.Node, diags *diag.List) bool {
	for _, d := range *diags {
		if d.Severity != diag.Error || d.Span.File != n.Span.File || d.Span.Start < n.Span.Start || d.Span.Start >= n.Span.End {
			continue
		}
		if d.Code == "bad-indent" && slices.ContainsFunc(n.Entries, func(e syntax.Entry) bool {
			return e.Value.Kind == syntax.Broken && e.Value.Span.End > d.Span.Start && e.Value.Span.Start <= d.Span.Start
		}) {
			return true
		}
		inside := slices.ContainsFunc(n.Entries, func(e syntax.Entry) bool {
			at := e.Key.Span.To(e.Value.Span)
			return d.Span.Start >= at.Start && d.Span.Start <= at.End
		})
		if !inside {
			return true
		}
	}
	return false
}
