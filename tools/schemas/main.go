// Command schemas writes the JSON Schemas of the documents to the folder
// schemas, from the declarations of their keys.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/partitur/partitur/dsl/schema"
	"github.com/partitur/partitur/internal/workers"
)

func main() {
	if err := write("schemas"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func write(dir string) error {
	for name, text := range schema.Generate(workers.Catalog{}) {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			return fmt.Errorf("run this from the top of the repository: %w", err)
		}
	}
	return nil
}
