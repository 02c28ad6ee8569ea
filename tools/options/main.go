// Command options writes docs/temporal-options.md: each field of the SDK's
// options, and where it is set.
package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"
)

const file = "docs/temporal-options.md"

func main() {
	if err := os.WriteFile(file, page(), 0o644); err != nil {
		fmt.Fprintln(os.Stderr, "run this from the top of the repository:", err)
		os.Exit(1)
	}
}

func page() []byte {
	var b bytes.Buffer
	b.WriteString("# Temporal's options\n\n" +
		"Each field of the Go SDK's options, and where it is set. Written by `go run ./tools/options`; a test fails when the SDK has\n" +
		"a field that is missing here.\n")
	for _, s := range sections {
		fmt.Fprintf(&b, "\n## %s\n\n%s\n\n| field | where it is set |\n|---|---|\n", s.name, s.intro)
		for _, r := range s.rows {
			fmt.Fprintf(&b, "| %s | %s |\n", strings.Join(strings.Fields(r.fields), ", "), r.where)
		}
	}
	return b.Bytes()
}
