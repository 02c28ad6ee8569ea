package cli

import (
	"path/filepath"

	"go.temporal.io/sdk/converter"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/internal/project"
	"github.com/partitur/partitur/internal/storage"
	"github.com/partitur/partitur/internal/workers"
)

// maxStoredResult bounds the result of a builtin action where the project keeps
// large values outside of histories, in bytes.
const maxStoredResult = 128 << 20

// externalStorage is where the project keeps large values.
func (s *session) externalStorage() (none converter.ExternalStorage, err error) {
	p := s.projectHere()
	if !stores(p) {
		return none, nil
	}
	file := p.Span.File.Name
	if !filepath.IsAbs(file) {
		file = filepath.Join(s.dir(), file)
	}
	external, err := storage.Open(s.Context, p.Storage, filepath.Dir(file))
	if err != nil {
		return none, usage("%s", err)
	}
	return external, nil
}

// projectHere is that of the files the command has read, or else the one the
// user stands in; nil if there is none, or if it has mistakes.
func (s *session) projectHere() *dsl.Project {
	root := project.Root(s.dir())
	if s.project != nil || root == "" {
		return s.project
	}
	space, diags, err := project.Load(s.dir(), []string{filepath.Join(root, project.FileName)}, workers.Catalog{})
	if err != nil || diags.Errors() > 0 {
		return nil
	}
	return space.Project
}

// stores tells whether a project keeps large values outside of histories.
func stores(p *dsl.Project) bool { return p != nil && p.Storage != nil }
