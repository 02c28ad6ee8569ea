// Command test runs every check of the repository, the same ones that CI runs:
// formatting, vet, the determinism checker, and all tests. The packages without
// the embedded server are tested under the race detector.
package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

// server names what makes a package too heavy to compile again for the race
// detector: a dependency on the embedded Temporal server.
const server = "go.temporal.io/server/temporal"

// A check is one thing that must hold.
type check struct {
	name string
	run  func() error
}

var checks = []check{
	{"gofmt", formatted},
	{"go vet (the first build compiles Temporal and takes about six minutes)", func() error { return run("go", "vet", "./...") }},
	{"workflowcheck", func() error {
		return run("go", "tool", "workflowcheck", "-config", "workflowcheck.yaml", "./interpreter", "./interpreter/shared")
	}},
	{"cases of the examples", func() error {
		return run("go", "run", "-tags", "noengine", "./cmd/partitur", "test", "examples", "--coverage-min", "90")
	}},
	{"tests under the race detector", func() error { return tests(false, "-race") }},
	{"tests with the embedded server", func() error { return tests(true) }},
	{"build without the embedded server", func() error {
		return run("go", "build", "-tags", "noengine", "-o", os.DevNull, "./cmd/partitur")
	}},
}

func main() {
	for i, c := range checks {
		fmt.Printf("[%d/%d] %s\n", i+1, len(checks), c.name)
		start := time.Now()
		if err := c.run(); err != nil {
			fmt.Printf("FAILED: %s: %v\n", c.name, err)
			os.Exit(1)
		}
		fmt.Printf("      done in %s\n", time.Since(start).Round(time.Second))
	}
	fmt.Println("all checks passed")
}

func run(name string, args ...string) error {
	c := exec.Command(name, args...)
	c.Stdout, c.Stderr = os.Stdout, os.Stderr
	return c.Run()
}

func output(name string, args ...string) (string, error) {
	c := exec.Command(name, args...)
	c.Stderr = os.Stderr
	out, err := c.Output()
	return string(bytes.TrimSpace(out)), err
}

func formatted() error {
	files, err := output("git", "ls-files", "*.go")
	if err != nil {
		return err
	}
	changed, err := output("gofmt", append([]string{"-l"}, strings.Fields(files)...)...)
	if err == nil && changed != "" {
		err = fmt.Errorf("gofmt would change %s", strings.Join(strings.Fields(changed), " "))
	}
	return err
}

// tests runs the tests of the packages that need the embedded server, or of
// those that do not.
func tests(withServer bool, flags ...string) error {
	listed, err := output("go", "list", "-test", "-f", `{{if .ForTest}}{{.ForTest}} {{range .Deps}}{{if eq . "`+server+`"}}server{{end}}{{end}}{{end}}`, "./...")
	if err != nil {
		return err
	}
	needs := map[string]bool{}
	for _, line := range strings.Split(listed, "\n") {
		if pkg, server, ok := strings.Cut(strings.TrimSpace(line)+" ", " "); ok && pkg != "" {
			needs[pkg] = needs[pkg] || strings.Contains(server, "server")
		}
	}
	args := append([]string{"test", "-timeout", "30m"}, flags...)
	count := len(args)
	for _, pkg := range strings.Fields(mustList()) {
		if server, tested := needs[pkg]; tested && server == withServer {
			args = append(args, pkg)
		}
	}
	if len(args) == count {
		return nil
	}
	return run("go", args...)
}

func mustList() string {
	all, err := output("go", "list", "./...")
	if err != nil {
		return ""
	}
	return all
}
