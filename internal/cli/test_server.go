package cli

import (
	"log/slog"

	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"

	"github.com/partitur/partitur/internal/casetest"
	"github.com/partitur/partitur/internal/engine"
)

// testServer starts the server that plays cases. It is stopped with the command.
func (c *call) testServer() (*casetest.Server, error) {
	server, err := engine.Start(c.ctx, engine.Options{})
	if err != nil {
		return nil, err
	}
	c.closers = append(c.closers, func() { _ = server.Stop() })
	to, err := c.Dial(c.ctx, client.Options{HostPort: server.HostPort(), Namespace: server.Namespace(), Logger: sdklog.NewStructuredLogger(slog.New(slog.DiscardHandler))})
	if err != nil {
		return nil, err
	}
	c.closers = append(c.closers, to.Close)
	return &casetest.Server{Client: to, Namespace: server.Namespace()}, nil
}
