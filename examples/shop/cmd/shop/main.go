// Command shop serves the shop of the examples.
package main

import (
	"context"
	"flag"
	"fmt"
	"net"
	"os"
	"os/signal"
	"syscall"

	"github.com/partitur/partitur/examples/shop"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "shop:", err)
		os.Exit(1)
	}
}

func run() error {
	addr := flag.String("listen", "127.0.0.1:7070", "`address` to listen on; port 0 takes a free one")
	path := flag.String("db", "shop.db", "SQLite `file` that keeps the shop; empty keeps it in memory")
	flag.Parse()
	s, err := shop.Open(shop.Options{Path: *path, PaymentsToken: os.Getenv("SHOP_PAYMENTS_TOKEN")})
	if err != nil {
		return err
	}
	defer s.Close()
	l, err := net.Listen("tcp", *addr)
	if err != nil {
		return err
	}
	fmt.Printf("shop listens on http://%s\n", l.Addr())
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return s.Serve(ctx, l)
}
