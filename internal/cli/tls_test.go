//go:build !noengine

package cli_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/partitur/partitur/internal/cli"
	"github.com/partitur/partitur/internal/connect"
	"github.com/partitur/partitur/internal/engine"
)

// TestTLS runs commands through listeners that speak TLS, with profiles of a
// configuration file.
func TestTLS(t *testing.T) {
	server, err := engine.Start(t.Context(), engine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Stop() })
	dir := t.TempDir()
	ours, theirs := newAuthority(t, dir, "ours"), newAuthority(t, dir, "theirs")
	valid := time.Now().Add(time.Hour)
	host := ours.issue(t, dir, "host", valid)
	ours.issue(t, dir, "client", valid)
	theirs.issue(t, dir, "stranger", valid)
	ours.issue(t, dir, "late-client", time.Now().Add(-time.Hour))
	plain := terminate(t, server.HostPort(), &tls.Config{Certificates: []tls.Certificate{host}})
	mutual := terminate(t, server.HostPort(), &tls.Config{Certificates: []tls.Certificate{host}, ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: ours.pool})
	expired := terminate(t, server.HostPort(), &tls.Config{Certificates: []tls.Certificate{ours.issue(t, dir, "late", time.Now().Add(-time.Hour))}})

	var config strings.Builder
	profile := func(name, address string, settings ...string) {
		fmt.Fprintf(&config, "[profile.%s]\naddress = %q\n[profile.%s.tls]\n", name, address, name)
		for _, s := range settings {
			key, file, _ := strings.Cut(s, "=")
			fmt.Fprintf(&config, "%s = %q\n", key, filepath.Join(dir, file))
		}
	}
	const trust, certificate, key = "server_ca_cert_path=ours.pem", "client_cert_path=client.pem", "client_key_path=client.key"
	profile("tls", plain, trust)
	profile("mtls", mutual, trust, certificate, key)
	profile("wrong-authority", plain, "server_ca_cert_path=theirs.pem")
	profile("no-certificate", mutual, trust)
	profile("stranger", mutual, trust, "client_cert_path=stranger.pem", "client_key_path=stranger.key")
	profile("late-client", mutual, trust, "client_cert_path=late-client.pem", "client_key_path=late-client.key")
	profile("expired", expired, trust)
	profile("missing-file", plain, "server_ca_cert_path=nosuch.pem")
	profile("not-tls", server.HostPort(), trust)
	file := filepath.Join(dir, "temporal.toml")
	if err := os.WriteFile(file, []byte(config.String()), 0o600); err != nil {
		t.Fatal(err)
	}

	for _, c := range []struct {
		profile string
		code    int
		want    string
	}{
		{"tls", 0, ""},
		{"mtls", 0, ""},
		{"wrong-authority", 3, "its certificate is not signed by an authority that is trusted here"},
		{"no-certificate", 3, "client certificate"},
		{"stranger", 3, "client certificate"},
		{"late-client", 3, "client certificate"},
		{"expired", 3, "its certificate has expired"},
		{"missing-file", 2, "nosuch.pem"},
		{"not-tls", 3, "it does not speak TLS"},
		{"no-such-profile", 2, "no-such-profile"},
	} {
		for _, args := range [][]string{{"start", "anything", "-w", "of-" + c.profile, "--unchecked"}, {"describe", "of-" + c.profile}, {"list"}} {
			var out, errors bytes.Buffer
			code := cli.Main(cli.App{
				Args: append(args, "--profile", c.profile, "--config-file", file), Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errors,
				Env: noEnv{}, Dir: dir, Context: context.Background(), Now: time.Now, ReadFile: os.ReadFile, Dial: connect.Dial,
			})
			if code != c.code || !strings.Contains(errors.String(), c.want) {
				t.Errorf("%s %s: exit code %d, want %d and %q\n%s", c.profile, args[0], code, c.code, c.want, &errors)
			}
		}
	}
}

type noEnv struct{}

func (noEnv) Environ() []string               { return nil }
func (noEnv) LookupEnv(string) (string, bool) { return "", false }

// An authority signs certificates.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	pool        *x509.CertPool
}

func newAuthority(t *testing.T, dir, name string) *authority {
	t.Helper()
	a := &authority{key: newKey(t), pool: x509.NewCertPool()}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-48 * time.Hour), NotAfter: time.Now().Add(time.Hour), KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &a.key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	if a.certificate, err = x509.ParseCertificate(der); err != nil {
		t.Fatal(err)
	}
	a.pool.AddCert(a.certificate)
	save(t, filepath.Join(dir, name+".pem"), "CERTIFICATE", der)
	return a
}

// issue signs a certificate for both sides, and writes it and its key to files.
func (a *authority) issue(t *testing.T, dir, name string, until time.Time) tls.Certificate {
	t.Helper()
	key := newKey(t)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-24 * time.Hour), NotAfter: until, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, &key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	save(t, filepath.Join(dir, name+".pem"), "CERTIFICATE", der)
	save(t, filepath.Join(dir, name+".key"), "PRIVATE KEY", secret)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func save(t *testing.T, path, kind string, der []byte) {
	t.Helper()
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
}

// terminate listens with TLS and passes on to the server what it hears.
func terminate(t *testing.T, server string, config *tls.Config) (address string) {
	t.Helper()
	config.NextProtos = []string{"h2"}
	l, err := tls.Listen("tcp", "127.0.0.1:0", config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			outer, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer outer.Close()
				inner, err := net.Dial("tcp", server)
				if err != nil {
					return
				}
				defer inner.Close()
				go func() { _, _ = io.Copy(inner, outer) }()
				_, _ = io.Copy(outer, inner)
			}()
		}
	}()
	return l.Addr().String()
}
