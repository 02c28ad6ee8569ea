package cli

import (
	"os"
	"regexp"
	"testing"

	"github.com/spf13/pflag"
)

var (
	quoted = regexp.MustCompile("`partitur ([a-z]+)( --[^`]*)`")
	option = regexp.MustCompile(`--([a-z-]+)`)
)

// TestOptionsPage looks for the flags that the page on Temporal's options names.
func TestOptionsPage(t *testing.T) {
	page, err := os.ReadFile("../../docs/temporal-options.md")
	if err != nil {
		t.Fatal(err)
	}
	found := quoted.FindAllSubmatch(page, -1)
	if len(found) == 0 {
		t.Fatal("the page names no flags")
	}
	for _, m := range found {
		flags := pflag.NewFlagSet("", pflag.ContinueOnError)
		for _, c := range commands {
			if c.name() == string(m[1]) {
				c.setup(flags)
			}
		}
		for _, name := range option.FindAllSubmatch(m[2], -1) {
			if flags.Lookup(string(name[1])) == nil {
				t.Errorf("partitur %s has no flag --%s", m[1], name[1])
			}
		}
	}
}
