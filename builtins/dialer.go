package builtins

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"

	"golang.org/x/net/http/httpproxy"
)

// A dialer connects to what the policy admits. It asks the policy about the
// very address it is about to connect to, so it makes no difference what a name
// resolved to before, or how an address is spelled.
type dialer struct {
	policy   Policy
	resolver *net.Resolver // the system's when nil
	proxy    func(*url.URL) (*url.URL, error)
	proxies  map[string]bool // host:port of the proxies, which the policy does not judge
}

func newDialer(p Policy) *dialer {
	d := &dialer{policy: p}
	if p.EnvironmentProxy {
		env := httpproxy.FromEnvironment()
		d.proxy = env.ProxyFunc()
		d.proxies = map[string]bool{}
		for _, text := range []string{env.HTTPProxy, env.HTTPSProxy} {
			if u := proxyURL(text); u != nil {
				d.proxies[net.JoinHostPort(u.Hostname(), port(u))] = true
			}
		}
	}
	return d
}

// proxyURL reads the address of a proxy, which may lack the scheme.
func proxyURL(text string) *url.URL {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" {
		u, err = url.Parse("http://" + text)
	}
	if err != nil || u.Host == "" {
		return nil
	}
	return u
}

func (d *dialer) proxyOf(r *http.Request) (*url.URL, error) {
	if d.proxy == nil {
		return nil, nil
	}
	return d.proxy(r.URL)
}

func (d *dialer) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	n := net.Dialer{Timeout: 10 * time.Second, Resolver: d.resolver}
	if !d.proxies[addr] {
		host, port, err := net.SplitHostPort(addr)
		if err != nil {
			return nil, err
		}
		n.ControlContext = func(_ context.Context, _, address string, _ syscall.RawConn) error {
			ap, err := netip.ParseAddrPort(address)
			if err != nil {
				return err
			}
			return d.policy.checkAddress(hostName(host), port, ap.Addr())
		}
	}
	return n.DialContext(ctx, network, addr)
}
