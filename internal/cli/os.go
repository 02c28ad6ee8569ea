package cli

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/mattn/go-isatty"
	"go.temporal.io/sdk/contrib/envconfig"
	"golang.org/x/term"

	"github.com/partitur/partitur/internal/connect"
)

// OS is the App of this process. The first interrupt asks the command to end,
// the second ends the process.
func OS() App {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return App{
		Args:     os.Args[1:],
		Stdin:    os.Stdin,
		Stdout:   os.Stdout,
		Stderr:   os.Stderr,
		Env:      envconfig.EnvLookupOS,
		Context:  ctx,
		Now:      time.Now,
		ReadFile: os.ReadFile,
		Dial:     connect.Dial,
		Terminal: Terminal{
			Stdin:  isatty.IsTerminal(os.Stdin.Fd()),
			Stdout: isatty.IsTerminal(os.Stdout.Fd()),
			Stderr: isatty.IsTerminal(os.Stderr.Fd()),
			Size: func() (columns, rows int) {
				columns, rows, _ = term.GetSize(int(os.Stdout.Fd()))
				return columns, rows
			},
		},
	}
}
