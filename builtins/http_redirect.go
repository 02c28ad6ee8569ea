package builtins

import (
	"fmt"
	"net/http"
	"net/url"
)

// The types of errors about redirects; not retryable.
const (
	TooManyRedirects = "TooManyRedirects"
	RedirectRefused  = "RedirectRefused"
)

// follow decides about each redirect. What was meant for one place is not
// handed to another: headers with secrets are dropped, a body with secrets is
// not sent. A request with an effect is not turned into a GET without one,
// unless the server has had the effect and shows where the answer is, with 303.
func (h *HTTP) follow(j *job) func(*http.Request, []*http.Request) error {
	return func(req *http.Request, via []*http.Request) error {
		from, status := via[len(via)-1], req.Response.StatusCode
		switch {
		case h.Redirects == 0:
			return http.ErrUseLastResponse
		case len(via) > h.Redirects:
			return &Failure{Type: TooManyRedirects, Message: fmt.Sprintf("%s %s was redirected more often than redirects allows, %d",
				h.Method, place(via[0].URL), h.Redirects)}
		case req.URL.Scheme != "http" && req.URL.Scheme != "https":
			return redirectRefused(from, req, "which is not HTTP")
		case req.Method != from.Method && status != http.StatusSeeOther:
			return redirectRefused(from, req, fmt.Sprintf("with status %d, which would make it a GET: use that url", status))
		}
		if err := j.Policy.checkURL(req.URL); err != nil {
			return err
		}
		if sameOrigin(req.URL, via[0].URL) {
			return nil
		}
		if req.Body != nil && j.secrets.inAny("body", "form", "text", "raw") {
			return redirectRefused(from, req, "which must not get the secret in the body")
		}
		h.strip(req, j)
		return nil
	}
}

func redirectRefused(from, to *http.Request, why string) *Failure {
	return &Failure{Type: RedirectRefused, Message: fmt.Sprintf("%s %s redirects to %s, %s", from.Method, place(from.URL), place(to.URL), why)}
}

// strip takes from a request what only the first place may see.
func (h *HTTP) strip(req *http.Request, j *job) {
	for name := range h.Headers {
		if j.secrets.in("headers", name) {
			req.Header.Del(name)
		}
	}
	for _, name := range []string{"Authorization", "Cookie", "Proxy-Authorization", "Referer"} {
		req.Header.Del(name)
	}
}

func (r resolved) inAny(fields ...string) bool {
	for _, f := range fields {
		if r.in(f) {
			return true
		}
	}
	return false
}

func sameOrigin(a, b *url.URL) bool {
	return a.Scheme == b.Scheme && hostName(a.Hostname()) == hostName(b.Hostname()) && port(a) == port(b)
}
