package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// The environment that makes a child of this program, tests included.
const (
	roleVariable    = "PARTITUR_BENCH_ROLE"
	addressVariable = "PARTITUR_BENCH_ADDRESS"
)

// A child is a process that plays a role.
type child struct {
	name    string
	command *exec.Cmd
	in      io.WriteCloser
	out     *json.Decoder
}

// spawn starts this program again in a role, and returns when it is ready.
func spawn(role, address string) (*child, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := &child{name: role, command: exec.Command(self)}
	c.command.Env = append(os.Environ(), roleVariable+"="+role, addressVariable+"="+address)
	c.command.Stderr = os.Stderr
	if c.in, err = c.command.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := c.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	c.out = json.NewDecoder(out)
	if err := c.command.Start(); err != nil {
		return nil, err
	}
	if _, err := c.answer(); err != nil {
		c.end()
		return nil, err
	}
	return c, nil
}

func (c *child) ask(q request) (answer, error) {
	if err := json.NewEncoder(c.in).Encode(q); err != nil {
		return answer{}, fmt.Errorf("the process of role %q is gone: %w", c.name, err)
	}
	return c.answer()
}

func (c *child) answer() (a answer, err error) {
	if err := c.out.Decode(&a); err != nil {
		return a, fmt.Errorf("the process of role %q is gone: %w", c.name, err)
	}
	if a.Error != "" {
		return a, fmt.Errorf("role %q: %s", c.name, a.Error)
	}
	return a, nil
}

func (c *child) cpu() (time.Duration, error) {
	a, err := c.ask(request{Do: "cpu"})
	return a.CPU, err
}

// end closes the child's input, at which it stops.
func (c *child) end() {
	_ = c.in.Close()
	_ = c.command.Wait()
}
