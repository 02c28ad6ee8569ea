package connect

import (
	"fmt"
	"net"
	"strings"
)

// An UnreachableError says that no server answered, or not in the way that
// was asked for.
type UnreachableError struct {
	Address string
	TLS     bool // it was spoken to with TLS
	Err     error
}

func (e *UnreachableError) Error() string {
	return fmt.Sprintf("cannot reach a Temporal server at %s: %s", e.Address, e.reason())
}

// reason is that of the error. A server that finds fault with the client's
// certificate says so after the handshake, and may have hung up before it is
// heard.
func (e *UnreachableError) reason() string {
	if reason := Reason(e.Err); !e.TLS || reason != hungUp {
		return reason
	}
	return "it closed the connection after the TLS handshake: it may want a client certificate, or another one"
}

// Unwrap returns the client's error.
func (e *UnreachableError) Unwrap() error { return e.Err }

// Hint tells what to try.
func (e *UnreachableError) Hint() string {
	reason := e.reason()
	switch {
	case strings.Contains(reason, "client certificate"):
		return "name it with --tls-cert and --tls-key, or in the profile"
	case strings.Contains(reason, "TLS"):
		return "compare the TLS settings here (--tls, --profile) with those of the server"
	case strings.Contains(reason, "has expired"):
		return "the server needs a new certificate; see that the clock here is right"
	case strings.Contains(reason, "certificate"):
		return "name the certificate authority of the server with --tls-ca"
	case isLocal(e.Address):
		return "start a server with `partitur dev`, or name another with --address or --profile"
	}
	return "check the address and that this machine may connect to it (--address, --profile)"
}

func isLocal(address string) bool {
	host, _, _ := net.SplitHostPort(address)
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// hungUp is the reason when a server closes the connection without a word.
const hungUp = "it closed the connection, it may expect TLS"

// phrases put what the transport says into words that help.
var phrases = []struct{ says, means string }{
	{"remote error: tls: certificate required", "it wants a client certificate"},
	{"remote error: tls: expired certificate", "it does not accept the client certificate, which has expired"},
	{"remote error: tls: bad certificate", "it does not accept the client certificate"},
	{"remote error: tls: unknown certificate", "it does not know who has signed the client certificate"},
	{"signed by unknown authority", "its certificate is not signed by an authority that is trusted here"},
	{"has expired or is not yet valid", "its certificate has expired, or is not valid yet"},
	{"connection refused", "connection refused, nothing listens there"},
	{"no children to pick from", "the host name is not known"},
	{"no such host", "the host name is not known"},
	{"deadline exceeded", "no answer in time"},
	{"i/o timeout", "no answer in time"},
	{"first record does not look like a TLS handshake", "it does not speak TLS"},
	{"looked like an HTTP/1.1 header", "it is a web server, not a Temporal server"},
	{"unexpected HTTP status code", "it is a web server, not a Temporal server"},
	{"error reading server preface", hungUp},
	{"connection reset", hungUp},
	{"broken pipe", hungUp},
}

// wrappings are what gRPC and the client put around the reason.
var wrappings = []string{"failed reaching server: ", "connection error: ", "transport: ", "Error while dialing: ", "authentication handshake failed: "}

// Reason boils the text of a transport error down to what a user can act on.
func Reason(err error) string {
	text := err.Error()
	for _, p := range phrases {
		if strings.Contains(text, p.says) {
			return p.means
		}
	}
	if _, inner, ok := strings.Cut(text, `desc = "`); ok {
		text = strings.TrimSuffix(inner, `"`)
	}
	for _, w := range wrappings {
		text = strings.TrimPrefix(text, w)
	}
	return text
}
