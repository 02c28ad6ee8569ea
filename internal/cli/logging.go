package cli

import (
	"context"
	"log/slog"
)

// logger writes what the worker has to say: what `log` steps write, and what
// is wrong with the worker itself. A failed attempt of an activity is not: it
// is part of the run, and shown there.
func (s *session) logger() *slog.Logger {
	return slog.New(&quiet{next: slog.NewTextHandler(s.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug})})
}

// attemptFailed is what the SDK calls a failed attempt.
const attemptFailed = "Activity error."

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
	ofStep := q.ofStep
	r.Attrs(func(a slog.Attr) bool {
		ofStep = ofStep || a.Key == "step"
		return !ofStep
	})
	if !ofStep && (r.Level < slog.LevelWarn || r.Message == attemptFailed) {
		return nil
	}
	return q.next.Handle(ctx, r)
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
