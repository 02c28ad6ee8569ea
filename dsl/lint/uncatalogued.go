package lint

import (
	"strings"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/diag"
)

// uncatalogued finds names that differ from one of the catalogue by a slip of
// the keyboard: no worker answers to them, so the step would wait for ever.
func uncatalogued(p *pass) {
	declared := map[string]bool{}
	for _, c := range p.space.Catalogues {
		for _, t := range c.Types {
			declared[t.Name] = true
		}
	}
	p.WalkAll(func(s *dsl.Step) {
		a, ok := s.Body.(*dsl.Activity)
		if !ok {
			return
		}
		name, _ := a.Type.Const.(string)
		if name == "" || declared[name] {
			return
		}
		for _, c := range p.space.Catalogues {
			for _, t := range c.Types {
				if slip(name, t.Name) {
					p.diags.Warn(p.rule, a.Type.Span, "the catalogue has no activity %q", name).
						WithHint("did you mean %s?", t.Name).WithFix(a.Type.Span, t.Name).WithNote(t.Span, "it is declared here")
					return
				}
			}
		}
	})
}

// slip tells whether a name is the other with a slip of the keyboard: they
// differ only in capitals and separators, or in one of their words, and there
// by a letter or two. Words that begin differently are others, such as upload
// and unload, and so are those with another number.
func slip(a, b string) bool {
	if plain(a) == plain(b) {
		return true
	}
	if len(a) == len(b) && diag.Distance(a, b) == 1 && swapped(a, b) {
		return true
	}
	as, bs := strings.FieldsFunc(a, isSeparator), strings.FieldsFunc(b, isSeparator)
	if len(as) != len(bs) {
		return false
	}
	slips := 0
	for i := range as {
		if as[i] != bs[i] {
			slips++
			if !wordSlip(as[i], bs[i]) {
				return false
			}
		}
	}
	return slips == 1
}

// swapped tells whether two letters have changed places.
func swapped(a, b string) bool {
	for i := 0; i+1 < len(a); i++ {
		if a[i] != b[i] {
			return a[i] == b[i+1] && a[i+1] == b[i]
		}
	}
	return false
}

func wordSlip(a, b string) bool {
	const letters = 5 // shorter words are too close to each other
	short := min(len(a), len(b))
	if short < letters || a[:2] != b[:2] || strings.Trim(a, "0123456789") == strings.Trim(b, "0123456789") {
		return false
	}
	allowed := 1
	if short >= 8 {
		allowed = 2
	}
	return diag.Distance(a, b) <= allowed
}

func isSeparator(r rune) bool { return strings.ContainsRune("_-./: ", r) }

func plain(name string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "", ".", "", " ", "").Replace(name))
}
