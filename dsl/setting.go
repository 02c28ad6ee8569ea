package dsl

import (
	"strings"

	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
)

// A Setting is a text of the project document in which secrets may be named.
// The worker that needs it puts them in.
type Setting struct {
	Span  source.Span
	Parts []SettingPart
}

// A SettingPart is a text, or the name of a secret.
type SettingPart struct{ Text, Secret string }

// Secrets are the names of the secrets in the setting.
func (s Setting) Secrets() (names []string) {
	for _, p := range s.Parts {
		if p.Secret != "" {
			names = append(names, p.Secret)
		}
	}
	return names
}

var settingSchema = map[string]any{"type": "string"}

// bindSetting binds a text in which secrets may be named, and nothing else.
func bindSetting(f *fields.Set, s *Setting, name, doc string, opts ...fields.Option) {
	f.Node(name, doc, settingSchema, func(n *syntax.Node) { s.read(f, name, n) }, opts...)
}

// bindSettings binds such texts by name.
func bindSettings(f *fields.Set, m *map[string]Setting, name, doc string) {
	schema := map[string]any{"type": "object", "additionalProperties": settingSchema}
	f.Node(name, doc, schema, func(n *syntax.Node) {
		if n.Kind != syntax.Map {
			f.Diags().Error("wrong-type", n.Span, "%q must be a mapping, not %s", name, shown(n)).WithHint("write {NAME: text}")
			return
		}
		*m = make(map[string]Setting, len(n.Entries))
		for _, e := range n.Entries {
			var s Setting
			if s.read(f, e.Key.Value, e.Value) {
				(*m)[e.Key.Value] = s
			}
		}
	})
}

func (s *Setting) read(f *fields.Set, name string, n *syntax.Node) bool {
	s.Span = n.Span
	if n.Kind == syntax.Broken {
		return false
	}
	if n.Kind != syntax.Scalar || n.Type != syntax.String {
		f.Diags().Error("wrong-type", n.Span, "%q must be text, not %s", name, shown(n)).WithHint("quote it: '%s'", n.Span.Text())
		return false
	}
	v := expr.ParseValue(n, f.Diags())
	if v == nil {
		return false
	}
	if text, ok := v.Const.(string); ok {
		s.Parts = []SettingPart{{Text: text}}
		return true
	}
	parts := v.Parts
	if v.Expr != nil {
		parts = []expr.Part{{Expr: v.Expr}}
	}
	for _, p := range parts {
		if p.Expr == nil {
			s.Parts = append(s.Parts, SettingPart{Text: p.Text})
			continue
		}
		secret := secretIn(p.Expr)
		if secret == "" {
			f.Diags().Error("literal-only", p.Expr.Span, "%q can name secrets here, and nothing else", name).
				WithHint("write ${ secrets.NAME }, or the value itself")
			return false
		}
		s.Parts = append(s.Parts, SettingPart{Secret: secret})
	}
	return true
}

// secretIn is the name of the secret that an expression consists of, or "".
func secretIn(e *expr.Expr) string {
	refs := e.Refs()
	if len(refs) != 1 || len(refs[0].Path) != 2 || refs[0].Path[0] != "secrets" || strings.TrimSpace(e.Text) != "secrets."+refs[0].Path[1] {
		return ""
	}
	return refs[0].Path[1]
}
