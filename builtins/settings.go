package builtins

import (
	"context"
	"net/http"
	"slices"
	"strings"
)

// A Setting is a text in the settings of a worker, in which secrets may be
// named: what it becomes is known to nobody but the actions.
type Setting []Piece

// A Piece of a setting is a text, or the name of a secret.
type Piece struct{ Text, Secret string }

// Plain is a setting without secrets.
func Plain(text string) Setting { return Setting{{Text: text}} }

// reveal is the text of a setting. From here on the job hides the secrets in it.
func (j *job) reveal(ctx context.Context, s Setting) (string, error) {
	var b strings.Builder
	for _, p := range s {
		text := p.Text
		if p.Secret != "" {
			secret, err := secretText(ctx, j.Secrets, p.Secret)
			if err != nil {
				return "", err
			}
			j.hide(secret)
			text = secret
		}
		b.WriteString(text)
	}
	return b.String(), nil
}

// revealAll is the texts of named settings.
func (j *job) revealAll(ctx context.Context, settings map[string]Setting) (map[string]string, error) {
	texts := make(map[string]string, len(settings))
	for name, s := range settings {
		text, err := j.reveal(ctx, s)
		if err != nil {
			return nil, err
		}
		texts[name] = text
	}
	return texts, nil
}

// hide adds to the secrets that leave the job under no circumstances.
func (j *job) hide(secret string) {
	var known []string
	if j.secrets.hide != nil {
		known = j.secrets.hide.secrets
	}
	if !slices.Contains(known, secret) {
		j.secrets.hide = NewRedactor(append(slices.Clone(known), secret)...)
	}
}

// client is an HTTP client for the SDKs of others, held to the policy. It
// follows no redirects: they would carry keys to other places.
func (h *host) client() (*http.Client, error) {
	transport, err := h.transport(nil)
	if err != nil {
		return nil, err
	}
	return &http.Client{
		Transport: guarded{h.Policy, transport},
		CheckRedirect: func(req *http.Request, via []*http.Request) error {
			return redirectRefused(via[len(via)-1], req, "which must not get the key")
		},
	}, nil
}

// guarded asks the policy about each url.
type guarded struct {
	policy Policy
	next   http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (g guarded) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := g.policy.checkURL(r.URL); err != nil {
		if r.Body != nil {
			_ = r.Body.Close()
		}
		return nil, err
	}
	return g.next.RoundTrip(r)
}
