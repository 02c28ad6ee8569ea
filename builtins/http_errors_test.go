package builtins

import (
	"github.com/partitur/partitur/builtins/call"

	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"

	"github.com/partitur/partitur/dsl/value"
)

func TestStatuses(t *testing.T) {
	rules := []any{
		map[string]any{"status": 402, "type": "CardDeclined", "message": "the card was declined"},
		map[string]any{"status": []any{409, 503}, "type": "Busy", "retryable": true},
		map[string]any{"status": 500, "retryable": false},
		map[string]any{"status": 200, "type": "TooEarly", "retryable": true},
	}
	for status, want := range map[int]struct {
		errType, category string
		retryable         bool
	}{
		200: {"TooEarly", "http_2xx", true},
		304: {"http_304", "http_3xx", false},
		400: {"http_400", "http_4xx", false},
		401: {"http_401", "http_4xx", false},
		402: {"CardDeclined", "http_4xx", false},
		404: {"http_404", "http_4xx", false},
		408: {"http_408", "http_4xx", true},
		409: {"Busy", "http_4xx", true},
		425: {"http_425", "http_4xx", true},
		429: {"http_429", "http_4xx", true},
		500: {"http_500", "http_5xx", false},
		501: {"http_501", "http_5xx", true},
		503: {"Busy", "http_5xx", true},
		599: {"http_599", "http_5xx", true},
	} {
		url := answer(t, status, "")
		f := fails(t, testHost(), call.Call{Input: with(url, map[string]any{"errors": rules})}, want.errType)
		if f.NonRetryable() == want.retryable || f.details["category"] != want.category || f.details["status"] != status {
			t.Errorf("%d: retryable %v, details %v, want %v", status, !f.NonRetryable(), f.details, want)
		}
		if status == 402 && f.Message() != "the card was declined" {
			t.Errorf("message %q", f.Message())
		}
	}
}

func TestErrorComesBeforeOK(t *testing.T) {
	url := answer(t, 404, "")
	fails(t, testHost(), call.Call{Input: with(url, map[string]any{
		"ok": []any{404}, "errors": []any{map[string]any{"status": 404, "type": "Gone"}},
	})}, "Gone")
}

func TestErrorDetails(t *testing.T) {
	const body = `{"code": "card_declined", "limit": 9007199254740993}`
	url := answer(t, 402, body, "Content-Type", "application/json", "X-Request-Id", "r1", "Set-Cookie", "a=b")
	f := fails(t, testHost(), call.Call{Input: with(url+"/charges?email=me", map[string]any{"method": "POST"})}, "http_402")
	want := map[string]any{
		"category": "http_4xx", "status": 402, "method": "POST", "url": url + "/charges",
		"headers": map[string]any{"content-type": "application/json", "x-request-id": "r1"},
		"body":    map[string]any{"code": "card_declined", "limit": 9007199254740993},
	}
	if !value.Equal(f.details, want) {
		t.Errorf("details %v, want %v", f.details, want)
	}
	if m := "POST " + url + "/charges answered 402 Payment Required: " + body; f.Message() != m {
		t.Errorf("message %q, want %q", f.Message(), m)
	}
}

func TestErrorBodyIsBounded(t *testing.T) {
	for _, contentType := range []string{"text/html", "application/json"} {
		url := answer(t, 500, strings.Repeat("é", 100_000), "Content-Type", contentType)
		f := fails(t, testHost(), call.Call{Input: with(url, nil)}, "http_500")
		if body, _ := f.details["body"].(string); len(body) < 1000 || len(body) > 5000 || len(f.Message()) > 500 {
			t.Errorf("body of %d bytes, message of %d", len(body), len(f.Message()))
		}
	}
	url := answer(t, 500, "\x00\x01", "Content-Type", "image/png")
	if f := fails(t, testHost(), call.Call{Input: with(url, nil)}, "http_500"); f.details["body"] != "2 bytes" {
		t.Errorf("details %v", f.details)
	}
}

func TestRetryAfter(t *testing.T) {
	for header, want := range map[string]time.Duration{
		"7": 7 * time.Second, "0": 0, "-3": 0, "soon": 0, "": 0,
		"99999999999999999":             24 * time.Hour,
		"Tue, 06 Jan 2026 10:01:30 GMT": 90 * time.Second,
		"Tue, 06 Jan 2026 09:00:00 GMT": 0,
		"Thu, 06 Jan 2028 10:00:00 GMT": 24 * time.Hour,
	} {
		url := answer(t, 429, "", "Retry-After", header, "Date", "Tue, 06 Jan 2026 10:00:00 GMT")
		f := fails(t, testHost(), call.Call{Input: with(url, nil)}, "http_429")
		if got := f.NextRetryDelay(); got != want {
			t.Errorf("Retry-After %q: %s, want %s", header, got, want)
		}
	}
	now := time.Date(2026, 1, 6, 10, 0, 0, 0, time.UTC)
	if got := retryAfter(http.Header{"Retry-After": {"Tue, 06 Jan 2026 10:00:05 GMT"}}, now); got != 5*time.Second {
		t.Errorf("without a date of the server: %s", got)
	}
	url := answer(t, 404, "", "Retry-After", "7")
	if f := fails(t, testHost(), call.Call{Input: with(url, nil)}, "http_404"); f.NextRetryDelay() != 0 {
		t.Errorf("what is not retried has a delay of %s", f.NextRetryDelay())
	}
}

func TestNoConnection(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := "http://" + l.Addr().String()
	l.Close()
	cut := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	t.Cleanup(cut.Close)
	trusted := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(trusted.Close)
	for name, url := range map[string]string{"refused": closed, "cut": cut.URL, "certificate": trusted.URL} {
		f := fails(t, testHost(), call.Call{Input: with(url+"/p?q=1", nil)}, ConnectionFailed)
		if f.NonRetryable() || !strings.HasPrefix(f.Message(), "GET "+url+"/p: ") || f.details["url"] != url+"/p" {
			t.Errorf("%s: %s, details %v, retryable %v", name, f, f.details, !f.NonRetryable())
		}
	}
}

// TestCancellation has a server that never answers. The cancellation of the
// activity ends the request, which the server sees.
func TestCancellation(t *testing.T) {
	arrived, left := make(chan bool), make(chan bool)
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(arrived)
		<-r.Context().Done()
		close(left)
	}))
	t.Cleanup(s.Close)
	ctx, cancel := context.WithCancel(context.Background())
	env := environment(testHost(), t.Output()).SetWorkerOptions(workerContext(ctx))
	go func() { <-arrived; cancel() }()
	// The environment knows no cancellation by the server, so the error of the
	// context is all there is to see.
	_, err := runIn(t, env, call.Call{Input: with(s.URL, nil)})
	var app *temporal.ApplicationError
	if err == nil || !strings.Contains(err.Error(), context.Canceled.Error()) || errors.As(err, &app) && app.Type() == ConnectionFailed {
		t.Errorf("error %v, want that of the context", err)
	}
	<-left
}

// TestHeartbeat has a server that answers when the activity has shown that it
// lives.
func TestHeartbeat(t *testing.T) {
	beat := make(chan bool, 1)
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-beat }))
	t.Cleanup(s.Close)
	env := environment(testHost(), t.Output())
	env.SetOnActivityHeartbeatListener(func(*activity.Info, converter.EncodedValues) {
		select {
		case beat <- true:
		default:
		}
	})
	if _, err := runIn(t, env, call.Call{Input: with(s.URL, nil)}); err != nil {
		t.Error(err)
	}
}

func TestSlowBodyEndsWithTheContext(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(200)
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}))
	t.Cleanup(s.Close)
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	env := environment(testHost(), t.Output()).SetWorkerOptions(workerContext(ctx))
	if _, err := runIn(t, env, call.Call{Input: with(s.URL, nil)}); err == nil || !strings.Contains(err.Error(), "deadline") {
		t.Errorf("error %v, want the deadline", err)
	}
}

func workerContext(ctx context.Context) worker.Options {
	return worker.Options{BackgroundActivityContext: ctx}
}
