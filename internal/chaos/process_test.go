//go:build !noengine

package chaos

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"

	"github.com/partitur/partitur/internal/engine"
	"github.com/partitur/partitur/internal/project"
	"github.com/partitur/partitur/internal/registry"
	"github.com/partitur/partitur/internal/workers"
)

// The environment that makes a victim of this test binary.
const (
	roleVariable       = "CHAOS_ROLE"
	portVariable       = "CHAOS_PORT"
	databaseVariable   = "CHAOS_DATABASE"
	definitionVariable = "CHAOS_DEFINITION"
)

// TestMain lets the test binary play the victims.
func TestMain(m *testing.M) {
	role := os.Getenv(roleVariable)
	if role == "" {
		os.Exit(m.Run())
	}
	if err := play(role); err != nil {
		fmt.Fprintln(os.Stderr, role+":", err)
		os.Exit(1)
	}
}

// play is the life of a victim: a worker, with a server in the same process or
// without. It goes when the test does.
func play(role string) error {
	port, err := strconv.Atoi(os.Getenv(portVariable))
	if err != nil {
		return err
	}
	ctx := context.Background()
	if role == "engine" {
		s, err := engine.Start(ctx, engine.Options{Port: port, Database: os.Getenv(databaseVariable)})
		if err != nil {
			return err
		}
		defer func() { _ = s.Stop() }()
	}
	c, err := client.Dial(client.Options{HostPort: hostPort(port), Logger: quiet()})
	if err != nil {
		return err
	}
	w, diags, err := project.Load("", []string{os.Getenv(definitionVariable)}, workers.Catalog{})
	if err != nil {
		return err
	}
	for _, d := range diags {
		return d
	}
	r := &registry.Registry{Actions: workers.Catalog{}, Lookup: os.LookupEnv}
	if _, err := r.Set(w.Programs); err != nil {
		return err
	}
	o := workers.Options{Client: c, Registry: r, Queues: workers.Queues(w.Programs, "")}
	if w.Project != nil {
		o.Builtins.Models, o.Builtins.MCP = workers.Models(w.Project), workers.MCP(w.Project)
	}
	g, err := workers.Start(o)
	if err != nil {
		return err
	}
	defer g.Stop()
	fmt.Println("ready")
	_, err = io.Copy(io.Discard, os.Stdin)
	return err
}

func hostPort(port int) string { return "127.0.0.1:" + strconv.Itoa(port) }

func quiet() log.Logger { return log.NewStructuredLogger(slog.New(slog.DiscardHandler)) }

// A victim is a process that is killed again and again.
type victim struct {
	role   string
	env    []string
	deaths int
	life   time.Duration // the longest of one life

	command *exec.Cmd
	leash   io.Closer // the process ends by itself when this is closed
}

// start begins a new life and returns when the process says that it is ready.
func (v *victim) start() error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	v.command = exec.Command(self)
	v.command.Env = append(append(os.Environ(), roleVariable+"="+v.role), v.env...)
	v.command.Stderr = os.Stderr
	in, err := v.command.StdinPipe()
	if err != nil {
		return err
	}
	out, err := v.command.StdoutPipe()
	if err != nil {
		return err
	}
	if err := v.command.Start(); err != nil {
		return err
	}
	v.leash = in
	if _, err := out.Read(make([]byte, len("ready\n"))); err != nil {
		v.kill()
		return fmt.Errorf("the process of role %q did not become ready: %w", v.role, err)
	}
	return nil
}

// kill ends the process at once, whatever it is doing.
func (v *victim) kill() {
	_ = v.command.Process.Kill()
	_ = v.leash.Close()
	_ = v.command.Wait()
}

// torment kills and restarts the victim some times, after lives of random
// length, and leaves it alive.
func (v *victim) torment(t *testing.T, random *rand.Rand) error {
	t.Helper()
	if err := v.start(); err != nil {
		return err
	}
	t.Cleanup(func() { v.kill() })
	for range v.deaths {
		time.Sleep(time.Duration(random.Int64N(int64(v.life))))
		v.kill()
		if err := v.start(); err != nil {
			return err
		}
	}
	return nil
}
