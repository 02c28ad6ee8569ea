//go:build !noengine

package engine

import (
	"context"
	"fmt"
	"time"

	"go.temporal.io/server/common/authorization"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/headers"
	"go.temporal.io/server/common/membership/static"
	"go.temporal.io/server/common/metrics"
	"go.temporal.io/server/common/primitives"
	"go.temporal.io/server/temporal"
)

// Embedded tells whether this binary has the server in it.
const Embedded = true

// ServerVersion is the version of the embedded server.
const ServerVersion = headers.ServerVersion

// services are the parts of the server, in the order of their ports.
var services = []primitives.ServiceName{
	primitives.FrontendService, primitives.HistoryService, primitives.MatchingService, primitives.WorkerService,
}

func start(ctx context.Context, o Options) (*Server, error) {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	ports, err := claimPorts(
		claim{o.Port, "Temporal server"}, claim{0, "history service"}, claim{0, "matching service"},
		claim{0, "worker service"}, claim{o.UIPort, "Web UI"})
	if err != nil {
		return nil, err
	}
	store, err := openStore(o)
	if err != nil {
		return nil, err
	}
	l := newLogger(o.Log)
	stopServer, err := startServer(ctx, newServer(store, l, ports), l)
	if err != nil {
		store.close()
		return nil, err
	}
	s := &Server{hostPort: address(ports[0]), namespace: o.Namespace, failed: l.fatal}
	stopUI := func() {}
	if o.UIPort != 0 {
		s.uiURL, stopUI = startUI(s.hostPort, ports[4], o.Namespace)
	}
	s.stop = func() error {
		l.mute()
		stopUI()
		err := stopServer()
		store.close()
		return err
	}
	if err := waitUntilServing(ctx, s.hostPort, l.fatal); err != nil {
		_ = s.Stop()
		return nil, err
	}
	return s, nil
}

// newServer returns a function that builds the server. Building already opens
// the database.
func newServer(store *store, l *logger, ports []int) func() (temporal.Server, error) {
	return func() (temporal.Server, error) {
		hosts := map[primitives.ServiceName]static.Hosts{}
		for i, service := range services {
			hosts[service] = static.SingleLocalHost(address(ports[i]))
		}
		return temporal.NewServer(
			temporal.WithConfig(serverConfig(store.sql, ports)),
			temporal.ForServices(temporal.DefaultServices),
			temporal.WithStaticHosts(hosts),
			temporal.WithLogger(l),
			temporal.WithDynamicConfigClient(settings()),
			temporal.WithCustomMetricsHandler(metrics.NoopMetricsHandler),
			temporal.WithAuthorizer(authorization.NewNoopAuthorizer()),
			temporal.WithClaimMapper(func(*config.Config) authorization.ClaimMapper { return authorization.NewNoopClaimMapper() }),
		)
	}
}

// startServer builds and starts the server beside the caller, because the
// server reports what it cannot survive to its logger and never returns then.
func startServer(ctx context.Context, build func() (temporal.Server, error), l *logger) (stop func() error, err error) {
	type outcome struct {
		server temporal.Server
		err    error
	}
	done := make(chan outcome, 1)
	go func() {
		server, err := build()
		if err == nil {
			err = server.Start()
		}
		done <- outcome{server, err}
	}()
	select {
	case o := <-done:
		if o.err != nil {
			return nil, fmt.Errorf("starting the Temporal server: %w", o.err)
		}
		return func() error { return within(stopTimeout, o.server.Stop) }, nil
	case err := <-l.fatal:
		return nil, err
	case <-ctx.Done():
		go func() {
			if o := <-done; o.err == nil {
				_ = o.server.Stop()
			}
		}()
		return nil, fmt.Errorf("starting the Temporal server: %w", ctx.Err())
	}
}

// within runs f and gives up waiting for it after d.
func within(d time.Duration, f func() error) error {
	done := make(chan error, 1)
	go func() { done <- f() }()
	select {
	case err := <-done:
		return err
	case <-time.After(d):
		return fmt.Errorf("the Temporal server did not stop within %s", d)
	}
}
