package cli

import (
	"os"
	"path/filepath"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/internal/project"
	"github.com/partitur/partitur/internal/workers"
)

// around is where types are looked for: in the project that a folder belongs to,
// or else in the files of the folder and of those directly in it.
func around(dir string) (paths []string) {
	if root := project.Root(dir); root != "" {
		return []string{root}
	}
	for _, pattern := range []string{"*.y*ml", "[^.]*/*.y*ml"} {
		found, _ := filepath.Glob(filepath.Join(dir, pattern))
		paths = append(paths, found...)
	}
	return paths
}

// program finds the workflow that a file defines, or that the files here define
// by this type, with all that it needs.
func (s *session) program(typeOrFile string) (*dsl.Workspace, *dsl.Program, error) {
	if !isFile(typeOrFile) {
		file, err := s.fileOf(typeOrFile)
		if err != nil {
			return nil, nil, err
		}
		space, err := s.load([]string{file})
		if err != nil {
			return nil, nil, err
		}
		return space, space.Program(typeOrFile), nil
	}
	space, err := s.load([]string{typeOrFile})
	if err != nil {
		return nil, nil, err
	}
	p, err := only(s.dir(), space, typeOrFile)
	return space, p, err
}

// fileOf is the file here that defines a type.
func (s *session) fileOf(kind string) (string, error) {
	space, _, err := project.Load(s.dir(), around(s.dir()), workers.Catalog{})
	if err != nil {
		return "", usage("%s", err)
	}
	if d := space.Definition(kind); d != nil {
		return d.Span.File.Name, nil
	}
	if info, err := os.Stat(absolute(s.dir(), kind)); err == nil && info.IsDir() {
		return "", usage("%s is a folder", kind).hint("name a file in it, or a workflow by its type")
	}
	p := usage("no file here defines a workflow %q", kind)
	var names []string
	for _, d := range space.Definitions() {
		names = append(names, d.Name)
	}
	if near := diag.Nearest(kind, names); near != "" {
		return "", p.hint("did you mean %q?", near)
	}
	return "", p.hint("name its file, or a workflow by its type; `partitur check` tells where definitions have mistakes")
}

func isFile(name string) bool {
	ext := filepath.Ext(name)
	return ext == ".yaml" || ext == ".yml"
}

// only is the workflow that a file defines.
func only(dir string, w *dsl.Workspace, file string) (*dsl.Program, error) {
	var found []*dsl.Program
	for _, p := range w.Programs {
		if absolute(dir, p.Span.File.Name) == absolute(dir, file) {
			found = append(found, p)
		}
	}
	switch len(found) {
	case 0:
		return nil, usage("%s defines no workflow", file)
	case 1:
		return found[0], nil
	}
	return nil, usage("%s defines %d workflows", file, len(found)).
		hint("name one by its type, such as %s", found[0].Name)
}

func absolute(dir, path string) string {
	if filepath.IsAbs(path) {
		return filepath.Clean(path)
	}
	return filepath.Join(dir, path)
}
