package cli

import (
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/pflag"
	"go.temporal.io/sdk/temporal"

	"github.com/partitur/partitur/internal/engine"
)

var versionCommand = command{
	use:     "version",
	group:   otherGroup,
	summary: "print the version and what is in this binary",
	help: `
Print the version of this binary, of the Temporal SDK in it, and of the embedded
Temporal server if it has one.`,
	examples: `
  partitur version
  partitur version -o json`,
	setup: func(*pflag.FlagSet) run {
		return func(c *call) error {
			v := currentVersion()
			return c.show(v, func(w io.Writer) { v.write(w) })
		}
	},
}

// A version is what this binary is made of.
type version struct {
	Partitur string `json:"partitur"`
	Commit   string `json:"commit,omitempty"`
	Modified bool   `json:"modified,omitempty"` // built from a tree with changes
	Go       string `json:"go"`
	Platform string `json:"platform"`
	SDK      string `json:"temporal_sdk"`
	Engine   bool   `json:"engine"`
	Server   string `json:"temporal_server,omitempty"`
}

func currentVersion() version {
	v := version{
		Partitur: "devel", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH,
		SDK: temporal.SDKVersion, Engine: engine.Embedded, Server: engine.ServerVersion,
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return v
	}
	if info.Main.Version != "" && info.Main.Version != "(devel)" {
		v.Partitur = info.Main.Version
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			v.Commit = s.Value
		case "vcs.modified":
			v.Modified = s.Value == "true"
		}
	}
	return v
}

func (v version) write(w io.Writer) {
	server := "none (a Temporal server is reached over the network)"
	if v.Engine {
		server = v.Server
	}
	writeFields(w, []field{
		{"partitur", v.Partitur},
		{"commit", v.Commit},
		{"go", v.Go + " " + v.Platform},
		{"temporal sdk", v.SDK},
		{"embedded server", server},
	})
}
