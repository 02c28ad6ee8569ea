package builtins

import (
	"strings"
	"testing"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/expr"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/source"
	"github.com/partitur/partitur/dsl/syntax"
)

// TestFieldsInSource checks what the author is told before anything runs. Each
// text has one mistake, or none.
func TestFieldsInSource(t *testing.T) {
	for text, want := range map[string]string{
		"url: http://x\nheaders: {A: '${ secrets.T }'}\nbody: [1]\nok: [404]":          "",
		"url: ${ env.X }/y\nerrors: [{status: [402, 403], type: T, retryable: false}]": "",
		"method: GET":                            `http needs the key "url"`,
		"url: x\nmethod: FETCH":                  `"method" cannot be "FETCH"`,
		"url: x\nheader: {}":                     `http has no key "header"`,
		"url: x\nbody: 1\nform: {}":              `either "body" or "form"`,
		"url: x\nok: ['404']":                    `"ok" must be a status`,
		"url: x\nok: ${ input.s }":               `"ok" must be a status`,
		"url: x\nerrors: [{status: 4, type: T}]": `"status" must be a status`,
		"url: x\nerrors: [{type: T}]":            `needs the key "status"`,
		"url: x\ntls: {insecure: 'yes'}":         `"insecure" must be true or false`,
		"url: x\nmax_response: much":             `"max_response" must be a size`,
		"url: x\nredirects: -1":                  `"redirects" must be at least 0`,
	} {
		var diags diag.List
		n := syntax.Parse(source.NewFile("http.yaml", []byte(text)), &diags)[0]
		v := expr.ParseValue(n, &diags)
		fields.BindValues(httpAction.Input(), "http", n, v, fields.Env{Diags: &diags})
		switch {
		case want == "" && len(diags) > 0, want != "" && len(diags) != 1:
			t.Errorf("%s\ngives %v, want %q", text, diags, want)
		case want != "" && !strings.Contains(diags[0].Message, want):
			t.Errorf("%s\ngives %s, want %q", text, diags[0].Message, want)
		}
	}
}
