package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/internal/cli"
	"github.com/partitur/partitur/internal/golden/repository"
	"github.com/partitur/partitur/internal/workers"
)

// The roles of processes that check: all of a repository, or what the arguments
// of the program `partitur` say.
const (
	roleChecks   = "checks"
	rolePartitur = "partitur"
)

// checked is how many workflows the repository has.
const checked = 500

// checkAll checks a repository, as `partitur check` would without a catalogue.
func checkAll() error {
	w, diags := dsl.Load(repository.Workflows(checked), workers.Catalog{})
	for _, d := range diags {
		return d
	}
	if len(w.Programs) != checked {
		return fmt.Errorf("%d of %d workflows were read", len(w.Programs), checked)
	}
	return nil
}

// partitur is the program itself: what it takes to start is that of this one,
// which has as much linked to it.
func partitur() { os.Exit(cli.Main(cli.OS())) }

// checks measures how long it takes to check workflows, and prints a table.
func checks(rounds int, out io.Writer) error {
	folder, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	file := filepath.Join(folder, "one.yaml")
	one := repository.Workflows(1)[0]
	if err := os.WriteFile(file, one.Text, 0o600); err != nil {
		return err
	}
	var all, single, worked []float64
	for range rounds {
		cpu, _, err := process(roleChecks)
		if err != nil {
			return err
		}
		busy, wall, err := process(rolePartitur, "check", file)
		if err != nil {
			return err
		}
		all, single, worked = append(all, cpu.Seconds()), append(single, 1000*wall.Seconds()), append(worked, 1000*busy.Seconds())
	}
	fmt.Fprintf(out, "**check**: %d rounds; load of the machine %s\n\n", rounds, load())
	fmt.Fprintln(out, "| | | target | |\n|---|---|---|---|")
	fmt.Fprintf(out, "| %d workflows of 20 steps, CPU, s | %.2f | < 2 | %s |\n", checked, median(all), state(median(all) < 2))
	fmt.Fprintf(out, "| `partitur check` of one file, ms | %.0f | < 100 | %s |\n", median(single), state(median(single) < 100))
	fmt.Fprintf(out, "| CPU of that, ms | %.0f | | |\n\n", median(worked))
	return nil
}

// process runs this program in a role, and tells what it took.
func process(role string, args ...string) (cpu, wall time.Duration, err error) {
	self, err := os.Executable()
	if err != nil {
		return 0, 0, err
	}
	c := exec.Command(self, args...)
	c.Env = append(os.Environ(), roleVariable+"="+role)
	began := time.Now()
	if output, err := c.CombinedOutput(); err != nil {
		return 0, 0, fmt.Errorf("%w: %s", err, output)
	}
	return c.ProcessState.UserTime() + c.ProcessState.SystemTime(), time.Since(began), nil
}
