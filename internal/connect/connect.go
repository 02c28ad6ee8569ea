// Package connect reaches a Temporal cluster. Where it is and how to speak to
// it come, weakest first, from a profile of the configuration file that all
// Temporal tools share, from TEMPORAL_ environment variables, and from flags.
package connect

import (
	"context"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
)

const (
	// DefaultAddress is where a server is looked for when nothing says where.
	DefaultAddress = "localhost:7233"
	// DefaultNamespace is the namespace when nothing names one.
	DefaultNamespace = "default"

	defaultPort = "7233"
	dialTimeout = 5 * time.Second
)

// Flags are what the command line says about the connection. Empty fields say
// nothing.
type Flags struct {
	Profile, ConfigFile                   string
	Address, Namespace, APIKey            string
	TLS                                   bool
	TLSCert, TLSKey, TLSCA, TLSServerName string // the first three are paths
}

// An Env looks up environment variables.
type Env = envconfig.EnvLookup

// A ConfigError says that the settings themselves are no good.
type ConfigError struct{ Err error }

func (e *ConfigError) Error() string { return e.Err.Error() }

// Unwrap returns the reason.
func (e *ConfigError) Unwrap() error { return e.Err }

// Options merges profile, environment and flags. The logger is the caller's to
// set.
func Options(f Flags, env Env) (client.Options, error) {
	fail := func(err error) (client.Options, error) { return client.Options{}, &ConfigError{err} }
	p, err := envconfig.LoadClientConfigProfile(envconfig.LoadClientConfigProfileOptions{
		ConfigFilePath:    f.ConfigFile,
		ConfigFileProfile: f.Profile,
		EnvLookup:         env,
	})
	if err != nil {
		return fail(fmt.Errorf("connection settings: %w", err))
	}
	f.override(&p)
	if p.Address, err = completeAddress(p.Address); err != nil {
		return fail(err)
	}
	if p.Namespace == "" {
		p.Namespace = DefaultNamespace
	}
	o, err := p.ToClientOptions(envconfig.ToClientOptionsRequest{})
	if err != nil {
		return fail(fmt.Errorf("connection settings: %w", err))
	}
	return o, nil
}

func (f Flags) override(p *envconfig.ClientConfigProfile) {
	set := func(to *string, value string) {
		if value != "" {
			*to = value
		}
	}
	set(&p.Address, f.Address)
	set(&p.Namespace, f.Namespace)
	set(&p.APIKey, f.APIKey)
	if !f.TLS && f.TLSCert == "" && f.TLSKey == "" && f.TLSCA == "" && f.TLSServerName == "" {
		return
	}
	if p.TLS == nil {
		p.TLS = &envconfig.ClientConfigTLS{}
	}
	t := p.TLS
	t.Disabled = false
	if f.TLSCert != "" || f.TLSKey != "" {
		t.ClientCertData, t.ClientKeyData = nil, nil
	}
	if f.TLSCA != "" {
		t.ServerCACertData = nil
	}
	set(&t.ClientCertPath, f.TLSCert)
	set(&t.ClientKeyPath, f.TLSKey)
	set(&t.ServerCACertPath, f.TLSCA)
	set(&t.ServerName, f.TLSServerName)
}

// completeAddress adds what an address leaves out.
func completeAddress(address string) (string, error) {
	if address == "" {
		return DefaultAddress, nil
	}
	if !strings.Contains(address, ":") {
		return net.JoinHostPort(address, defaultPort), nil
	}
	host, port, err := net.SplitHostPort(address)
	if _, bad := strconv.ParseUint(port, 10, 16); err != nil || bad != nil || strings.ContainsAny(host, " /") {
		return "", fmt.Errorf("address %q is not HOST:PORT", address)
	}
	return address, nil
}

// Dial connects and asks the server what it can do. A server that cannot be
// reached is an *UnreachableError after a few seconds at the most.
func Dial(ctx context.Context, o client.Options) (client.Client, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	c, err := client.DialContext(ctx, o)
	if err != nil {
		return nil, &UnreachableError{Address: o.HostPort, TLS: o.ConnectionOptions.TLS != nil, Err: err}
	}
	return c, nil
}
