package cli

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/spf13/pflag"

	"github.com/partitur/partitur/internal/connect"
)

// TestHouseStyle holds the help texts to the style that the package documents.
func TestHouseStyle(t *testing.T) {
	for _, c := range commands {
		if !unicode.IsLower(rune(c.summary[0])) || strings.HasSuffix(c.summary, ".") {
			t.Errorf("%s: summary %q", c.name(), c.summary)
		}
		if help := strings.TrimSpace(c.help); !unicode.IsUpper(rune(help[0])) || !strings.HasSuffix(help, ".") {
			t.Errorf("%s: help is no sentences: %q", c.name(), help)
		}
		if !slices.Contains(groups, c.group) {
			t.Errorf("%s: no heading %q", c.name(), c.group)
		}
		if !strings.Contains(c.examples, "partitur "+c.name()) {
			t.Errorf("%s: no example", c.name())
		}
		for _, line := range strings.Split(c.help+c.examples, "\n") {
			if len(line) > 100 {
				t.Errorf("%s: line too long: %q", c.name(), line)
			}
		}
		flags := pflag.NewFlagSet("", pflag.ContinueOnError)
		c.setup(flags)
		flags.VisitAll(func(f *pflag.Flag) {
			value, usage := pflag.UnquoteUsage(f)
			if strings.HasSuffix(usage, ".") || strings.Contains(f.Usage, "`") == (f.Value.Type() == "bool") || value != strings.ToUpper(value) {
				t.Errorf("%s --%s: %q", c.name(), f.Name, f.Usage)
			}
		})
	}
}

// TestExamples runs the parser over every example.
func TestExamples(t *testing.T) {
	example := regexp.MustCompile(`partitur ([\w-]+)`)
	for _, c := range commands {
		for _, line := range strings.Split(strings.TrimSpace(c.examples), "\n") {
			m := example.FindStringSubmatch(line)
			if m == nil || m[1] != c.name() {
				t.Errorf("%s: example %q", c.name(), line)
				continue
			}
			flags := pflag.NewFlagSet("", pflag.ContinueOnError)
			c.setup(flags)
			if c.remote {
				connectionFlags(flags, &connect.Flags{})
			}
			for _, word := range strings.Fields(line) {
				name, long := strings.CutPrefix(word, "--")
				if long && flags.Lookup(name) == nil {
					t.Errorf("%s: example uses --%s", c.name(), name)
				}
			}
		}
	}
}

func TestExitCodesAreDocumented(t *testing.T) {
	for _, code := range []int{exitOK, exitFailed, exitUsage, exitServer, exitNotFound, exitNoAnswer, exitInterrupted} {
		if !strings.Contains(exitCodes, fmt.Sprintf("\n  %-5d", code)) {
			t.Errorf("the table does not explain %d", code)
		}
		if code != exitOK && codes[code] == "" {
			t.Errorf("%d has no name", code)
		}
	}
}
