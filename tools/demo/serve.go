package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"
)

// serve starts a program that goes on, passes on what it says, and returns what
// follows the words by which it says where it is.
func serve(ctx context.Context, env []string, words, program string, args ...string) (where string, stop func(), err error) {
	c := exec.CommandContext(ctx, program, args...)
	c.Env = env
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) }
	out, w := io.Pipe()
	c.Stdout, c.Stderr = w, w
	if err := c.Start(); err != nil {
		return "", nil, err
	}
	ended := make(chan struct{})
	go func() { _ = c.Wait(); w.Close(); close(ended) }()
	stop = func() {
		_ = c.Process.Signal(os.Interrupt)
		select {
		case <-ended:
		case <-time.After(15 * time.Second):
			_ = c.Process.Kill()
		}
	}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		fmt.Println(lines.Text())
		if at, ok := strings.CutPrefix(lines.Text(), words); ok {
			go func() { _, _ = io.Copy(io.Discard, out) }()
			return at, stop, nil
		}
	}
	return "", nil, fmt.Errorf("%s ended before it was ready", program)
}

// tell makes the shop fail from now on.
func (s *stage) tell(ctx context.Context, path string) error {
	return s.ask(ctx, http.MethodPut, path, nil)
}

// ask sends the shop a request and decodes its answer, unless into is nil.
func (s *stage) ask(ctx context.Context, method, path string, into any) error {
	r, err := http.NewRequestWithContext(ctx, method, s.shopURL+path, nil)
	if err != nil {
		return err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode >= 300 {
		return fmt.Errorf("the shop answered %s", answer.Status)
	}
	if into == nil {
		return nil
	}
	return json.NewDecoder(answer.Body).Decode(into)
}

// ledger shows every effect that the shop has seen.
func (s *stage) ledger(ctx context.Context) error {
	var entries []struct {
		Kind  string `json:"kind"`
		Order string `json:"order_id"`
		Ref   string `json:"ref"`
	}
	if err := s.ask(ctx, http.MethodGet, "/ledger", &entries); err != nil {
		return err
	}
	fmt.Println("\n== what the shop's ledger says")
	for _, e := range entries {
		fmt.Printf("  %-9s %-12s %s\n", e.Order, e.Kind, e.Ref)
	}
	return nil
}
