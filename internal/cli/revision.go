package cli

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/partitur/partitur/dsl"
	"github.com/partitur/partitur/internal/project"
	"github.com/partitur/partitur/internal/workers"
)

// loadRevision reads definitions as they were in a revision of git. A path that
// begins with a slash starts from the root of the repository.
func (c *call) loadRevision(s side) (*dsl.Workspace, error) {
	root, err := c.git("rev-parse", "--show-toplevel")
	if err != nil {
		return nil, err
	}
	prefix, err := c.git("rev-parse", "--show-prefix")
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "partitur-diff-")
	if err != nil {
		return nil, err
	}
	c.closers = append(c.closers, func() { _ = os.RemoveAll(dir) })
	if err := c.extract(strings.TrimSpace(string(root)), s.revision, dir); err != nil {
		return nil, err
	}
	from := filepath.Join(dir, strings.TrimSpace(string(prefix)))
	path := s.path
	if rest, fromRoot := strings.CutPrefix(path, "/"); fromRoot {
		from, path = dir, rest
	}
	if _, err := os.Stat(filepath.Join(from, path)); err != nil {
		return nil, usage("there is no %s in the revision %s", path, s.revision)
	}
	w, diags, err := project.LoadText(from, filepath.Join(from, path), workers.Catalog{})
	if err != nil {
		return nil, usage("%s", err)
	}
	if diags.Errors() > 0 {
		return nil, &problem{code: exitUsage, message: "the definitions of the revision have mistakes", diags: diags}
	}
	return w, nil
}

// git runs a command of git where the user stands.
func (c *call) git(args ...string) ([]byte, error) {
	cmd := exec.CommandContext(c.ctx, "git", append([]string{"-C", c.dir()}, args...)...)
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	if err := cmd.Run(); err != nil {
		if errors.Is(err, exec.ErrNotFound) {
			return nil, usage("git is not installed")
		}
		return nil, usage("git says: %s", strings.TrimSpace(problems.String()))
	}
	return out.Bytes(), nil
}

// extract writes the YAML files of a revision into a folder.
func (c *call) extract(root, revision, dir string) error {
	data, err := c.git("-C", root, "archive", "--format=tar", revision, "--", ":(glob)**/*.yaml", ":(glob)**/*.yml")
	if err != nil { // git does not archive what matches nothing
		data, err = c.git("-C", root, "archive", "--format=tar", revision)
	}
	if err != nil {
		return err
	}
	files := tar.NewReader(bytes.NewReader(data))
	for {
		h, err := files.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if h.Typeflag != tar.TypeReg || !filepath.IsLocal(h.Name) || !strings.HasSuffix(h.Name, ".yaml") && !strings.HasSuffix(h.Name, ".yml") {
			continue
		}
		text, err := io.ReadAll(files)
		if err != nil {
			return err
		}
		if err := write(filepath.Join(dir, h.Name), text); err != nil {
			return err
		}
	}
}
