package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/partitur/partitur/dsl/schema"
	"github.com/partitur/partitur/internal/workers"
)

// TestCurrent compares the folder with what the declarations say.
func TestCurrent(t *testing.T) {
	const dir = "../../schemas"
	want := schema.Generate(workers.Catalog{})
	for name, text := range want {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || !bytes.Equal(got, text) {
			t.Errorf("schemas/%s is out of date: run go run ./tools/schemas", name)
		}
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if want[filepath.Base(f)] == nil {
			t.Errorf("schemas/%s is of no kind of document: remove it", filepath.Base(f))
		}
	}
}

// TestWrite writes the files twice: they are the same, whatever the order of maps.
func TestWrite(t *testing.T) {
	dir := t.TempDir()
	if err := write(dir); err != nil {
		t.Fatal(err)
	}
	for name, text := range schema.Generate(workers.Catalog{}) {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || !bytes.Equal(got, text) {
			t.Errorf("%s is different each time: %v", name, err)
		}
	}
}
