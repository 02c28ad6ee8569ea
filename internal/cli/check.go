package cli

import (
	"fmt"
	"io"

	"github.com/spf13/pflag"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/lint"
	"github.com/partitur/partitur/internal/project"
	"github.com/partitur/partitur/internal/workers"
)

var checkCommand = command{
	use:     "check [PATH...]",
	group:   filesGroup,
	summary: "find the mistakes in definitions",
	help: `
Check files, or all definitions in folders (the current one if none is named),
and print every mistake, each at its place, with what to write instead.

The exit code is 0 when there is none, 1 when there are mistakes, and 2 when
something could not be read. Warnings alone do not fail.`,
	examples: `
  partitur check
  partitur check order.yaml workflows/
  partitur check -o github`,
	reports: true,
	setup: func(*pflag.FlagSet) run {
		return func(c *call) error {
			paths := c.args
			if len(paths) == 0 {
				paths = []string{"."}
			}
			space, diags, err := project.Load(c.dir(), paths, workers.Catalog{})
			if err != nil {
				return usage("%s", err)
			}
			diags = append(diags, lint.Check(space)...)
			diags.Sort()
			if err := c.writeDiagnostics(diags, space); err != nil {
				return err
			}
			if diags.Errors() > 0 {
				return errQuiet
			}
			return nil
		}
	},
}

func (c *call) writeDiagnostics(diags diag.List, space *dsl.Workspace) error {
	switch c.format {
	case asJSON:
		return diag.WriteJSON(c.Stdout, diags)
	case asSARIF:
		return diag.WriteSARIF(c.Stdout, diags, currentVersion().Partitur)
	case asGitHub:
		return diag.WriteGitHub(c.Stdout, diags)
	}
	if err := (diag.Text{Color: c.colors(c.Terminal.Stdout).On}).Write(c.Stdout, diags); err != nil {
		return err
	}
	summarize(c.Stderr, diags, space)
	return nil
}

func summarize(w io.Writer, diags diag.List, space *dsl.Workspace) {
	errors := diags.Errors()
	switch warnings := len(diags) - errors; {
	case errors > 0:
		fmt.Fprintf(w, "%s, %s\n", count(errors, "mistake"), count(warnings, "warning"))
	default:
		fmt.Fprintf(w, "%s checked, no mistakes, %s\n", count(len(space.Programs), "workflow"), count(warnings, "warning"))
	}
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
