package builtins

import (
	"context"
	_ "embed"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/partitur/partitur/dsl/fields"
	"github.com/partitur/partitur/dsl/types"
)

//go:embed http.md
var httpPage string

var httpAction = declare(Action{
	Name:      "http",
	Doc:       "sends an HTTP request",
	Page:      httpPage,
	Timeout:   30 * time.Second,
	Heartbeat: 10 * time.Second,
	rehearse:  rehearseHTTP,
	Result: types.ObjectOf(
		types.Field{Name: "status", Type: types.IntType},
		types.Field{Name: "headers", Type: types.OpenObject},
		types.Field{Name: "body", Type: types.AnyType},
		types.Field{Name: "encoding", Type: &types.Type{Kind: types.String, Maybe: "only a binary body has an encoding"}},
	),
}, newHTTP, runHTTP)

// HTTP is the request of an http step, and what to make of the response.
type HTTP struct {
	Method, URL    string
	Query, Headers map[string]any
	Body           any
	Form           map[string]any
	Text, Raw      string
	BasicAuth      *BasicAuth
	TLS            *TLS
	Redirects      int
	MaxResponse    int64
	OK             any
	Errors         []*StatusError

	payloads []string // the keys of Body, Form, Text and Raw that are there
}

const maxRedirects = 20

func newHTTP() *HTTP {
	return &HTTP{Method: http.MethodGet, Redirects: 10, MaxResponse: 10_000_000}
}

var methods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

// Fields declares the keys of an http step.
func (h *HTTP) Fields(f *fields.Set) {
	f.Enum(&h.Method, "method", "the method, GET if not set", methods, fields.Example("POST"))
	f.String(&h.URL, "url", "where to send the request", fields.Required, fields.Example("https://api.example.com/orders"))
	f.Map(&h.Query, "query", "parameters to add to the url; a list gives several values, nil leaves one out", nil)
	f.Map(&h.Headers, "headers", "headers to send; nil leaves one out, the idempotency key included", nil)
	f.Any(&h.Body, "body", "the body, sent as JSON")
	f.Map(&h.Form, "form", "the body, sent as a form", nil)
	f.String(&h.Text, "text", "the body, sent as it is")
	f.String(&h.Raw, "raw", "the body, in base64, sent as bytes")
	if auth := new(BasicAuth); f.Object(auth, "basic_auth", "the user and password to log in with") {
		h.BasicAuth = auth
	}
	if tls := new(TLS); f.Object(tls, "tls", "certificates to use and to trust") {
		h.TLS = tls
	}
	f.Int(&h.Redirects, "redirects", "how many redirects to follow, 10 if not set", fields.AtLeast(0))
	f.Size(&h.MaxResponse, "max_response", "the largest body to read, 10MB if not set", fields.Example("50MB"))
	f.Any(&h.OK, "ok", "statuses that are results besides 200 to 299", fields.Literal, shape(statusList), fields.Example("[404]"))
	f.Objects(func() fields.Declarer {
		e := new(StatusError)
		h.Errors = append(h.Errors, e)
		return e
	}, "errors", "what statuses mean as errors; the first that fits counts")
	h.checkPayloads(f)
	checkStatuses(f, "ok", h.OK)
}

// checkPayloads sees to it that there is one body at most.
func (h *HTTP) checkPayloads(f *fields.Set) {
	h.payloads = nil
	for _, key := range []string{"body", "form", "text", "raw"} {
		if f.Has(key) {
			h.payloads = append(h.payloads, key)
		}
	}
	if len(h.payloads) > 1 && f.Diags() != nil {
		f.Diags().Error("two-keys", f.KeySpan(h.payloads[1]), "a request has either %q or %q", h.payloads[0], h.payloads[1]).
			WithHint("body: is JSON, form: a form, text: plain text, raw: bytes in base64")
	}
}

// BasicAuth is a user with a password.
type BasicAuth struct{ User, Password string }

// Fields declares the keys of basic_auth.
func (b *BasicAuth) Fields(f *fields.Set) {
	f.String(&b.User, "user", "the name of the user", fields.Required)
	f.String(&b.Password, "password", "the password", fields.Example("${ secrets.PASSWORD }"))
}

// A StatusError says what some statuses mean as an error.
type StatusError struct {
	Status        any
	Type, Message string
	Retryable     any
}

// Fields declares the keys of an element of errors.
func (e *StatusError) Fields(f *fields.Set) {
	f.Any(&e.Status, "status", "the status, or a list of statuses", fields.Required, fields.Literal,
		shape(map[string]any{"anyOf": []any{statusSchema, statusList}}), fields.Example("402"))
	f.String(&e.Type, "type", "the type of the error, http_ and the status if not set", fields.Example("CardDeclined"))
	f.Any(&e.Retryable, "retryable", "whether to try again; if not set, 408, 425, 429 and 5xx are", shape(map[string]any{"type": "boolean"}))
	f.String(&e.Message, "message", "the message of the error")
	checkStatuses(f, "status", e.Status)
}

// checkStatuses reports statuses in the source that are none.
func checkStatuses(f *fields.Set, key string, v any) {
	if _, ok := statuses(v); !ok && f.Diags() != nil {
		f.Diags().Error("bad-value", f.KeySpan(key), "%q must be a status from 100 to 599, or a list of them", key).
			WithHint("write %s: [404, 410]", key)
	}
}

var (
	statusSchema = map[string]any{"type": "integer", "minimum": 100, "maximum": 599}
	statusList   = map[string]any{"type": "array", "items": statusSchema}
)

func shape(schema map[string]any) fields.Option {
	return func(s *fields.Spec) { s.Schema = schema }
}

func runHTTP(ctx context.Context, j *job, h *HTTP) (any, error) {
	if err := h.check(); err != nil {
		return nil, err
	}
	req, err := h.request(ctx, j)
	if err != nil {
		return nil, err
	}
	transport, err := j.transport(h.TLS)
	if err != nil {
		return nil, err
	}
	client := http.Client{Transport: transport, CheckRedirect: h.follow(j)}
	start := time.Now()
	resp, err := client.Do(req)
	if err != nil {
		return nil, h.unanswered(err)
	}
	defer resp.Body.Close()
	j.log.Debug("http request", "method", h.Method, "url", j.secrets.hide.Text(place(req.URL)),
		"status", resp.StatusCode, "duration", time.Since(start))
	return h.answered(resp, j.secrets.hide)
}

// check finds what the checker could not see before the fields had values.
func (h *HTTP) check() error {
	if !slices.Contains(methods, h.Method) {
		return invalidInput("http: the method cannot be %q", h.Method)
	}
	if h.Redirects < 0 || h.Redirects > maxRedirects {
		return invalidInput("http: redirects must be 0 to %d, not %d", maxRedirects, h.Redirects)
	}
	for _, e := range append([]*StatusError{{Status: h.OK}}, h.Errors...) {
		if _, ok := statuses(e.Status); !ok {
			return invalidInput("http: a status must be a number from 100 to 599 or a list of them")
		}
		if _, ok := e.Retryable.(bool); !ok && e.Retryable != nil {
			return invalidInput("http: retryable must be true or false")
		}
	}
	return nil
}

func statuses(v any) (list []int, ok bool) {
	items, isList := v.([]any)
	if !isList && v != nil {
		items = []any{v}
	}
	for _, item := range items {
		n, isInt := item.(int)
		if !isInt || n < 100 || n > 599 {
			return nil, false
		}
		list = append(list, n)
	}
	return list, true
}

// ConnectionFailed is the type of the error for a request that got no whole
// answer; retryable.
const ConnectionFailed = "ConnectionFailed"

// unanswered is the failure for an error of the client. Errors of net/http
// begin with the method and the whole url, of which the query stays unsaid.
func (h *HTTP) unanswered(err error) *Failure {
	where := h.URL
	var ue *url.Error
	if errors.As(err, &ue) {
		err, where = ue.Err, ue.URL
	}
	if u, err := url.Parse(where); err == nil {
		where = place(u)
	}
	details := map[string]any{"method": h.Method, "url": where}
	var f *Failure
	if errors.As(err, &f) {
		return &Failure{Type: f.Type, Message: f.Message, Details: details}
	}
	return &Failure{Type: ConnectionFailed, Message: h.Method + " " + where + ": " + err.Error(), Retryable: true, Details: details}
}

// place is a url without the parts that may be private.
func place(u *url.URL) string {
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path, RawPath: u.RawPath}).String()
}
