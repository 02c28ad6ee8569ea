package cli

import (
	"bytes"
	"context"
	"io"
	"regexp"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

var ourCommand = regexp.MustCompile(`(?m)(?:^|[\s:;])partitur ((?:[a-z-]+)(?: [^;\n]*)?)`)

// TestPipelines reads the files that init writes, and checks that they call
// commands and flags that there are.
func TestPipelines(t *testing.T) {
	for service, file := range pipelineFiles {
		data, err := pipelines.ReadFile(file.from)
		if err != nil {
			t.Fatal(err)
		}
		if service != "hook" {
			var doc map[string]any
			if err := yaml.Unmarshal(data, &doc); err != nil || len(doc) < 3 {
				t.Errorf("%s: %v, %v", service, err, doc)
			}
		}
		found := ourCommand.FindAllStringSubmatch(string(data), -1)
		names := map[string]bool{}
		for _, m := range found {
			words := strings.Fields(regexp.MustCompile(`"[^"]*"`).ReplaceAllString(m[1], "x"))
			names[words[0]] = true
			var problems bytes.Buffer
			code := Main(App{
				Args: append(words, "--help"), Stdin: strings.NewReader(""), Stdout: io.Discard, Stderr: &problems,
				Env: noEnv{}, Context: context.Background(),
			})
			if code != 0 {
				t.Errorf("%s: partitur %s: %s", service, m[1], problems.String())
			}
		}
		for _, name := range []string{"check", "test", "diff", "replay"} {
			if !names[name] {
				t.Errorf("%s does not %s", service, name)
			}
		}
	}
}

type noEnv struct{}

func (noEnv) Environ() []string               { return nil }
func (noEnv) LookupEnv(string) (string, bool) { return "", false }
