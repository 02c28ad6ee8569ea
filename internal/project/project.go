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

// Load reads what paths name: files as they are, folders with every file in
// them that belongs to the project, and the project document that stands above
// them. What these need of the rest of the project is there as well; mistakes in
// files that nothing needs are warnings. File names in diagnostics are relative
// to dir, where the user stands.
func Load(dir string, paths []string, actions dsl.Catalog) (*dsl.Workspace, diag.List, error) {
	return load(dir, paths, actions, func(around []string, _ []*source.File) []string { return around })
}

// LoadText is Load for one of several texts of the same workflows, which may
// stand beside each other: the others are left out.
func LoadText(dir, path string, actions dsl.Catalog) (*dsl.Workspace, diag.List, error) {
	return load(dir, []string{path}, actions, func(around []string, asked []*source.File) []string { return withoutCopies(dir, around, asked) })
}

func load(dir string, paths []string, actions dsl.Catalog, among func(around []string, asked []*source.File) []string) (*dsl.Workspace, diag.List, error) {
	chosen, err := choose(dir, paths)
	if err != nil {
		return nil, nil, err
	}
	asked := make([]*source.File, 0, len(chosen.asked))
	for _, name := range chosen.asked {
		f, err := read(dir, name)
		if err != nil {
			return nil, nil, err
		}
		asked = append(asked, f)
	}
	w, diags := dsl.Load(append(slices.Clip(asked), neighbours(dir, among(chosen.around, asked), asked)...), actions)
	return w, w.Focus(asked, diags), nil
}

// Stamp is a text that changes when one of the files that Load would read does.
func Stamp(dir string, paths []string) (string, error) {
	chosen, err := choose(dir, paths)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, name := range append(chosen.asked, chosen.around...) {
		info, err := os.Stat(name)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "%s %d %d\n", name, info.Size(), info.ModTime().UnixNano())
	}
	return b.String(), nil
}

// A choice is the files that paths stand for, and the other files of their
// projects. All are absolute, sorted, and listed once.
type choice struct{ asked, around []string }

func choose(dir string, paths []string) (c choice, err error) {
	for _, path := range paths {
		if !filepath.IsAbs(path) {
			path = filepath.Join(dir, path)
		}
		if err := c.add(dir, filepath.Clean(path)); err != nil {
			return c, err
		}
	}
	slices.Sort(c.asked)
	c.asked = slices.Compact(c.asked)
	slices.Sort(c.around)
	c.around = slices.DeleteFunc(slices.Compact(c.around), func(name string) bool {
		_, also := slices.BinarySearch(c.asked, name)
		return also
	})
	return c, nil
}

// add adds what one path stands for.
func (c *choice) add(dir, path string) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return missing(dir, path)
	}
	if err != nil {
		return err
	}
	root, belongs := Root(path), func(string) bool { return true }
	if root != "" {
		c.asked = append(c.asked, filepath.Join(root, FileName))
		belongs = members(root)
	}
	var found []string
	switch {
	case info.IsDir():
		found, err = walk(path, belongs)
		c.asked = append(c.asked, found...)
	case root == "":
		c.asked = append(c.asked, path)
		c.around = append(c.around, beside(path)...)
	default:
		c.asked = append(c.asked, path)
	}
	if err == nil && root != "" && root != path {
		found, err = walk(root, belongs)
		c.around = append(c.around, found...)
	}
	return err
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

// walk lists the definitions below a folder that pass a filter.
func walk(root string, belongs func(path string) bool) (names []string, err error) {
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
		if isYAML(name) && belongs(path) && ours(path) {
			names = append(names, path)
		}
		return nil
	})
	return names, err
}

func isYAML(name string) bool {
	return strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml")
}

// beside lists the files in the folder of a file: where there is no project
// document, they are what it can refer to.
func beside(path string) (names []string) {
	dir := filepath.Dir(path)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	for _, e := range entries {
		if name := filepath.Join(dir, e.Name()); !e.IsDir() && isYAML(name) && !strings.HasPrefix(e.Name(), ".") {
			names = append(names, name)
		}
	}
	return names
}

// members tells which files belong to the project of a folder, as the patterns
// of its document say.
func members(root string) func(path string) bool {
	f, err := read(root, filepath.Join(root, FileName))
	if err != nil {
		return func(string) bool { return true } // reading it again will say why it cannot be read
	}
	w, _ := dsl.Load([]*source.File{f}, dsl.NoActions{})
	if w.Project == nil || len(w.Project.Files) == 0 {
		return func(string) bool { return true }
	}
	return func(path string) bool {
		rel, err := filepath.Rel(root, path)
		return err == nil && slices.ContainsFunc(w.Project.Files, func(p string) bool { return matches(p, filepath.ToSlash(rel)) })
	}
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
