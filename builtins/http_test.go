package builtins

import (
	"github.com/partitur/partitur/builtins/call"

	"errors"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"github.com/partitur/partitur/dsl/value"
	"github.com/partitur/partitur/examples/shop"
)

// testSecrets are those of the worker in tests.
var testSecrets = map[string]string{"TOKEN": `s3cr3t/to"k+n`, "OTHER": "other-secret", "HOOK": "http://127.0.0.1:1/hooked?x=hooked#hooked"}

func secretsOf(m map[string]string) Secrets {
	return EnvSecrets(func(v string) (string, bool) {
		text, ok := m[strings.TrimPrefix(v, "PARTITUR_SECRET_")]
		return text, ok
	})
}

// environment runs activities of a host. What they log goes to w.
func environment(h *host, w io.Writer) *testsuite.TestActivityEnvironment {
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug}))))
	env := suite.NewTestActivityEnvironment()
	env.RegisterActivityWithOptions(h.activity(httpAction), activity.RegisterOptions{Name: "http"})
	return env
}

// run runs the http action as an activity.
func run(t *testing.T, h *host, c call.Call) (any, error) {
	t.Helper()
	return runIn(t, environment(h, t.Output()), c)
}

func runIn(t *testing.T, env *testsuite.TestActivityEnvironment, c call.Call) (any, error) {
	t.Helper()
	encoded, err := env.ExecuteActivity("http", c)
	if err != nil {
		return nil, err
	}
	var raw converter.RawValue
	if err := encoded.Get(&raw); err != nil {
		t.Fatal(err)
	}
	v, err := value.Decode(raw.Payload().GetData())
	if err != nil {
		t.Fatalf("%v: %s", err, raw.Payload().GetData())
	}
	return v, nil
}

// A failed is what a workflow sees of a failure.
type failed struct {
	*temporal.ApplicationError
	details map[string]any
}

// fails runs the action and insists on an error of the type.
func fails(t *testing.T, h *host, c call.Call, errType string) failed {
	t.Helper()
	v, err := run(t, h, c)
	var app *temporal.ApplicationError
	if !errors.As(err, &app) {
		t.Fatalf("result %v, error %v, want an error of type %s", v, err, errType)
	}
	if app.Type() != errType {
		t.Errorf("error %s of type %s, want type %s", app, app.Type(), errType)
	}
	f := failed{app, nil}
	if app.HasDetails() {
		var raw converter.RawValue
		if err := app.Details(&raw); err != nil {
			t.Fatal(err)
		}
		v, err := value.Decode(raw.Payload().GetData())
		if err != nil {
			t.Fatal(err)
		}
		f.details, _ = v.(map[string]any)
	}
	return f
}

func testHost() *host { return newHost(Options{Secrets: secretsOf(testSecrets)}) }

func with(url string, more map[string]any) map[string]any {
	in := map[string]any{"url": url}
	maps.Copy(in, more)
	return in
}

// A seen is a request as a server saw it.
type seen struct {
	*http.Request
	body string
}

// record serves requests and keeps the last one. Its answer is empty.
func record(t *testing.T) (url string, last func() seen) {
	ch := make(chan seen, 100)
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		ch <- seen{r, string(body)}
	}))
	t.Cleanup(s.Close)
	return s.URL, func() seen { return <-ch }
}

// answer serves one answer, the header of which is pairs of name and value.
func answer(t *testing.T, status int, body string, header ...string) string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Add(header[i], header[i+1])
		}
		w.WriteHeader(status)
		io.WriteString(w, body)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func TestRequest(t *testing.T) {
	url, last := record(t)
	for name, test := range map[string]struct {
		in                      map[string]any
		key                     string
		line, body, contentType string
		header                  [2]string
	}{
		"get is the default":      {line: "GET /"},
		"query":                   {in: map[string]any{"query": map[string]any{"b": []any{1, "x y"}, "a": true, "c": nil}}, line: "GET /?a=true&b=1&b=x+y"},
		"query beside one":        {in: map[string]any{"url": url + "/p?z=1", "query": map[string]any{"a": 1.5}}, line: "GET /p?a=1.5&z=1"},
		"json":                    {in: map[string]any{"method": "PUT", "body": map[string]any{"b": 9007199254740993, "a": "<é>"}}, line: "PUT /", body: `{"a":"<é>","b":9007199254740993}`, contentType: "application/json"},
		"json of one text":        {in: map[string]any{"method": "POST", "body": "hello"}, line: "POST /", body: `"hello"`, contentType: "application/json"},
		"form":                    {in: map[string]any{"method": "POST", "form": map[string]any{"a": "x&y", "n": []any{1, 2}}}, line: "POST /", body: "a=x%26y&n=1&n=2", contentType: "application/x-www-form-urlencoded"},
		"text":                    {in: map[string]any{"method": "PATCH", "text": "hi"}, line: "PATCH /", body: "hi", contentType: "text/plain; charset=utf-8"},
		"bytes":                   {in: map[string]any{"method": "POST", "raw": "AAEC"}, line: "POST /", body: "\x00\x01\x02", contentType: "application/octet-stream"},
		"own content type":        {in: map[string]any{"method": "POST", "text": "<a/>", "headers": map[string]any{"content-type": "text/xml"}}, line: "POST /", body: "<a/>", contentType: "text/xml"},
		"header of several":       {in: map[string]any{"headers": map[string]any{"X-A": 7}}, line: "GET /", header: [2]string{"X-A", "7"}},
		"basic auth":              {in: map[string]any{"basic_auth": map[string]any{"user": "u", "password": "p"}}, line: "GET /", header: [2]string{"Authorization", "Basic dTpw"}},
		"key":                     {in: map[string]any{"method": "POST"}, key: "k1", line: "POST /", header: [2]string{"Idempotency-Key", "k1"}},
		"key of a delete":         {in: map[string]any{"method": "DELETE"}, key: "k1", line: "DELETE /", header: [2]string{"Idempotency-Key", "k1"}},
		"no key for a get":        {key: "k1", line: "GET /", header: [2]string{"Idempotency-Key", ""}},
		"own key":                 {in: map[string]any{"method": "POST", "headers": map[string]any{"idempotency-key": "mine"}}, key: "k1", line: "POST /", header: [2]string{"Idempotency-Key", "mine"}},
		"key refused":             {in: map[string]any{"method": "POST", "headers": map[string]any{"Idempotency-Key": nil}}, key: "k1", line: "POST /", header: [2]string{"Idempotency-Key", ""}},
		"user agent":              {line: "GET /", header: [2]string{"User-Agent", "partitur"}},
		"user agent refused":      {in: map[string]any{"headers": map[string]any{"User-Agent": nil}}, line: "GET /", header: [2]string{"User-Agent", ""}},
		"data that looks sealed":  {in: map[string]any{"method": "POST", "body": map[string]any{"$secret": "TOKEN"}}, line: "POST /", body: `{"$secret":"TOKEN"}`, contentType: "application/json"},
		"data with double dollar": {in: map[string]any{"method": "POST", "body": map[string]any{"$$x": 1}}, line: "POST /", body: `{"$$x":1}`, contentType: "application/json"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := run(t, testHost(), call.Call{Input: with(url, test.in), Key: test.key}); err != nil {
				t.Fatal(err)
			}
			got := last()
			if line := got.Method + " " + got.URL.String(); line != test.line {
				t.Errorf("request %s, want %s", line, test.line)
			}
			if got.body != test.body || got.Header.Get("Content-Type") != test.contentType {
				t.Errorf("body %q of type %q, want %q of type %q", got.body, got.Header.Get("Content-Type"), test.body, test.contentType)
			}
			if name := test.header[0]; got.Header.Get(name) != test.header[1] {
				t.Errorf("header %s: %q, want %q", name, got.Header.Get(name), test.header[1])
			}
		})
	}
}

func TestHostHeader(t *testing.T) {
	url, last := record(t)
	if _, err := run(t, testHost(), call.Call{Input: with(url, map[string]any{"headers": map[string]any{"host": "shop.test"}})}); err != nil {
		t.Fatal(err)
	}
	if got := last().Host; got != "shop.test" {
		t.Errorf("host %q, want shop.test", got)
	}
}

// TestLostAnswerHasOneEffect has a shop that charges and then cuts the
// connection. The next attempt has the same key.
func TestLostAnswerHasOneEffect(t *testing.T) {
	s, err := shop.Open(shop.Options{PaymentsToken: testSecrets["OTHER"]})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s)
	t.Cleanup(func() { server.Close(); s.Close() })
	h := testHost()
	if _, err := run(t, h, call.Call{Input: with(server.URL+"/failures/lost_charge", map[string]any{"method": "PUT", "body": map[string]any{"times": 1}})}); err != nil {
		t.Fatal(err)
	}
	h = testHost() // without the connection: on one that was in use, net/http sends again by itself
	call := call.Call{Key: "k1", Secrets: []string{"OTHER"}, HasOutput: true, Output: "${ result.body.id }", Input: with(server.URL+"/payments/charges", map[string]any{
		"method": "POST", "headers": map[string]any{"Authorization": call.Text("Bearer ", call.Secret("OTHER"))},
		"body": map[string]any{"order_id": "O-1", "amount_cents": 500},
	})}
	if f := fails(t, h, call, ConnectionFailed); f.NonRetryable() {
		t.Errorf("%s is not retryable", f)
	}
	if got, err := run(t, h, call); err != nil || got != "ch_1" {
		t.Errorf("charge %v, %v", got, err)
	}
	if entries, err := s.Ledger(t.Context(), "O-1"); err != nil || len(entries) != 1 {
		t.Errorf("ledger %v, %v", entries, err)
	}
}

func TestFieldsThatMakeNoRequest(t *testing.T) {
	url, _ := record(t)
	for name, in := range map[string]map[string]any{
		"no url":             {},
		"no host":            {"url": "http:///x"},
		"other scheme":       {"url": "file:///etc/passwd"},
		"url that is none":   {"url": "http://a b/"},
		"unknown field":      with(url, map[string]any{"urll": "x"}),
		"method":             with(url, map[string]any{"method": "post"}),
		"two bodies":         with(url, map[string]any{"method": "POST", "text": "x", "body": 1}),
		"raw":                with(url, map[string]any{"method": "POST", "raw": "?"}),
		"header name":        with(url, map[string]any{"headers": map[string]any{"a b": "x"}}),
		"header value":       with(url, map[string]any{"headers": map[string]any{"X-A": "x\r\nX-B: y"}}),
		"status":             with(url, map[string]any{"ok": []any{"404"}}),
		"status of an error": with(url, map[string]any{"errors": []any{map[string]any{"status": 4040}}}),
		"retryable":          with(url, map[string]any{"errors": []any{map[string]any{"status": 404, "retryable": "yes"}}}),
		"redirects":          with(url, map[string]any{"redirects": 1000}),
		"certificate":        with(url, map[string]any{"tls": map[string]any{"ca": "x"}}),
		"nil in a query":     with(url, map[string]any{"query": map[string]any{"a": []any{nil}}}),
	} {
		t.Run(name, func(t *testing.T) {
			if f := fails(t, testHost(), call.Call{Input: in}, InvalidInput); !f.NonRetryable() {
				t.Errorf("%s is retryable", f)
			}
		})
	}
}
