// Command polyglot tests the example with a TypeScript worker: it installs the
// packages of the worker with npm, and runs the test with it. Run it in the root
// of the repository.
package main

import (
	"log"
	"os"
	"os/exec"
)

const example = "examples/composition/polyglot"

func main() {
	log.SetFlags(0)
	npm := exec.Command("npm", "install", "--no-package-lock", "--no-audit", "--no-fund")
	npm.Dir = example + "/typescript"
	test := exec.Command("go", "test", "-count=1", "-v", "./"+example+"/go")
	test.Env = append(os.Environ(), "PARTITUR_TYPESCRIPT=1")
	for _, c := range []*exec.Cmd{npm, test} {
		c.Stdout, c.Stderr = os.Stdout, os.Stderr
		if err := c.Run(); err != nil {
			log.Fatalf("%s: %v", c.Args[0], err)
		}
	}
}
