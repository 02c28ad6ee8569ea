package cli

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/pflag"
	"go.temporal.io/sdk/client"
	sdklog "go.temporal.io/sdk/log"

	"github.com/partitur/partitur/internal/engine"
)

// Where the embedded engine listens unless told otherwise: as any Temporal does.
const (
	defaultPort   = 7233
	defaultUIPort = 8233
)

// An embedding says how the embedded engine is started.
type embedding struct {
	database     string
	port, uiPort int
	fixed        func(flag string) bool // the user has chosen the port
}

// embeddingFlags declares the flags of commands that start an engine.
func embeddingFlags(f *pflag.FlagSet, port int) *embedding {
	e := &embedding{fixed: f.Changed}
	f.StringVar(&e.database, "db", "", "SQLite `FILE` that keeps the runs; without it they are gone when the command ends")
	f.IntVar(&e.port, "port", port, "`PORT` of the engine; 0 takes a free one")
	f.IntVar(&e.uiPort, "ui-port", defaultUIPort, "`PORT` of the Web UI; 0 takes a free one, -1 leaves it out")
	return e
}

// start starts the engine and connects to it. A port that nobody has asked for
// by number gives way when it is taken.
func (e *embedding) start(c *call) (*engine.Server, *remote, error) {
	where := "in memory"
	if e.database != "" {
		where = e.database
	}
	c.note("starting Temporal (%s) …", where)
	server, err := engine.Start(c.ctx, e.options(e.port, e.uiPort))
	var busy *engine.PortError
	if errors.As(err, &busy) && !e.fixed("port") && !e.fixed("ui-port") {
		c.note("port %d is taken: using a free one", busy.Port)
		server, err = engine.Start(c.ctx, e.options(0, min(e.uiPort, 0)))
	}
	if err != nil {
		return nil, nil, explainStart(err)
	}
	c.closers = append(c.closers, func() { e.stop(server) })
	external, err := c.externalStorage()
	if err != nil {
		return nil, nil, err
	}
	temporal, err := c.Dial(c.ctx, client.Options{
		HostPort: server.HostPort(), Namespace: server.Namespace(), Logger: sdklog.NewStructuredLogger(c.logger()),
		ExternalStorage: external,
	})
	if err != nil {
		return nil, nil, err
	}
	c.closers = append(c.closers, temporal.Close)
	return server, &remote{temporal, server.Namespace(), server.HostPort(), true, external}, nil
}

// stop stops the engine, which takes a second. Nobody waits for one in memory:
// nothing of it is kept.
func (e *embedding) stop(server *engine.Server) {
	if e.database == "" {
		go server.Stop()
		return
	}
	_ = server.Stop()
}

// options translates the flags: there 0 is a free port, and -1 is no UI.
func (e *embedding) options(port, uiPort int) engine.Options {
	o := engine.Options{Port: port, UIPort: uiPort, Database: e.database}
	switch {
	case uiPort < 0:
		o.UIPort = 0
	case uiPort == 0:
		o.UIPort = engine.AnyPort
	}
	return o
}

func explainStart(err error) error {
	var busy *engine.PortError
	if errors.As(err, &busy) {
		return problemf(exitServer, "port %d is taken", busy.Port).
			hint("another engine may be running; choose another port, or 0 for a free one")
	}
	if errors.Is(err, engine.ErrAbsent) {
		return problemf(exitServer, "%s", err)
	}
	return problemf(exitServer, "the engine does not start: %s", err)
}

// grace is how long what an interrupted command has begun may take to end.
const grace = 60 * time.Second

// afterInterrupt is a context for what remains to be done after Ctrl-C.
func afterInterrupt(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), grace)
}

// announce says where the engine can be looked at.
func (c *call) announce(server *engine.Server) {
	if server.UIURL() != "" {
		fmt.Fprintf(c.Stderr, "Web UI: %s\n", server.UIURL())
	}
}
