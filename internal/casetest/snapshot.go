package casetest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Snapshots are the snapshots of the cases of a folder tree, as files beside
// the test files: order.test.yaml has order.test.snap.json.
type Snapshots struct {
	Dir    string // that the names of files are relative to
	Update bool   // write what came instead of comparing
}

// Check holds results against their snapshots, or writes those anew. It returns
// how many it wrote.
func (s Snapshots) Check(results []*Result) (written int, err error) {
	files := map[string][]*Result{}
	for _, r := range results {
		if r.Case.Expect.Snapshot && r.Snapshot != nil {
			name := r.Case.Span.File.Name
			files[name] = append(files[name], r)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(files)) {
		n, err := s.file(name, files[name])
		if written += n; err != nil {
			return written, err
		}
	}
	return written, nil
}

// snapshotFile is where the snapshots of a test file are.
func (s Snapshots) snapshotFile(name string) string {
	path := strings.TrimSuffix(strings.TrimSuffix(name, ".yaml"), ".yml") + ".snap.json"
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(s.Dir, filepath.FromSlash(path))
}

// file checks the snapshots of one test file.
func (s Snapshots) file(name string, results []*Result) (written int, err error) {
	path := s.snapshotFile(name)
	kept := map[string]json.RawMessage{}
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, err
	}
	if err == nil {
		if err := json.Unmarshal(text, &kept); err != nil {
			return 0, fmt.Errorf("%s cannot be read: %w; `partitur test --update` writes it anew", path, err)
		}
	}
	for _, r := range results {
		key := r.Workflow + "/" + r.Case.Name
		got, err := json.MarshalIndent(r.Snapshot, "  ", "  ")
		if err != nil {
			return written, err
		}
		if s.Update && !bytes.Equal(kept[key], got) && len(r.Problems) == 0 {
			kept[key] = got
			written++
		}
		if !s.Update {
			r.againstSnapshot(kept[key], got)
		}
	}
	if written == 0 {
		return 0, nil
	}
	return written, s.write(path, kept)
}

func (s Snapshots) write(path string, kept map[string]json.RawMessage) error {
	text, err := json.MarshalIndent(kept, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o644)
}

func (r *Result) againstSnapshot(want, got json.RawMessage) {
	p := Problem{Case: r.Case.Name}
	p.At, _ = r.Case.Expect.At("snapshot")
	switch {
	case want == nil:
		p.Text = "there is no snapshot of this case yet: `partitur test --update` writes it"
	case !sameJSON(want, got):
		p.Text = "it is not as the snapshot has it; `partitur test --update` takes it as it is now"
		p.Expected, p.Actual = jsonLines(want), jsonLines(got)
	default:
		return
	}
	r.Problems = append(r.Problems, p)
}

func sameJSON(a, b json.RawMessage) bool { return slices.Equal(jsonLines(a), jsonLines(b)) }

func jsonLines(data json.RawMessage) []string {
	var b bytes.Buffer
	if json.Indent(&b, data, "", "  ") != nil {
		return nil
	}
	return strings.Split(b.String(), "\n")
}
