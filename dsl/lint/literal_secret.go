package lint

import (
	"regexp"
	"strings"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/source"
)

// tokens are the forms of keys that well-known services issue.
var tokens = regexp.MustCompile(`\b(?:sk_live_|rk_live_|sk-proj-|sk-ant-|ghp_|gho_|ghs_|github_pat_|glpat-|xox[abpsr]-|AKIA|AIza|SG\.|npm_)[A-Za-z0-9_\-.]{12,}|\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.`)

// credentials are header fields that hold nothing but a credential.
var credentials = []string{"authorization", "proxy-authorization", "x-api-key", "api-key", "apikey", "x-auth-token", "private-token"}

// literalSecret finds passwords and tokens that are written out, and so end up
// in version control and in the history of every run.
func literalSecret(p *pass) {
	for _, v := range p.Env {
		p.token(v.Default, v.Span)
	}
	p.WalkAll(func(s *dsl.Step) {
		switch b := s.Body.(type) {
		case *dsl.Action:
			if !p.headers(b.Input.Get("headers")) {
				p.tokensIn(b.Input)
			}
		case *dsl.Activity:
			p.tokensIn(b.With)
			for _, v := range b.Args {
				p.tokensIn(v)
			}
		}
	})
}

// headers reports credentials among header fields.
func (p *pass) headers(v *expr.Value) (found bool) {
	if v == nil {
		return false
	}
	for _, e := range v.Entries {
		text, ok := e.Value.Const.(string)
		if !ok || len(text) < 8 || !isCredential(e.Key) {
			continue
		}
		p.secret(e.Value.Span)
		found = true
	}
	return found
}

func isCredential(header string) bool {
	for _, c := range credentials {
		if strings.EqualFold(header, c) {
			return true
		}
	}
	return false
}

func (p *pass) tokensIn(v *expr.Value) {
	if v == nil {
		return
	}
	for _, item := range v.List {
		p.tokensIn(item)
	}
	for _, e := range v.Entries {
		p.tokensIn(e.Value)
	}
	for _, part := range v.Parts {
		p.token(part.Text, part.Span)
	}
	if text, ok := v.Const.(string); ok {
		p.token(text, v.Span)
	}
}

func (p *pass) token(text string, at source.Span) {
	if tokens.MatchString(text) {
		p.secret(at)
	}
}

func (p *pass) secret(at source.Span) {
	p.diags.Warn(p.rule, at, "this looks like a secret, and whoever can read the file or the history can read it").
		WithHint("declare it, secrets: [NAME], and write ${ secrets.NAME } in the fields of a builtin action")
}
