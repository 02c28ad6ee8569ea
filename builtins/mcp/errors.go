package mcp

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
)

// The types of errors.
const (
	Unavailable = "MCPUnavailable" // no connection, or it broke; retryable
	ToolDenied  = "MCPToolDenied"  // the project does not allow it
	ToolFailed  = "MCPToolFailed"  // the tool says so
	Refused     = "MCPRefused"     // the server does not accept the call: no such tool, or other arguments
)

// An Error is how a call ends without a result.
type Error struct {
	Type, Message string
	Retryable     bool
	Details       map[string]any
	cause         error
}

func (e *Error) Error() string { return e.Message }

// Unwrap shows what kept the server from being reached, if anything did.
func (e *Error) Unwrap() error { return e.cause }

// explain gives an error of the SDK its type. What went wrong with a request, or
// what a command wrote to its standard error, tells more than the SDK does.
func (s Server) explain(err error, said *heard) error {
	if ours := new(Error); errors.As(err, &ours) {
		return ours
	}
	fault, status := said.last()
	if fault != nil {
		return &Error{Type: Unavailable, Message: s.Name + ": " + excerpt(fault.Error()), Retryable: true, cause: fault}
	}
	if status >= http.StatusBadRequest {
		return s.unanswered(status)
	}
	if rpc := new(jsonrpc.Error); errors.As(err, &rpc) && rpc.Code != rejected {
		return &Error{
			Type: Refused, Message: s.Name + ": " + excerpt(rpc.Message), Retryable: rpc.Code == jsonrpc.CodeInternalError,
			Details: map[string]any{"code": int(rpc.Code)},
		}
	}
	e := &Error{Type: Unavailable, Message: s.Name + ": " + excerpt(err.Error()), Retryable: true, cause: err}
	if text := said.String(); text != "" {
		e.Message += "; it says: " + excerpt(text)
	}
	return e
}

// rejected is the code that the SDK gives to what it could not send.
const rejected = -32005

// unanswered is the error of an HTTP status.
func (s Server) unanswered(status int) *Error {
	e := &Error{Type: Refused, Message: fmt.Sprintf("%s answered %d %s", s.Name, status, http.StatusText(status)), Details: map[string]any{"status": status}}
	if status >= http.StatusInternalServerError || status == http.StatusTooManyRequests || status == http.StatusRequestTimeout {
		e.Type, e.Retryable = Unavailable, true
	}
	return e
}

const maxExcerpt = 400

// excerpt is one line of a text.
func excerpt(text string) string {
	text = strings.Join(strings.Fields(text), " ")
	if len(text) <= maxExcerpt {
		return text
	}
	return strings.ToValidUTF8(text[:maxExcerpt], "") + "…"
}
