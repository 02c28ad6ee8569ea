//go:build !noengine

package engine

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"runtime"
	"strings"
	"sync/atomic"

	"go.temporal.io/server/common/log"
	"go.temporal.io/server/common/log/tag"
)

// A logger writes the server's warnings and errors until it is muted. What the
// server calls fatal does not end the process: it goes to fatal, and only the
// goroutine that met it ends.
type logger struct {
	slog  *slog.Logger
	muted *atomic.Bool
	fatal chan error
}

var (
	_ log.Logger     = (*logger)(nil)
	_ log.WithLogger = (*logger)(nil)
)

func newLogger(w io.Writer) *logger {
	h := slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelWarn})
	return &logger{slog: slog.New(h), muted: new(atomic.Bool), fatal: make(chan error, 1)}
}

// mute ends the log: a server that stops complains of the connections it cuts.
func (l *logger) mute() { l.muted.Store(true) }

// expected is what the server warns of although it is so on purpose.
const expected = "HTTP API port has not been set."

func (l *logger) write(level slog.Level, msg string, tags []tag.Tag) {
	ctx := context.Background()
	if !l.muted.Load() && !strings.HasPrefix(msg, expected) {
		l.slog.LogAttrs(ctx, level, msg, attrs(tags)...)
	}
}

func attrs(tags []tag.Tag) []slog.Attr {
	out := make([]slog.Attr, len(tags))
	for i, t := range tags {
		out[i] = slog.Any(t.Key(), t.Value())
	}
	return out
}

// SLog gives the server's own users of slog the same handler.
func (l *logger) SLog() *slog.Logger { return l.slog }

// With returns a logger that adds tags to every record.
func (l *logger) With(tags ...tag.Tag) log.Logger {
	return &logger{slog: slog.New(l.slog.Handler().WithAttrs(attrs(tags))), muted: l.muted, fatal: l.fatal}
}

func (l *logger) Debug(string, ...tag.Tag)           {}
func (l *logger) Info(string, ...tag.Tag)            {}
func (l *logger) Warn(msg string, tags ...tag.Tag)   { l.write(slog.LevelWarn, msg, tags) }
func (l *logger) Error(msg string, tags ...tag.Tag)  { l.write(slog.LevelError, msg, tags) }
func (l *logger) DPanic(msg string, tags ...tag.Tag) { l.write(slog.LevelError, msg, tags) }

func (l *logger) Panic(msg string, tags ...tag.Tag) {
	l.write(slog.LevelError, msg, tags)
	panic(msg)
}

func (l *logger) Fatal(msg string, tags ...tag.Tag) {
	l.write(slog.LevelError, msg, tags)
	err := fmt.Errorf("the Temporal server failed: %s", msg)
	for _, t := range tags {
		if t.Key() == "error" {
			err = fmt.Errorf("%w: %v", err, t.Value())
		}
	}
	select {
	case l.fatal <- err:
	default:
	}
	runtime.Goexit()
}
