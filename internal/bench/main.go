// Command bench compares workflows in YAML with the same workflows written in
// Go: what each leaves in the history, and what it costs the process that runs
// the workflows. One server serves both; the activities run in a process of
// their own, so that only what differs is counted.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"

	"go.temporal.io/sdk/client"

	"github.com/partitur/partitur/internal/engine"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run() error {
	switch name := os.Getenv(roleVariable); name {
	case "":
	case roleChecks:
		return checkAll()
	case rolePartitur:
		partitur()
	default:
		return playRole(name, os.Getenv(addressVariable), os.Stdin, os.Stdout)
	}
	var o options
	flag.BoolVar(&o.short, "short", false, "one small round, to see that everything works")
	flag.IntVar(&o.rounds, "rounds", 5, "`number` of rounds that the medians are taken over")
	flag.StringVar(&o.profiles, "profiles", "", "existing `folder` for processor profiles")
	only := flag.String("only", "", "measure only these, as in `sequence,saga,check`")
	flag.Parse()
	if *only != "" {
		o.only = strings.Split(*only, ",")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if _, err := compare(ctx, o, os.Stdout); err != nil || !o.measures(checkName) {
		return err
	}
	return checks(o.rounds, os.Stdout)
}

type options struct {
	short    bool
	rounds   int
	profiles string
	only     []string
}

// checkName is the name by which the checking of workflows is chosen.
const checkName = "check"

// measures tells whether a work is to be measured.
func (o options) measures(work string) bool {
	return len(o.only) == 0 || slices.Contains(o.only, work)
}

// compare runs all works and prints a table of each as soon as it is done.
func compare(ctx context.Context, o options, out io.Writer) (results []result, err error) {
	server, err := engine.Start(ctx, engine.Options{})
	if err != nil {
		return nil, err
	}
	defer func() { _ = server.Stop() }()
	c, err := client.Dial(client.Options{HostPort: server.HostPort(), Logger: quiet()})
	if err != nil {
		return nil, err
	}
	defer c.Close()
	stop, err := startModel()
	if err != nil {
		return nil, err
	}
	defer stop()
	b := &bench{client: c, children: map[string]*child{}, profiles: o.profiles}
	for _, role := range append([]string{roleActivities}, sides...) {
		if b.children[role], err = spawn(role, server.HostPort()); err != nil {
			return nil, err
		}
		defer b.children[role].end()
	}
	for _, w := range works {
		if !o.measures(w.name) {
			continue
		}
		r, err := b.compare(ctx, w, o)
		if err != nil {
			return results, fmt.Errorf("%s: %w", w.name, err)
		}
		results = append(results, r)
		r.write(out)
	}
	return results, nil
}

// compare warms both sides up and measures a work.
func (b *bench) compare(ctx context.Context, w work, o options) (result, error) {
	small := w
	small.size = w.short
	if o.short {
		w, o.rounds = small, 1
		w.runs = w.atOnce
	}
	for _, side := range sides {
		if _, err := b.round(ctx, small, side, w.atOnce); err != nil {
			return result{}, err
		}
	}
	if w.rounds > 0 {
		o.rounds = min(o.rounds, w.rounds)
	}
	return b.measure(ctx, w, o.rounds)
}
