package cli

import (
	"context"
	"log/slog"
	"slices"
	"strings"
)

// logger writes what the worker has to say: what `log` steps write, and what
// is wrong with the worker itself. A failed attempt of an activity is not: it
// is part of the run, and shown there.
func (s *session) logger() *slog.Logger {
	return slog.New(&quiet{next: slog.NewTextHandler(s.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug})})
}

// repeated are records of the SDK that say what is told elsewhere: a failed
// attempt, and that a task has failed, after the reason.
var repeated = []string{"Activity error.", "Failed to process workflow task."}

// stackTrace is the attribute with the stack of a workflow that cannot go on. The
// reason is one sentence of ours; the stack tells more only of a mistake in Go.
const stackTrace = "StackTrace"

// A quiet handler passes on the records of `log` steps, which name their step, and
// the warnings of the SDK.
type quiet struct {
	next   slog.Handler
	ofStep bool
}

// Enabled implements slog.Handler.
func (q *quiet) Enabled(context.Context, slog.Level) bool { return true }

// Handle implements slog.Handler.
func (q *quiet) Handle(ctx context.Context, r slog.Record) error {
	ofStep, inGo := q.ofStep, false
	short := slog.NewRecord(r.Time, r.Level, r.Message, r.PC)
	r.Attrs(func(a slog.Attr) bool {
		ofStep = ofStep || a.Key == "step"
		inGo = inGo || a.Key == "Error" && strings.Contains(a.Value.String(), "runtime error")
		if a.Key != stackTrace {
			short.AddAttrs(a)
		}
		return true
	})
	switch {
	case !ofStep && (r.Level < slog.LevelWarn || slices.Contains(repeated, r.Message)):
		return nil
	case inGo:
		return q.next.Handle(ctx, r)
	}
	return q.next.Handle(ctx, short)
}

// WithAttrs implements slog.Handler.
func (q *quiet) WithAttrs(attrs []slog.Attr) slog.Handler {
	ofStep := q.ofStep
	for _, a := range attrs {
		ofStep = ofStep || a.Key == "step"
	}
	return &quiet{q.next.WithAttrs(attrs), ofStep}
}

// WithGroup implements slog.Handler.
func (q *quiet) WithGroup(name string) slog.Handler { return &quiet{q.next.WithGroup(name), q.ofStep} }
