package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"go.temporal.io/api/serviceerror"

	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/internal/cli/ansi"
	"github.com/partitur/partitur/internal/connect"
	"github.com/partitur/partitur/internal/engine"
)

// The exit codes; exitCodes in help.go explains them.
const (
	exitOK          = 0
	exitFailed      = 1
	exitUsage       = 2
	exitServer      = 3
	exitNotFound    = 4
	exitNoAnswer    = 5
	exitInterrupted = 130
)

// codes names the exit codes for programs that read the errors.
var codes = map[int]string{
	exitFailed: "failed", exitUsage: "usage", exitServer: "server",
	exitNotFound: "not_found", exitNoAnswer: "no_answer", exitInterrupted: "interrupted",
}

// A problem is an error for the user: an exit code, a sentence, and perhaps
// what to do. With diagnostics, they are shown instead of the sentence.
type problem struct {
	code            int
	message, advice string
	diags           diag.List
}

func (p *problem) Error() string { return p.message }

func (p *problem) hint(format string, args ...any) *problem {
	p.advice = fmt.Sprintf(format, args...)
	return p
}

func problemf(code int, format string, args ...any) *problem {
	return &problem{code: code, message: fmt.Sprintf(format, args...)}
}

// usage is a problem with what was written on the command line.
func usage(format string, args ...any) *problem { return problemf(exitUsage, format, args...) }

// errQuiet ends a command whose failure has been shown already.
var errQuiet = &problem{code: exitFailed}

// conclude shows an error and returns the exit code.
func (s *session) conclude(err error) int {
	if err == nil {
		return exitOK
	}
	p := s.explain(err)
	if p.message == "" {
		return p.code
	}
	if s.format == asJSON {
		p.writeJSON(s.Stderr)
		return p.code
	}
	colors := s.colors(s.Terminal.Stderr)
	if len(p.diags) > 0 {
		_ = diag.Text{Color: colors.On}.Write(s.Stderr, p.diags)
		return p.code
	}
	fmt.Fprintf(s.Stderr, "%s %s\n", colors.Paint(ansi.Red, "partitur:"), p.message)
	if p.advice != "" {
		fmt.Fprintf(s.Stderr, "  %s %s\n", colors.Paint(ansi.Cyan, "hint:"), p.advice)
	}
	return p.code
}

// writeJSON shows a problem to a program, in one line.
func (p *problem) writeJSON(w io.Writer) {
	e := map[string]any{"code": codes[p.code], "message": p.message}
	if p.advice != "" {
		e["hint"] = p.advice
	}
	for _, d := range p.diags {
		e["at"], e["hint"] = d.Span.String(), d.Hint
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"error": e})
}

// explain makes a problem of any error.
func (s *session) explain(err error) *problem {
	var (
		p           *problem
		config      *connect.ConfigError
		unreachable *connect.UnreachableError
		port        *engine.PortError
	)
	switch {
	case errors.As(err, &p):
		return p
	case s.Context.Err() != nil:
		return problemf(exitInterrupted, "interrupted")
	case errors.As(err, &config):
		return usage("%s", config.Error())
	case errors.As(err, &unreachable):
		return problemf(exitServer, "%s", unreachable.Error()).hint("%s", unreachable.Hint())
	case errors.As(err, &port):
		return problemf(exitServer, "%s", port.Error()).hint("choose another port, or 0 for none")
	}
	return explainService(err)
}

// explainService puts what the server answered into our words.
func explainService(err error) *problem {
	var (
		noNamespace *serviceerror.NamespaceNotFound
		denied      *serviceerror.PermissionDenied
		invalid     *serviceerror.InvalidArgument
		gone        *serviceerror.Unavailable
	)
	switch {
	case errors.As(err, &noNamespace):
		return problemf(exitServer, "the server has no namespace %q", noNamespace.Namespace).hint("name one with --namespace")
	case errors.As(err, &denied):
		return problemf(exitServer, "the server refused: %s", denied.Error()).hint("check the API key or the client certificate of the profile")
	case errors.As(err, &invalid):
		return usage("the server does not accept this: %s", invalid.Error())
	case isLate(err):
		return problemf(exitNoAnswer, "there was no answer in time")
	case errors.As(err, &gone):
		return problemf(exitServer, "the server does not answer: %s", connect.Reason(err))
	}
	return problemf(exitServer, "%s", strings.TrimSpace(err.Error()))
}

// isLate tells whether there was no answer in time: the server and this side
// keep the same deadline, and either may be the first to notice.
func isLate(err error) bool {
	var late *serviceerror.DeadlineExceeded
	return errors.As(err, &late) || errors.Is(err, context.DeadlineExceeded)
}
