package lint

import (
	"strings"

	"github.com/partitur/partitur/dsl"
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

// slip tells whether two names differ only in capitals and separators, or by
// two letters that have changed places.
func slip(a, b string) bool {
	if plain(a) == plain(b) {
		return true
	}
	if len(a) != len(b) {
		return false
	}
	for i := 0; i+1 < len(a); i++ {
		if a[i] != b[i] {
			return a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
		}
	}
	return false
}

func plain(name string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "", ".", "", " ", "").Replace(name))
}
