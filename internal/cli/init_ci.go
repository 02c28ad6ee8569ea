package cli

import (
	"embed"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/partitur/partitur/internal/project"
)

//go:embed ci
var pipelines embed.FS

// pipelineFiles says where the file for each service goes.
var pipelineFiles = map[string]struct{ from, to string }{
	"github": {"ci/github.yml", ".github/workflows/partitur.yml"},
	"gitlab": {"ci/gitlab.yml", ".gitlab-ci.yml"},
	"hook":   {"ci/pre-commit", ".githooks/pre-commit"},
}

// writePipeline writes the file for a service, unless there is one.
func writePipeline(dir, service string) (string, error) {
	file := pipelineFiles[service]
	path := filepath.Join(dir, file.to)
	if _, err := os.Lstat(path); err == nil {
		return "", usage("there is a file %s already", file.to).hint("`partitur init --ci %s` in an empty folder shows what could be added to it", service)
	} else if !errors.Is(err, fs.ErrNotExist) {
		return "", usage("%s cannot be written: %s", file.to, err)
	}
	data, err := pipelines.ReadFile(file.from)
	if err != nil {
		return "", err
	}
	mode := fs.FileMode(0o644)
	if service == "hook" {
		mode = 0o755 // git runs it
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return "", usage("%s cannot be made: %s", filepath.Dir(path), err)
	}
	if err := os.WriteFile(path, data, mode); err != nil {
		return "", usage("%s cannot be written: %s", file.to, err)
	}
	return file.to, nil
}

// hasProject tells whether a folder is the root of a project already.
func hasProject(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, project.FileName))
	return err == nil
}
