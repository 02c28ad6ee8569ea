// Command partitur checks, runs and operates workflows written in YAML.
package main

import (
	"os"

	"github.com/partitur/partitur/internal/cli"
)

func main() { os.Exit(cli.Main(cli.OS())) }
