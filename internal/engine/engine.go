// Package engine runs a real Temporal server inside this process: the four
// services over one SQLite database and, if asked for, the Web UI. The build
// tag noengine leaves the server out of the binary.
package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"sync"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
)

const (
	// DefaultNamespace is the namespace that is there unless another is asked for.
	DefaultNamespace = "default"
	// AnyPort asks for a port that is free.
	AnyPort = -1

	startTimeout     = 30 * time.Second
	stopTimeout      = 10 * time.Second
	defaultRetention = 7 * 24 * time.Hour
)

// ErrAbsent is what Start returns in a binary that was built without the server.
var ErrAbsent = errors.New("this binary was built without the embedded server (build tag noengine): " +
	"connect to a Temporal server with --address, or use a binary that has one")

// Options says what server to start. The zero value is a server in memory, on
// a free port, without a Web UI.
type Options struct {
	Port             int    // of the frontend; 0 or AnyPort is a free one
	UIPort           int    // of the Web UI; 0 is no Web UI, AnyPort a free port
	Database         string // path of the SQLite file, made if it is new; "" keeps everything in memory
	Namespace        string // made if it is new; "" is DefaultNamespace
	Retention        time.Duration
	SearchAttributes map[string]enumspb.IndexedValueType // registered in the namespace
	Log              io.Writer                           // warnings and errors of the server; nil drops them
}

func (o Options) withDefaults() Options {
	if o.Namespace == "" {
		o.Namespace = DefaultNamespace
	}
	if o.Retention == 0 {
		o.Retention = defaultRetention
	}
	if o.Log == nil {
		o.Log = io.Discard
	}
	return o
}

// A Server is a running server.
type Server struct {
	hostPort, uiURL, namespace string
	failed                     <-chan error
	stop                       func() error
	once                       sync.Once
	stopped                    error
}

// Start starts a server and returns when it takes requests. When ctx ends
// before that, what was begun is stopped.
func Start(ctx context.Context, o Options) (*Server, error) { return start(ctx, o.withDefaults()) }

// HostPort is the address that clients connect to.
func (s *Server) HostPort() string { return s.hostPort }

// Namespace is the namespace that was asked for.
func (s *Server) Namespace() string { return s.namespace }

// UIURL is where the Web UI is, or "" when there is none.
func (s *Server) UIURL() string { return s.uiURL }

// RunURL is the page of a run in the Web UI, or "" when there is none. Without
// a run id it is the page of the latest run.
func (s *Server) RunURL(namespace, workflowID, runID string) string {
	return RunURL(s.uiURL, namespace, workflowID, runID)
}

// Failed delivers the reason when the server has died by itself.
func (s *Server) Failed() <-chan error { return s.failed }

// Stop stops the server within a bounded time. Runs stay in the database.
func (s *Server) Stop() error {
	s.once.Do(func() { s.stopped = s.stop() })
	return s.stopped
}

// RunURL is the page of a run in the Web UI at base, or "" when base is empty.
func RunURL(base, namespace, workflowID, runID string) string {
	if base == "" {
		return ""
	}
	parts := []string{strings.TrimSuffix(base, "/"), "namespaces", url.PathEscape(namespace), "workflows", url.PathEscape(workflowID)}
	if runID != "" {
		parts = append(parts, url.PathEscape(runID), "history")
	}
	return strings.Join(parts, "/")
}

// A PortError says that a port that was asked for cannot be listened on.
type PortError struct {
	Port int
	For  string // what it was wanted for
	Err  error
}

func (e *PortError) Error() string {
	if isInUse(e.Err) {
		return fmt.Sprintf("port %d is already in use: the %s needs it", e.Port, e.For)
	}
	return fmt.Sprintf("port %d cannot be used for the %s: %v", e.Port, e.For, e.Err)
}

func (e *PortError) Unwrap() error { return e.Err }

// A DatabaseError says why a database file cannot be used.
type DatabaseError struct {
	Path, Reason string
	Err          error
}

func (e *DatabaseError) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("database %s: %s", e.Path, e.Reason)
	}
	return fmt.Sprintf("database %s: %s: %v", e.Path, e.Reason, e.Err)
}

func (e *DatabaseError) Unwrap() error { return e.Err }
