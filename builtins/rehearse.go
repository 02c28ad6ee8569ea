package builtins

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"

	"github.com/partitur/partitur/builtins/call"
	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/value"
)

// Rehearse is what an action makes of a result that a test gives it: its rules
// for errors, `expect` and `output` apply as if the world had answered so, and
// nothing is called. The error is one that an activity would return.
func Rehearse(action string, arg []byte, result any) (any, error) {
	ctx := context.Background()
	c, err := call.Decode(arg)
	if err != nil {
		return nil, report(ctx, invalidInput("%s: %v", action, err), nil)
	}
	input, _, err := resolve(ctx, noSecrets{}, c)
	if err != nil {
		return nil, report(ctx, err, nil)
	}
	if i := slices.IndexFunc(actions, func(a Action) bool { return a.Name == action }); i >= 0 && actions[i].rehearse != nil {
		result, err = actions[i].rehearse(input, result)
	}
	if err == nil {
		result, err = newHost(Options{}).project(c, result)
	}
	if err != nil {
		return nil, report(ctx, err, nil)
	}
	return result, nil
}

// noSecrets stand for the secrets that a rehearsal has no need of.
type noSecrets struct{}

// Secret implements Secrets.
func (noSecrets) Secret(_ context.Context, name string) (string, error) { return "secret-" + name, nil }

// rehearseHTTP treats {status, headers, body} as the response to a request.
// Status is 200 if not set.
func rehearseHTTP(input map[string]any, result any) (any, error) {
	h := newHTTP()
	if err := fields.Decode(h, input); err != nil {
		return nil, invalidInput("http: %v", err)
	}
	u, err := url.Parse(h.URL)
	if err != nil {
		return nil, invalidInput("http: %v", err)
	}
	resp, err := responseOf(result)
	if err != nil {
		return nil, err
	}
	resp.Request = &http.Request{Method: h.Method, URL: u}
	return h.answered(resp, nil)
}

func responseOf(result any) (*http.Response, error) {
	m, ok := result.(map[string]any)
	if !ok {
		return nil, invalidInput("the result of http is {status, headers, body}")
	}
	resp := &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, ContentLength: -1}
	if status, ok := m["status"].(int); ok {
		resp.StatusCode = status
	}
	headers, _ := m["headers"].(map[string]any)
	for name, v := range headers {
		resp.Header.Set(name, fmt.Sprint(v))
	}
	data, media, err := bodyOf(m["body"])
	if err != nil {
		return nil, err
	}
	if resp.Header.Get("Content-Type") == "" {
		resp.Header.Set("Content-Type", media)
	}
	resp.Body = io.NopCloser(bytes.NewReader(data))
	return resp, nil
}

// bodyOf is a body as bytes, and its type: text stays text, the rest is JSON.
func bodyOf(body any) (data []byte, media string, err error) {
	switch body := body.(type) {
	case nil:
		return nil, "text/plain", nil
	case string:
		return []byte(body), "text/plain", nil
	}
	data, err = value.Encode(body)
	return data, "application/json", err
}
