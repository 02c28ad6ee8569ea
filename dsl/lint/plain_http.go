package lint

import (
	"net/url"
	"strings"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/expr"
)

// plainHTTP finds secrets that are sent to another host without encryption.
func plainHTTP(p *pass) {
	p.WalkAll(func(s *dsl.Step) {
		a, ok := s.Body.(*dsl.Action)
		if !ok || len(a.Secrets) == 0 {
			return
		}
		v := a.Input.Get("url")
		if v == nil || !isPlain(beginning(v)) {
			return
		}
		p.diags.Warn(p.rule, v.Span, "the secret %q is sent without encryption", a.Secrets[0]).WithHint("write https://")
	})
}

// beginning is the text with which a value begins.
func beginning(v *expr.Value) string {
	if len(v.Parts) > 0 {
		return v.Parts[0].Text
	}
	text, _ := v.Const.(string)
	return text
}

// isPlain tells whether an address is of another host by plain HTTP. Names
// without a dot are those of a private network.
func isPlain(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" {
		return false
	}
	host := u.Hostname()
	switch {
	case !strings.Contains(host, "."), strings.HasSuffix(host, ".local"), strings.HasSuffix(host, ".internal"), strings.HasSuffix(host, ".svc"), strings.HasSuffix(host, ".localhost"):
		return false
	}
	return strings.Trim(host, "0123456789.") != ""
}
