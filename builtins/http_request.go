package builtins

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"

	"github.com/partitur/partitur/dsl/value"
)

// idempotencyHeader carries the key that makes a repeated request harmless.
const idempotencyHeader = "Idempotency-Key"

// request makes the request.
func (h *HTTP) request(ctx context.Context, j *job) (*http.Request, error) {
	target, err := h.target(j)
	if err != nil {
		return nil, err
	}
	if err := j.Policy.checkURL(target); err != nil {
		return nil, err
	}
	payload, contentType, err := h.payload()
	if err != nil {
		return nil, err
	}
	var body io.Reader // stays nil without a payload, so that none is announced
	if contentType != "" {
		body = bytes.NewReader(payload)
	}
	req, err := http.NewRequestWithContext(ctx, h.Method, target.String(), body)
	if err != nil {
		return nil, invalidInput("http: %v", err)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	req.Header.Set("Accept", "application/json, */*")
	req.Header.Set("User-Agent", j.UserAgent)
	if j.key != "" && h.mutates() {
		req.Header.Set(idempotencyHeader, j.key)
	}
	if h.BasicAuth != nil {
		req.SetBasicAuth(h.BasicAuth.User, h.BasicAuth.Password)
	}
	return req, h.setHeaders(req)
}

// mutates tells whether the request may have an effect.
func (h *HTTP) mutates() bool {
	return slices.Contains([]string{"POST", "PUT", "PATCH", "DELETE"}, h.Method)
}

// target is the url with the query.
func (h *HTTP) target(j *job) (*url.URL, error) {
	if j.secrets.in("url") && h.secretInHost(j.secrets.hide.secrets) {
		return nil, invalidInput("http: a secret cannot stand before the path of the url: write basic_auth for a password")
	}
	u, err := url.Parse(h.URL)
	if err != nil {
		return nil, invalidInput("http: %v", err)
	}
	if len(h.Query) == 0 {
		return u, nil
	}
	query := u.Query()
	for name, v := range h.Query {
		if query[name], err = textsOf("query", name, v); err != nil {
			return nil, err
		}
	}
	u.RawQuery = query.Encode()
	return u, nil
}

// secretInHost tells whether a secret begins within the name of the host, where
// it would be sent to name servers and shown piece by piece. It may be the whole
// url, or all of it up to the path.
func (h *HTTP) secretInHost(secrets []string) bool {
	scheme, rest, _ := strings.Cut(h.URL, "://")
	host, _, _ := strings.Cut(rest, "/")
	end := len(scheme) + len("://") + len(host)
	return slices.ContainsFunc(secrets, func(s string) bool {
		i := strings.Index(h.URL, s)
		return i > 0 && i < end
	})
}

// payload encodes the body. Without one the content type is empty.
func (h *HTTP) payload() (data []byte, contentType string, err error) {
	given := 0
	if h.Body != nil {
		given, contentType = given+1, "application/json"
		data, err = value.Encode(h.Body)
	}
	if h.Form != nil {
		given, contentType = given+1, "application/x-www-form-urlencoded"
		data, err = h.form()
	}
	if h.Text != "" {
		given, contentType = given+1, "text/plain; charset=utf-8"
		data = []byte(h.Text)
	}
	if h.Raw != "" {
		given, contentType = given+1, "application/octet-stream"
		if data, err = base64.StdEncoding.DecodeString(h.Raw); err != nil {
			err = invalidInput("http: raw is not base64")
		}
	}
	if given > 1 {
		return nil, "", invalidInput("http: a request has one of body, form, text and raw")
	}
	return data, contentType, err
}

func (h *HTTP) form() ([]byte, error) {
	form := url.Values{}
	for name, v := range h.Form {
		list, err := textsOf("form", name, v)
		if err != nil {
			return nil, err
		}
		form[name] = list
	}
	return []byte(form.Encode()), nil
}

// setHeaders sets what the author wrote over what is sent by default.
func (h *HTTP) setHeaders(req *http.Request) error {
	for name, v := range h.Headers {
		list, err := textsOf("headers", name, v)
		if err != nil {
			return err
		}
		if !httpguts.ValidHeaderFieldName(name) {
			return invalidInput("http: %q cannot be the name of a header", name)
		}
		if i := slices.IndexFunc(list, func(t string) bool { return !httpguts.ValidHeaderFieldValue(t) }); i >= 0 {
			return invalidInput("http: the header %s has a value with a line break or another control character", name)
		}
		name = http.CanonicalHeaderKey(name)
		if name == "Host" && len(list) > 0 {
			req.Host = list[0]
		}
		req.Header[name] = list // an empty list keeps net/http from setting its own
	}
	return nil
}

// textsOf is the values of a header or parameter: none for nil, several for a
// list, else one.
func textsOf(field, name string, v any) ([]string, error) {
	items, isList := v.([]any)
	if !isList && v != nil {
		items = []any{v}
	}
	list := make([]string, 0, len(items))
	for _, item := range items {
		text, err := value.Text(item)
		if err != nil {
			return nil, invalidInput("http: %s.%s: %v", field, name, err)
		}
		list = append(list, text)
	}
	return list, nil
}
