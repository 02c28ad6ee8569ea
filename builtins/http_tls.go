package builtins

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"time"

	"github.com/partitur/partitur/dsl/fields"
)

// TLS says which certificates a request uses and trusts. They are PEM text, most
// often secrets.
type TLS struct {
	CA, Cert, Key, ServerName string
	Insecure                  bool
}

// Fields declares the keys of tls.
func (t *TLS) Fields(f *fields.Set) {
	f.String(&t.CA, "ca", "certificates to trust, as PEM text, instead of the system's", fields.Example("${ secrets.CA }"))
	f.String(&t.Cert, "cert", "the client's certificate, as PEM text")
	f.String(&t.Key, "key", "the key of the client's certificate, as PEM text", fields.Example("${ secrets.CLIENT_KEY }"))
	f.String(&t.ServerName, "server_name", "the name that the server's certificate must have, if not that of the url")
	f.Bool(&t.Insecure, "insecure", "accepts any certificate: anyone may answer")
}

// transport is the connections for the given TLS settings, which share them.
func (h *host) transport(t *TLS) (*http.Transport, error) {
	if t == nil {
		t = new(TLS)
	}
	return h.transports.get(t.digest(), func() (*http.Transport, error) {
		config, err := t.config()
		if err != nil {
			return nil, err
		}
		return &http.Transport{
			Proxy:                 h.dialer.proxyOf,
			DialContext:           h.dialer.dial,
			TLSClientConfig:       config,
			TLSHandshakeTimeout:   10 * time.Second,
			ForceAttemptHTTP2:     true,
			MaxIdleConnsPerHost:   16,
			IdleConnTimeout:       90 * time.Second,
			ExpectContinueTimeout: time.Second,
		}, nil
	})
}

// digest tells settings apart without keeping keys around.
func (t *TLS) digest() string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %v", []string{t.CA, t.Cert, t.Key, t.ServerName}, t.Insecure))
	return string(sum[:])
}

func (t *TLS) config() (*tls.Config, error) {
	c := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: t.ServerName, InsecureSkipVerify: t.Insecure}
	if t.CA != "" {
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM([]byte(t.CA)) {
			return nil, invalidInput("http: tls.ca has no certificate: it must be PEM text")
		}
	}
	if t.Cert == "" && t.Key == "" {
		return c, nil
	}
	pair, err := tls.X509KeyPair([]byte(t.Cert), []byte(t.Key))
	if err != nil {
		return nil, invalidInput("http: tls.cert and tls.key do not fit: %v", err)
	}
	c.Certificates = []tls.Certificate{pair}
	return c, nil
}
