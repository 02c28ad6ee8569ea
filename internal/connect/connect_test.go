package connect_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.temporal.io/sdk/client"

	"github.com/partitur/partitur/internal/connect"
)

// env is an environment for a test.
type env map[string]string

func (e env) Environ() (all []string) {
	for k, v := range e {
		all = append(all, k+"="+v)
	}
	return all
}

func (e env) LookupEnv(name string) (string, bool) {
	v, ok := e[name]
	return v, ok
}

func write(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestOptions(t *testing.T) {
	file := write(t, `
[profile.default]
address = "file:1"
namespace = "from-file"
[profile.cloud]
address = "cloud.example:7233"
namespace = "shop"
api_key = "secret"
`)
	base := env{"TEMPORAL_CONFIG_FILE": file}
	for _, c := range []struct {
		name               string
		flags              connect.Flags
		env                env
		address, namespace string
		tls                bool
	}{
		{"nothing", connect.Flags{}, env{"TEMPORAL_CONFIG_FILE": write(t, "")}, "localhost:7233", "default", false},
		{"default profile", connect.Flags{}, base, "file:1", "from-file", false},
		{"environment over file", connect.Flags{}, env{"TEMPORAL_CONFIG_FILE": file, "TEMPORAL_ADDRESS": "env:2"}, "env:2", "from-file", false},
		{"flag over environment", connect.Flags{Address: "flag:3", Namespace: "n"}, env{"TEMPORAL_CONFIG_FILE": file, "TEMPORAL_ADDRESS": "env:2"}, "flag:3", "n", false},
		{"profile flag, key means tls", connect.Flags{Profile: "cloud"}, base, "cloud.example:7233", "shop", true},
		{"config flag", connect.Flags{ConfigFile: file, Profile: "cloud"}, env{}, "cloud.example:7233", "shop", true},
		{"tls flag", connect.Flags{TLS: true}, base, "file:1", "from-file", true},
		{"tls name", connect.Flags{TLSServerName: "x"}, base, "file:1", "from-file", true},
		{"no port", connect.Flags{Address: "host"}, base, "host:7233", "from-file", false},
	} {
		o, err := connect.Options(c.flags, c.env)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if o.HostPort != c.address || o.Namespace != c.namespace || (o.ConnectionOptions.TLS != nil) != c.tls {
			t.Errorf("%s: got %s %s tls=%v", c.name, o.HostPort, o.Namespace, o.ConnectionOptions.TLS != nil)
		}
	}
}

func TestBadOptions(t *testing.T) {
	base := env{"TEMPORAL_CONFIG_FILE": write(t, "")}
	for _, c := range []struct {
		flags connect.Flags
		want  string
	}{
		{connect.Flags{Profile: "nosuch"}, "nosuch"},
		{connect.Flags{ConfigFile: write(t, "][")}, "parsing config"},
		{connect.Flags{Address: "a b:1"}, `address "a b:1" is not HOST:PORT`},
		{connect.Flags{Address: "a:x"}, `address "a:x" is not HOST:PORT`},
		{connect.Flags{TLSCA: "missing.pem"}, "missing.pem"},
	} {
		_, err := connect.Options(c.flags, base)
		var bad *connect.ConfigError
		if !errors.As(err, &bad) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %q", err, c.want)
		}
	}
}

// answer listens, hears whoever connects out for one packet, and says text.
func answer(t *testing.T, text string) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				_, _ = c.Read(make([]byte, 1024))
				if _, _ = c.Write([]byte(text)); text != "" {
					_, _ = io.Copy(io.Discard, c)
				}
			}()
		}
	}()
	return l.Addr().String()
}

func TestUnreachable(t *testing.T) {
	web := answer(t, "HTTP/1.1 400 Bad Request\r\n\r\n")
	withTLS := client.ConnectionOptions{TLS: &tls.Config{}}
	for _, c := range []struct {
		o            client.Options
		reason, hint string
	}{
		{client.Options{HostPort: "127.0.0.1:1"}, "at 127.0.0.1:1: connection refused, nothing listens there", "partitur dev"},
		{client.Options{HostPort: "nowhere.invalid:7233"}, "at nowhere.invalid:7233: the host name is not known", "check the address"},
		{client.Options{HostPort: web}, "it is a web server", "partitur dev"},
		{client.Options{HostPort: answer(t, "")}, "it may expect TLS", "TLS settings"},
		{client.Options{HostPort: web, ConnectionOptions: withTLS}, "it does not speak TLS", "TLS settings"},
	} {
		_, err := connect.Dial(context.Background(), c.o)
		var u *connect.UnreachableError
		if !errors.As(err, &u) {
			t.Errorf("%s: got %v", c.o.HostPort, err)
			continue
		}
		if !strings.Contains(err.Error(), c.reason) || !strings.Contains(u.Hint(), c.hint) {
			t.Errorf("got %v\n  hint %s\nwant %q, %q", err, u.Hint(), c.reason, c.hint)
		}
	}
}

func TestReasonWithoutPhrase(t *testing.T) {
	err := errors.New(`failed reaching server: connection error: desc = "transport: authentication handshake failed: tls: bad certificate"`)
	if got := connect.Reason(err); got != "tls: bad certificate" {
		t.Errorf("got %q", got)
	}
}
