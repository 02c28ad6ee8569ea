package builtins

import (
	"github.com/partitur/partitur/builtins/call"

	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/partitur/partitur/dsl/value"
)

func TestResult(t *testing.T) {
	for name, test := range map[string]struct {
		contentType, body string
		want              any
		encoding          any
	}{
		"json":                 {"application/json", `{"n": 9007199254740993, "f": 1.5}`, map[string]any{"n": 9007199254740993, "f": 1.5}, nil},
		"json of another kind": {"application/problem+json; charset=utf-8", `[1]`, []any{1}, nil},
		"json with a mark":     {"application/json", "\uFEFF1", 1, nil},
		"text":                 {"text/plain", "héllo", "héllo", nil},
		"text in latin 1":      {"text/plain; charset=iso-8859-1", "h\xe9llo", "héllo", nil},
		"text that is none":    {"text/plain", "\xff\xfe", "//4=", "base64"},
		"xml":                  {"application/xml", "<a/>", "<a/>", nil},
		"json without a type":  {"", `{"a": 1}`, `{"a": 1}`, nil},
		"bytes":                {"application/octet-stream", "abc", "YWJj", "base64"},
		"picture":              {"image/png", "\x89PNG", "iVBORw==", "base64"},
		"nothing":              {"application/json", "", nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			url := answer(t, 201, test.body, "Content-Type", test.contentType)
			got, err := run(t, testHost(), call.Call{Input: with(url, nil)})
			if err != nil {
				t.Fatal(err)
			}
			r := got.(map[string]any)
			if r["status"] != 201 || !value.Equal(r["body"], test.want) || r["encoding"] != test.encoding {
				t.Errorf("result %v, want body %#v and encoding %v", got, test.want, test.encoding)
			}
		})
	}
}

func TestResultHeaders(t *testing.T) {
	url := answer(t, 200, "", "X-Thing", "a", "X-Thing", "b", "Set-Cookie", "a=1, 2", "Set-Cookie", "b=2", "X-Odd", "\xff")
	got, err := run(t, testHost(), call.Call{Input: with(url, nil)})
	if err != nil {
		t.Fatal(err)
	}
	headers := got.(map[string]any)["headers"].(map[string]any)
	for name, want := range map[string]string{"x-thing": "a, b", "set-cookie": "a=1, 2\nb=2", "x-odd": "\uFFFD"} {
		if headers[name] != want {
			t.Errorf("header %s = %q, want %q", name, headers[name], want)
		}
	}
}

func TestStatusThatIsAResult(t *testing.T) {
	url := answer(t, 404, "none")
	got, err := run(t, testHost(), call.Call{Input: with(url, map[string]any{"ok": []any{404, 410}})})
	if err != nil || got.(map[string]any)["status"] != 404 {
		t.Errorf("result %v, error %v", got, err)
	}
}

func TestHeadHasNoBody(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "99999999999")
	}))
	t.Cleanup(s.Close)
	got, err := run(t, testHost(), call.Call{Input: with(s.URL, map[string]any{"method": "HEAD"})})
	if err != nil || got.(map[string]any)["body"] != nil {
		t.Errorf("result %v, error %v", got, err)
	}
}

func TestInvalidJSON(t *testing.T) {
	for _, body := range []string{`{"a": `, `{"a": 1} x`, `99999999999999999999`} {
		url := answer(t, 200, body, "Content-Type", "application/json")
		if f := fails(t, testHost(), call.Call{Input: with(url, nil)}, InvalidResponse); !f.NonRetryable() {
			t.Errorf("%s is retryable", f)
		}
	}
}

func TestLargeResponse(t *testing.T) {
	announced := answer(t, 200, strings.Repeat("x", 2000))
	streamed := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for range 100 {
			io.WriteString(w, strings.Repeat("x", 100))
			w.(http.Flusher).Flush()
		}
	}))
	t.Cleanup(streamed.Close)
	bomb := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		var packed bytes.Buffer
		z := gzip.NewWriter(&packed)
		z.Write(make([]byte, 5_000_000))
		z.Close()
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Content-Type", "text/plain")
		w.Write(packed.Bytes())
	}))
	t.Cleanup(bomb.Close)
	for name, url := range map[string]string{"announced": announced, "streamed": streamed.URL, "packed": bomb.URL} {
		t.Run(name, func(t *testing.T) {
			limit := map[string]any{"max_response": "1KB"}
			if name == "packed" {
				limit = map[string]any{"max_response": "4MB"}
			}
			if f := fails(t, testHost(), call.Call{Input: with(url, limit)}, ResponseTooLarge); !f.NonRetryable() {
				t.Errorf("%s is retryable", f)
			}
		})
	}
}

func TestLargeResult(t *testing.T) {
	url := answer(t, 200, strings.Repeat("x", 1_000_001), "Content-Type", "text/plain")
	f := fails(t, testHost(), call.Call{Input: with(url, nil)}, ResultTooLarge)
	if !f.NonRetryable() || !strings.Contains(f.Message(), "output:") {
		t.Errorf("error %s, retryable %v", f, !f.NonRetryable())
	}
	got, err := run(t, testHost(), call.Call{Input: with(url, nil), HasOutput: true, Output: "${ len(result.body) }"})
	if err != nil || got != 1_000_001 {
		t.Errorf("projected: %v %v", got, err)
	}
}

func TestAnswerThatBreaksOff(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		io.WriteString(w, "begin")
	}))
	t.Cleanup(s.Close)
	if f := fails(t, testHost(), call.Call{Input: with(s.URL, nil)}, ConnectionFailed); f.NonRetryable() {
		t.Errorf("%s is not retryable", f)
	}
}
