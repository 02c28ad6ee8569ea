package builtins

import (
	"github.com/partitur/partitur/builtins/call"

	"context"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"github.com/partitur/partitur/dsl/value"
)

// redirect serves redirects to a place.
func redirect(t *testing.T, status int, to string) string {
	s := httptest.NewServer(http.RedirectHandler(to, status))
	t.Cleanup(s.Close)
	return s.URL
}

func TestRedirects(t *testing.T) {
	end, last := record(t)
	two := redirect(t, 307, redirect(t, 307, end+"/end"))
	if _, err := run(t, testHost(), call.Call{Input: with(two, map[string]any{"method": "POST", "text": "hi", "redirects": 2}), Key: "k1"}); err != nil {
		t.Fatal(err)
	}
	if got := last(); got.body != "hi" || got.URL.Path != "/end" || got.Header.Get("Idempotency-Key") != "k1" {
		t.Errorf("%s %s with %q", got.Method, got.URL, got.body)
	}
	if f := fails(t, testHost(), call.Call{Input: with(two, map[string]any{"redirects": 1})}, TooManyRedirects); !f.NonRetryable() {
		t.Errorf("%s is retryable", f)
	}
	fails(t, testHost(), call.Call{Input: with(two, map[string]any{"redirects": 0})}, "http_307")
	got, err := run(t, testHost(), call.Call{Input: with(two, map[string]any{"redirects": 0, "ok": []any{307}})})
	if err != nil || got.(map[string]any)["headers"].(map[string]any)["location"] == nil {
		t.Errorf("result %v, error %v", got, err)
	}
}

func TestRedirectThatChangesTheMethod(t *testing.T) {
	end, last := record(t)
	post := func(url string) call.Call {
		return call.Call{Input: with(url, map[string]any{"method": "POST", "text": "hi"})}
	}
	for _, status := range []int{301, 302} {
		if f := fails(t, testHost(), post(redirect(t, status, end)), RedirectRefused); !f.NonRetryable() {
			t.Errorf("%s is retryable", f)
		}
		if _, err := run(t, testHost(), call.Call{Input: with(redirect(t, status, end), nil)}); err != nil {
			t.Error(err)
		}
		last()
	}
	if _, err := run(t, testHost(), post(redirect(t, 303, redirect(t, 301, end)))); err != nil {
		t.Fatal(err)
	}
	if got := last(); got.Method != "GET" || got.body != "" {
		t.Errorf("after 303: %s with %q", got.Method, got.body)
	}
}

func TestRedirectToMetadata(t *testing.T) {
	for _, to := range []string{
		"http://169.254.169.254/latest/meta-data", "http://[fe80::1%25lo]/", "http://[::ffff:169.254.169.254]/",
		"http://[fd00:ec2::254]/", "http://100.100.100.200/", "http://metadata.google.internal/", "http://METADATA.goog./",
		"http://[64:ff9b::a9fe:a9fe]/", "http://[2002:a9fe:a9fe::1]/",
	} {
		for _, target := range []string{to, redirect(t, 302, to)} {
			if f := fails(t, testHost(), call.Call{Input: with(target, nil)}, AddressRefused); !f.NonRetryable() {
				t.Errorf("%s is retryable", f)
			}
		}
	}
	fails(t, testHost(), call.Call{Input: with(redirect(t, 302, "file:///etc/passwd"), nil)}, RedirectRefused)
}

// names is a resolver of its own, which gives the answers in turn, and the last
// one for ever.
func names(t *testing.T, answers ...string) *net.Resolver {
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go func() {
		buf := make([]byte, 1500)
		for asked := 0; ; {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			var m dnsmessage.Message
			if m.Unpack(buf[:n]) != nil {
				continue
			}
			m.Response, m.Additionals = true, nil
			if q := m.Questions[0]; q.Type == dnsmessage.TypeA {
				ip := net.ParseIP(answers[min(asked, len(answers)-1)]).To4()
				asked++
				m.Answers = []dnsmessage.Resource{{
					Header: dnsmessage.ResourceHeader{Name: q.Name, Type: q.Type, Class: q.Class},
					Body:   &dnsmessage.AResource{A: [4]byte(ip)},
				}}
			}
			if packed, err := m.Pack(); err == nil {
				conn.WriteTo(packed, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

func TestNameOfMetadata(t *testing.T) {
	for _, name := range []string{"harmless.test", "0xa9fea9fe"} {
		h := testHost()
		h.dialer.resolver = names(t, "169.254.169.254")
		fails(t, h, call.Call{Input: with("http://"+name+"/", nil)}, AddressRefused)
		fails(t, h, call.Call{Input: with(redirect(t, 302, "http://"+name+"/"), nil)}, AddressRefused)
	}
}

func TestNameWhoseAddressChanges(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Connection", "close") }))
	t.Cleanup(s.Close)
	_, port, _ := net.SplitHostPort(s.Listener.Addr().String())
	h := testHost()
	h.dialer.resolver = names(t, "127.0.0.1", "169.254.169.254")
	call := call.Call{Input: with("http://rebind.test:"+port, nil)}
	if _, err := run(t, h, call); err != nil {
		t.Fatal(err)
	}
	fails(t, h, call, AddressRefused)
}

func TestAllowedHosts(t *testing.T) {
	end, last := record(t)
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(end, "http://"))
	h := newHost(Options{Policy: Policy{Hosts: []string{"*.shop.test"}}})
	h.dialer.resolver = names(t, "127.0.0.1")
	if _, err := run(t, h, call.Call{Input: with("http://api.shop.test:"+port, nil)}); err != nil {
		t.Error(err)
	}
	last()
	for _, url := range []string{"http://shop.test:" + port, "http://evilshop.test:" + port, end, redirect(t, 302, end)} {
		fails(t, h, call.Call{Input: with(url, nil)}, AddressRefused)
	}
}

func TestProxyOfTheEnvironment(t *testing.T) {
	var through atomic.Int32
	proxy := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { through.Add(1) }))
	t.Cleanup(proxy.Close)
	t.Setenv("HTTP_PROXY", proxy.URL)
	h := newHost(Options{Policy: Policy{EnvironmentProxy: true, DenyPrivate: true}})
	if _, err := run(t, h, call.Call{Input: with("http://far.test/", nil)}); err != nil || through.Load() != 1 {
		t.Errorf("error %v, %d through the proxy", err, through.Load())
	}
	fails(t, h, call.Call{Input: with("http://metadata.google.internal/", nil)}, AddressRefused)
	h = testHost()
	h.dialer.resolver = names(t, "169.254.169.254")
	fails(t, h, call.Call{Input: with("http://far.test/", nil)}, AddressRefused)
	if through.Load() != 1 {
		t.Error("the proxy is used by default")
	}
}

// echo answers with all it was sent, in several encodings.
func echo(t *testing.T, status int) string {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		all := r.URL.String() + "\n" + string(body)
		for _, name := range []string{"Authorization", "X-Token"} {
			all += "\n" + r.Header.Get(name)
			w.Header().Set("Echo-"+name, r.Header.Get(name))
		}
		w.Header().Set("X-Request-Id", url.QueryEscape(r.Header.Get("X-Token")))
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		text, _ := value.Encode(map[string]any{
			"plain": all, "quoted": fmt.Sprintf("%q", all), "hex": fmt.Sprintf("%x", all), "HEX": fmt.Sprintf("%X", all),
			"base64": base64.StdEncoding.EncodeToString([]byte(all)), "shifted": base64.URLEncoding.EncodeToString([]byte("x" + all)),
			"query": url.QueryEscape(all), "path": url.PathEscape(all), all: 1,
		})
		w.Write(text)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// exposed tells which form of the token shows in a text.
func exposed(text string) string {
	token := testSecrets["TOKEN"]
	for _, form := range append(formsOf(token), token[:6]) {
		if strings.Contains(text, form) {
			return form
		}
	}
	return ""
}

func secretCall(url string) call.Call {
	token := call.Secret("TOKEN")
	return call.Call{Secrets: []string{"TOKEN"}, Input: map[string]any{
		"url": url, "method": "POST",
		"query":      map[string]any{"t": token},
		"headers":    map[string]any{"X-Token": token},
		"basic_auth": map[string]any{"user": "u", "password": token},
		"body":       map[string]any{"auth": call.Text("Bearer ", token, "!"), "$$ref": 1},
	}}
}

func TestSecretsArrive(t *testing.T) {
	end, last := record(t)
	if _, err := run(t, testHost(), secretCall(end)); err != nil {
		t.Fatal(err)
	}
	got, token := last(), testSecrets["TOKEN"]
	body, _ := value.Decode([]byte(got.body))
	_, password, _ := got.BasicAuth()
	if got.URL.Query().Get("t") != token || got.Header.Get("X-Token") != token || password != token ||
		!value.Equal(body, map[string]any{"auth": "Bearer " + token + "!", "$ref": 1}) {
		t.Errorf("%s %v %s", got.URL, got.Header, got.body)
	}
}

func TestSecretsStayHidden(t *testing.T) {
	for _, status := range []int{200, 401, 503} {
		for _, output := range []any{nil, "${ result.body }", "${ join(map(split(result.body.plain, ''), # + ' '), '') }"} {
			call := secretCall(echo(t, status))
			call.Output, call.HasOutput = output, output != nil
			var logged strings.Builder
			v, err := runIn(t, environment(testHost(), &logged), call)
			text := fmt.Sprint(v, err, &logged)
			if !strings.Contains(logged.String(), "http request") {
				t.Error("nothing was logged")
			}
			if err != nil {
				text += fmt.Sprint(fails(t, testHost(), call, fmt.Sprintf("http_%d", status)).details)
			}
			if form := exposed(text); form != "" {
				t.Errorf("%d shows %q: %s", status, form, text)
			}
			if !strings.Contains(strings.ReplaceAll(text, " ", ""), hidden) {
				t.Errorf("%d: nothing was echoed: %s", status, text)
			}
		}
	}
}

func TestSecretsStayHiddenInFailures(t *testing.T) {
	token := call.Secret("TOKEN")
	for name, in := range map[string]map[string]any{
		"url":         {"url": call.Text("http://", token, " .test/")},
		"password":    {"url": call.Text("http://u:", token, "@127.0.0.1:1/")},
		"path":        {"url": call.Text("http://127.0.0.1:1/", token)},
		"whole url":   {"url": call.Secret("HOOK")},
		"file":        {"url": call.Text("file:///", token)},
		"user":        {"url": "http://u:p@127.0.0.1:1/", "query": map[string]any{"a": token}},
		"header":      {"url": "http://127.0.0.1:1/", "headers": map[string]any{"A": call.Text(token, "\n")}},
		"header name": {"url": "http://127.0.0.1:1/", "method": token},
		"certificate": {"url": "http://127.0.0.1:1/", "tls": map[string]any{"cert": token, "key": token}},
	} {
		_, err := run(t, testHost(), call.Call{Secrets: []string{"TOKEN", "HOOK"}, Input: in})
		if err == nil || strings.Contains(err.Error(), "hooked") || exposed(err.Error()) != "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestSecretAtTheCut has an error body that is cut in the middle of a secret.
func TestSecretAtTheCut(t *testing.T) {
	token := testSecrets["TOKEN"]
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(500)
		io.WriteString(w, strings.Repeat(r.Header.Get("X-Token"), 2*maxErrorBody/len(token)))
	}))
	t.Cleanup(s.Close)
	f := fails(t, testHost(), secretCall(s.URL), "http_500")
	if rest := strings.Trim(fmt.Sprint(f.details["body"]), "*…"); rest != "" {
		t.Errorf("shows %q", rest)
	}
}

func TestSecretsOnRedirect(t *testing.T) {
	end, last := record(t)
	token := call.Secret("TOKEN")
	call := call.Call{Secrets: []string{"TOKEN"}, Input: with(redirect(t, 307, end), map[string]any{
		"method": "POST", "text": "hi",
		"headers": map[string]any{"X-Token": token, "Authorization": "Bearer x", "X-Plain": "p"},
	})}
	if _, err := run(t, testHost(), call); err != nil {
		t.Fatal(err)
	}
	if h := last().Header; h.Get("X-Token") != "" || h.Get("Authorization") != "" || h.Get("X-Plain") != "p" {
		t.Errorf("another place got %v", h)
	}
	call.Input["text"] = token
	if f := fails(t, testHost(), call, RedirectRefused); !f.NonRetryable() {
		t.Errorf("%s is retryable", f)
	}
	// The same place keeps them.
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			http.Redirect(w, r, "/next", 307)
			return
		}
		if r.Header.Get("X-Token") != testSecrets["TOKEN"] {
			w.WriteHeader(401)
		}
	}))
	t.Cleanup(s.Close)
	call.Input["url"] = s.URL + "/"
	if _, err := run(t, testHost(), call); err != nil {
		t.Error(err)
	}
}

func TestSecretsThatAreNotThere(t *testing.T) {
	end, _ := record(t)
	use := func(name string, listed ...string) call.Call {
		return call.Call{Secrets: listed, Input: with(end, map[string]any{"headers": map[string]any{"A": call.Secret(name)}})}
	}
	if f := fails(t, testHost(), use("NOWHERE", "NOWHERE"), SecretMissing); f.NonRetryable() {
		t.Errorf("%s is not retryable", f)
	}
	if f := fails(t, testHost(), use("OTHER", "TOKEN"), InvalidInput); !f.NonRetryable() {
		t.Errorf("%s is retryable", f)
	}
}

func TestTLS(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(s.Close)
	ca := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}))
	_, port, _ := net.SplitHostPort(s.Listener.Addr().String())
	for name, test := range map[string]struct {
		host string
		tls  map[string]any
		fine bool
	}{
		"trusted":     {"127.0.0.1", map[string]any{"ca": ca}, true},
		"insecure":    {"127.0.0.1", map[string]any{"insecure": true}, true},
		"unknown":     {"127.0.0.1", map[string]any{}, false},
		"other name":  {"localhost", map[string]any{"ca": ca}, false},
		"server name": {"localhost", map[string]any{"ca": ca, "server_name": "example.com"}, true},
	} {
		t.Run(name, func(t *testing.T) {
			call := call.Call{Input: with("https://"+net.JoinHostPort(test.host, port), map[string]any{"tls": test.tls})}
			if test.fine {
				if _, err := run(t, testHost(), call); err != nil {
					t.Error(err)
				}
				return
			}
			fails(t, testHost(), call, ConnectionFailed)
		})
	}
}
