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
	Err     error
}

func (e *UnreachableError) Error() string {
	return fmt.Sprintf("cannot reach a Temporal server at %s: %s", e.Address, Reason(e.Err))
}

// Unwrap returns the client's error.
func (e *UnreachableError) Unwrap() error { return e.Err }

// Hint tells what to try.
func (e *UnreachableError) Hint() string {
	reason := Reason(e.Err)
	switch {
	case strings.Contains(reason, "TLS"):
		return "compare the TLS settings here (--tls, --profile) with those of the server"
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

// phrases put what the transport says into words that help.
var phrases = []struct{ says, means string }{
	{"connection refused", "connection refused, nothing listens there"},
	{"no children to pick from", "the host name is not known"},
	{"no such host", "the host name is not known"},
	{"deadline exceeded", "no answer in time"},
	{"i/o timeout", "no answer in time"},
	{"first record does not look like a TLS handshake", "it does not speak TLS"},
	{"looked like an HTTP/1.1 header", "it is a web server, not a Temporal server"},
	{"unexpected HTTP status code", "it is a web server, not a Temporal server"},
	{"error reading server preface", "it closed the connection, it may expect TLS"},
	{"connection reset", "it closed the connection, it may expect TLS"},
	{"broken pipe", "it closed the connection, it may expect TLS"},
	{"certificate required", "it wants a client certificate (TLS)"},
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
