package builtins

import (
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/idna"
)

// AddressRefused is the type of the error for a host or an address that the
// policy refuses; not retryable.
const AddressRefused = "AddressRefused"

// A Policy says where actions may connect to. The zero value admits everything
// but cloud metadata services and link-local addresses: laptops and clusters
// call private addresses all the time.
type Policy struct {
	// Hosts, when there are any, are the only ones that may be called: names
	// such as api.example.com, all names below one as in *.example.com,
	// addresses and networks such as 10.0.0.0/8, each with or without a port.
	Hosts []string
	// AllowMetadata admits metadata services and link-local addresses.
	AllowMetadata bool
	// DenyPrivate refuses loopback and private addresses as well.
	DenyPrivate bool
	// EnvironmentProxy sends requests through the proxy that HTTP_PROXY,
	// HTTPS_PROXY and NO_PROXY name. The addresses of the hosts behind a proxy
	// are the proxy's affair: only their names are checked here.
	EnvironmentProxy bool
}

// metadataNames are names of metadata services. Their addresses are refused
// anyway; a proxy sees only the names.
var metadataNames = []string{
	"metadata", "metadata.google.internal", "metadata.goog", "instance-data", "instance-data.ec2.internal",
	"metadata.tencentyun.com", "metadata.platformequinix.com",
}

// linkLocal are the addresses of one's own wire and of metadata services.
var linkLocal = prefixes(
	"169.254.0.0/16", "fe80::/10",
	"fd00:ec2::/32",      // Amazon EC2 and EKS
	"fd20:ce::254/128",   // Google Cloud
	"100.100.100.200/32", // Alibaba Cloud
	"168.63.129.16/32",   // Azure
	"192.0.0.192/32",     // Oracle Cloud
)

// embedded are networks whose addresses carry an IPv4 address, at this byte.
var embedded = []struct {
	prefix netip.Prefix
	at     int
}{
	{netip.MustParsePrefix("64:ff9b::/96"), 12},
	{netip.MustParsePrefix("64:ff9b:1::/48"), 12},
	{netip.MustParsePrefix("2002::/16"), 2},
	{netip.MustParsePrefix("::/96"), 12},
}

func prefixes(texts ...string) (list []netip.Prefix) {
	for _, t := range texts {
		list = append(list, netip.MustParsePrefix(t))
	}
	return list
}

// checkURL refuses what can be refused before a name is resolved. It is asked
// for every redirect.
func (p Policy) checkURL(u *url.URL) error {
	if u.Scheme != "http" && u.Scheme != "https" {
		return invalidInput("the url must begin with http:// or https://, not %q", u.Scheme+":")
	}
	host := hostName(u.Hostname())
	if host == "" {
		return invalidInput("the url has no host")
	}
	if !p.AllowMetadata && slices.Contains(metadataNames, host) {
		return refused("%s is a metadata service, which this worker does not call: http: {allow_metadata: true} in partitur.yaml admits it", host)
	}
	if ip, err := netip.ParseAddr(host); err == nil {
		return p.checkAddress(host, port(u), ip)
	}
	if !p.admits(host, port(u)) && !p.hasNetworks() {
		return refused("this worker may not call %s: it is not among the hosts that http: {allow_hosts: [..]} in partitur.yaml lists", host)
	}
	return nil
}

// checkAddress refuses an address that is about to be dialled for a host.
func (p Policy) checkAddress(host, port string, ip netip.Addr) error {
	ip = ip.WithZone("").Unmap()
	if inside := carried(ip); inside.IsValid() {
		if err := p.checkKind(host, inside); err != nil {
			return err
		}
	}
	if err := p.checkKind(host, ip); err != nil {
		return err
	}
	if p.admits(host, port) || p.admits(ip.String(), port) || p.admitsNetwork(ip, port) {
		return nil
	}
	return refused("this worker may not call %s: it is not among the hosts that http: {allow_hosts: [..]} in partitur.yaml lists", shown(host, ip))
}

func (p Policy) checkKind(host string, ip netip.Addr) error {
	isLinkLocal := slices.ContainsFunc(linkLocal, func(n netip.Prefix) bool { return n.Contains(ip) })
	if isLinkLocal && !p.AllowMetadata {
		return refused("%s is a link-local or metadata address, which this worker does not call: http: {allow_metadata: true} in partitur.yaml admits it", shown(host, ip))
	}
	if p.DenyPrivate && (ip.IsPrivate() || ip.IsLoopback() || ip.IsUnspecified() || sharedSpace.Contains(ip)) {
		return refused("%s is a private address, which http: {deny_private: true} in partitur.yaml refuses", shown(host, ip))
	}
	return nil
}

// sharedSpace is for the inside of providers' networks.
var sharedSpace = netip.MustParsePrefix("100.64.0.0/10")

// carried is the IPv4 address that an IPv6 address stands for, if any.
func carried(ip netip.Addr) netip.Addr {
	for _, e := range embedded {
		if ip.Is6() && e.prefix.Contains(ip) {
			b := ip.As16()
			return netip.AddrFrom4([4]byte(b[e.at : e.at+4]))
		}
	}
	return netip.Addr{}
}

// admits tells whether the list of hosts has a name, or an address as written.
func (p Policy) admits(host, port string) bool {
	if len(p.Hosts) == 0 {
		return true
	}
	return slices.ContainsFunc(p.Hosts, func(entry string) bool {
		name, only := splitPort(entry)
		if only != "" && only != port {
			return false
		}
		if suffix, ok := strings.CutPrefix(name, "*."); ok {
			return strings.HasSuffix(host, "."+hostName(suffix))
		}
		return hostName(name) == host
	})
}

func (p Policy) admitsNetwork(ip netip.Addr, port string) bool {
	return slices.ContainsFunc(p.Hosts, func(entry string) bool {
		name, only := splitPort(entry)
		network, err := netip.ParsePrefix(name)
		return err == nil && network.Contains(ip) && (only == "" || only == port)
	})
}

func (p Policy) hasNetworks() bool {
	return slices.ContainsFunc(p.Hosts, func(entry string) bool {
		name, _ := splitPort(entry)
		_, err := netip.ParsePrefix(name)
		_, err2 := netip.ParseAddr(name)
		return err == nil || err2 == nil
	})
}

// splitPort takes the port off an entry, if it has one. An IPv6 address with a
// port is written in brackets.
func splitPort(entry string) (name, port string) {
	i := strings.LastIndexByte(entry, ':')
	if i < 0 || strings.Contains(entry[:i], ":") && !strings.Contains(entry[:i], "]") {
		return strings.Trim(entry, "[]"), ""
	}
	return strings.Trim(entry[:i], "[]"), entry[i+1:]
}

// hostName is the one spelling of a name: ASCII, lower case, no dot at the end.
func hostName(s string) string {
	s = strings.TrimSuffix(strings.ToLower(s), ".")
	if ascii, err := idna.Lookup.ToASCII(s); err == nil {
		return ascii
	}
	return s
}

func port(u *url.URL) string {
	if p := u.Port(); p != "" {
		return p
	}
	if u.Scheme == "https" {
		return "443"
	}
	return "80"
}

func shown(host string, ip netip.Addr) string {
	if hostName(host) == ip.String() {
		return host
	}
	return fmt.Sprintf("%s (%s)", host, ip)
}

func refused(format string, args ...any) *Failure {
	return &Failure{Type: AddressRefused, Message: fmt.Sprintf(format, args...)}
}
