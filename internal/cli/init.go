package cli

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/pflag"
)

//go:embed all:template
var template embed.FS

var initCommand = command{
	use:     "init [DIR]",
	group:   filesGroup,
	summary: "make a new project",
	help: `
Write a small project into a folder (the current one if none is named): a
workflow, a test for it, and partitur.yaml, which says what belongs together.
Files that are there already are never overwritten.

With --ci it also writes what checks, tests, compares and replays definitions in
GitHub Actions, in GitLab, or before each commit; in a project that exists, it
writes only that.`,
	examples: `
  partitur init greetings
  partitur init --ci github
  partitur init --ci hook`,
	setup: func(f *pflag.FlagSet) run {
		ci := choice{of: []string{"github", "gitlab", "hook"}}
		f.Var(&ci, "ci", "`WHERE` definitions are to be checked: github, gitlab, or hook for a hook of git")
		return func(c *call) error {
			dir := c.dir()
			if len(c.args) > 0 {
				dir = filepath.Join(dir, c.args[0])
				if filepath.IsAbs(c.args[0]) {
					dir = c.args[0]
				}
			}
			written, err := writeProject(dir, ci.value)
			if err != nil {
				return err
			}
			return c.show(map[string]any{"directory": dir, "files": written}, func(w io.Writer) { writeNext(w, c.args, written) })
		}
	},
}

func writeNext(w io.Writer, args, written []string) {
	for _, name := range written {
		fmt.Fprintf(w, "  %s\n", name)
	}
	if slices.Contains(written, pipelineFiles["hook"].to) {
		fmt.Fprintln(w, "\ngit runs the hook after: git config core.hooksPath .githooks")
	}
	if len(written) == 1 {
		return
	}
	fmt.Fprintln(w, "\nnext:")
	if len(args) > 0 {
		fmt.Fprintf(w, "  cd %s\n", args[0])
	}
	fmt.Fprintln(w, "  partitur check && partitur test")
	fmt.Fprintln(w, "  partitur run workflows/greet.yaml --set name=Ada")
}

var notInNames = regexp.MustCompile(`[^a-z0-9-]+`)

// projectName is what a project in a folder is called.
func projectName(dir string) string {
	name := strings.Trim(notInNames.ReplaceAllString(strings.ToLower(filepath.Base(dir)), "-"), "-")
	if name == "" || name[0] >= '0' && name[0] <= '9' {
		return "greetings"
	}
	return name
}

// writeProject writes a new project, and what checks it if a service is named;
// only that where there is a project.
func writeProject(dir, service string) (written []string, err error) {
	if service == "" || !hasProject(dir) {
		if written, err = writeTemplate(dir); err != nil {
			return nil, err
		}
	}
	if service == "" {
		return written, nil
	}
	file, err := writePipeline(dir, service)
	if err != nil {
		return nil, err
	}
	return append(written, file), nil
}

// writeTemplate writes the files of a new project, or none of them.
func writeTemplate(dir string) (written []string, err error) {
	files := map[string][]byte{}
	err = fs.WalkDir(template, "template", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name := strings.TrimPrefix(path, "template/")
		if _, err := os.Lstat(filepath.Join(dir, name)); err == nil {
			return usage("there is a file %s already", name).hint("init writes into a new or empty folder")
		} else if !errors.Is(err, fs.ErrNotExist) {
			return usage("%s cannot be written: %s", name, err)
		}
		files[name], err = template.ReadFile(path)
		if name == "partitur.yaml" {
			files[name] = bytes.ReplaceAll(files[name], []byte("greetings"), []byte(projectName(dir)))
		}
		written = append(written, name)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, name := range written {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return nil, usage("%s cannot be made: %s", filepath.Dir(path), err)
		}
		if err := os.WriteFile(path, files[name], 0o644); err != nil {
			return nil, usage("%s cannot be written: %s", name, err)
		}
	}
	return written, nil
}
