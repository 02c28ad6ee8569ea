// Command demo builds Partitur, starts it with the shop of the examples, and
// runs the order saga three times: fulfilled, declined, and undone because the
// carrier stays down. On a terminal the Web UI stays open until Ctrl-C.
package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/mattn/go-isatty"
)

// A scene is one run of the order saga.
type scene struct {
	title, failure string // a failure is what the shop is told before
	input          string
	fails          bool
}

var scenes = []scene{
	{"an order that goes through", "", `{"order_id": "ORD-1001", "amount_cents": 4200}`, false},
	{"a declined card: the reservation is released", "", `{"order_id": "ORD-1002", "amount_cents": 9900, "card": "tok_declined"}`, true},
	{"a carrier that stays down: the charge is refunded, the reservation released", "carrier_down", `{"order_id": "ORD-1003", "amount_cents": 125000}`, true},
}

const (
	definition = "examples/orders/order-fulfillment.yaml"
	token      = "demo-token"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := demo(ctx); err != nil && ctx.Err() == nil {
		fmt.Fprintln(os.Stderr, "demo:", err)
		os.Exit(1)
	}
}

// A stage is what the scenes are played on.
type stage struct {
	partitur, shopURL, address string
	env                        []string
}

func demo(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "partitur-demo")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	s := &stage{partitur: filepath.Join(dir, "partitur")}
	shop := filepath.Join(dir, "shop")
	fmt.Println("the first build compiles Temporal itself, which takes about six minutes; later ones take seconds")
	if err := build(ctx, s.partitur, "./cmd/partitur"); err != nil {
		return err
	}
	if err := build(ctx, shop, "./examples/shop/cmd/shop"); err != nil {
		return err
	}
	url, closeShop, err := serve(ctx, nil, "shop listens on ", shop, "-listen", "127.0.0.1:0", "-db", filepath.Join(dir, "shop.db"))
	if err != nil {
		return err
	}
	defer closeShop()
	s.shopURL = url
	s.env = append(os.Environ(), "SHOP_URL="+url, "PARTITUR_SECRET_PAYMENTS_TOKEN="+token)
	address, closeDev, err := serve(ctx, s.env, "Temporal: ", s.partitur, "dev", definition, "--db", filepath.Join(dir, "runs.db"))
	if err != nil {
		return err
	}
	defer closeDev()
	s.address, _, _ = strings.Cut(address, " ")
	for i, scene := range scenes {
		fmt.Printf("\n== %d of %d: %s\n", i+1, len(scenes), scene.title)
		if err := s.play(ctx, scene); err != nil {
			return err
		}
	}
	if err := s.ledger(ctx); err != nil {
		return err
	}
	if isatty.IsTerminal(os.Stdout.Fd()) {
		fmt.Println("\nThe Web UI above stays open; Ctrl-C ends the demo.")
		<-ctx.Done()
	}
	return nil
}

// build compiles a command.
func build(ctx context.Context, to, pkg string) error {
	fmt.Printf("building %s …\n", pkg)
	c := exec.CommandContext(ctx, "go", "build", "-o", to, pkg)
	c.Stdout, c.Stderr = os.Stdout, os.Stderr
	return c.Run()
}

// play runs one scene and holds its end against what the scene is about.
func (s *stage) play(ctx context.Context, scene scene) error {
	if scene.failure != "" {
		if err := s.tell(ctx, "/failures/"+scene.failure); err != nil {
			return err
		}
	}
	c := exec.CommandContext(ctx, s.partitur, "run", definition, "--address", s.address, "--input", scene.input)
	c.Env, c.Stdout, c.Stderr = s.env, os.Stdout, os.Stderr
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) }
	err := c.Run()
	if failed := c.ProcessState.ExitCode() == 1; failed != scene.fails || err != nil && !failed {
		return fmt.Errorf("that should have ended otherwise: %v", err)
	}
	return nil
}
