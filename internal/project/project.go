// Package project finds the files that belong together on disk and loads them.
package project

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/dsl/diag"
	"github.com/partitur/partitur/dsl/source"
)

// FileName is the name of the document at the root of a project.
const FileName = "partitur.yaml"

// maxFile bounds a file that is read as a definition, in bytes.
const maxFile = 4 << 20

// Load reads what paths name: files as they are, folders with every YAML file
// in them, and the project document that stands above them. File names in
// diagnostics are relative to dir, where the user stands.
func Load(dir string, paths []string, actions dsl.Catalog) (*dsl.Workspace, diag.List, error) {
	names, err := expand(dir, paths)
	if err != nil {
		return nil, nil, err
	}
	files := make([]*source.File, 0, len(names))
	for _, name := range names {
		f, err := read(dir, name)
		if err != nil {
			return nil, nil, err
		}
		files = append(files, f)
	}
	w, diags := dsl.Load(files, actions)
	return w, diags, nil
}

// Stamp is a text that changes when one of the files that Load would read does.
func Stamp(dir string, paths []string) (string, error) {
	names, err := expand(dir, paths)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, name := range names {
		info, err := os.Stat(name)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "%s %d %d\n", name, info.Size(), info.ModTime().UnixNano())
	}
	return b.String(), nil
}

// expand lists the files that paths stand for, and the project file above
// them. All are absolute, sorted, and listed once.
func expand(dir string, paths []string) (names []string, err error) {
	for _, path := range paths {
		if !filepath.IsAbs(path) {
			path = filepath.Join(dir, path)
		}
		info, err := os.Stat(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil, missing(dir, path)
		case err != nil:
			return nil, err
		case info.IsDir():
			found, err := walk(path)
			if err != nil {
				return nil, err
			}
			names = append(names, found...)
		default:
			names = append(names, filepath.Clean(path))
		}
		if above := Root(path); above != "" {
			names = append(names, filepath.Join(above, FileName))
		}
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

func missing(dir, path string) error {
	near, _ := os.ReadDir(filepath.Dir(path))
	var names []string
	for _, e := range near {
		names = append(names, e.Name())
	}
	err := fmt.Errorf("there is no file %s", shown(dir, path))
	if n := diag.Nearest(filepath.Base(path), names); n != "" {
		err = fmt.Errorf("%w; did you mean %s?", err, shown(dir, filepath.Join(filepath.Dir(path), n)))
	}
	return err
}

// Root is the nearest folder at or above path that holds a project document,
// or "".
func Root(path string) string {
	for dir := path; ; dir = filepath.Dir(dir) {
		if info, err := os.Stat(filepath.Join(dir, FileName)); err == nil && !info.IsDir() {
			return dir
		}
		if dir == filepath.Dir(dir) {
			return ""
		}
	}
}

// skipped are folders that hold no definitions.
var skipped = []string{"node_modules", "vendor", "testdata"}

func walk(root string) (names []string, err error) {
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := d.Name()
		if d.IsDir() {
			if path != root && (strings.HasPrefix(name, ".") || slices.Contains(skipped, name)) {
				return filepath.SkipDir
			}
			return nil
		}
		if ext := filepath.Ext(name); (ext == ".yaml" || ext == ".yml") && ours(path) {
			names = append(names, path)
		}
		return nil
	})
	return names, err
}

var topKey = regexp.MustCompile(`(?m)^([A-Za-z_]+)\s*:`)

// ours tells whether a file that nobody has named is meant for us, as far as
// its top-level keys tell: repositories hold YAML of many other tools.
func ours(path string) bool {
	text, err := os.ReadFile(path)
	if err != nil || len(text) > maxFile {
		return true // reading it again will say why it cannot be read
	}
	for i, m := range topKey.FindAllSubmatch(text, -1) {
		key := string(m[1])
		if slices.Contains(dsl.DocumentKeys(), key) || i == 0 && diag.Nearest(key, dsl.DocumentKeys()) != "" {
			return true
		}
	}
	return false
}

func read(dir, name string) (*source.File, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if info.Size() > maxFile {
		return nil, fmt.Errorf("%s is larger than 4MB, which is no definition", shown(dir, name))
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return source.NewFile(shown(dir, name), text), nil
}

// shown is a path as the user would write it.
func shown(dir, path string) string {
	if rel, err := filepath.Rel(dir, path); err == nil && !strings.HasPrefix(rel, "..") {
		return filepath.ToSlash(rel)
	}
	return filepath.ToSlash(path)
}
