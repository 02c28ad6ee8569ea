//go:build noengine

package engine

import "context"

// Embedded tells whether this binary has the server in it.
const Embedded = false

// ServerVersion is the version of the embedded server.
const ServerVersion = ""

func start(context.Context, Options) (*Server, error) { return nil, ErrAbsent }
